import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from './app'
import { pages } from './pages'
import './style.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App pages={pages} />
  </StrictMode>,
)
