import { fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'

import { App } from './app'
import { pages } from './pages'

const some = [
  { path: '/', title: 'First', Page: () => <h1>The first</h1> },
  { path: '/second', title: 'Second', Page: () => <h1>The second</h1> },
  {
    path: '/broken',
    title: 'Broken',
    Page: () => {
      throw new Error('a secret')
    },
  },
]

beforeEach(() => window.history.replaceState(null, '', '/'))

const link = (name: string) => screen.getByRole('link', { name })

test('links lead to pages, and back', async () => {
  render(<App pages={some} />)
  expect(screen.getByRole('heading').textContent).toBe('The first')
  expect(link('First').getAttribute('aria-current')).toBe('page')
  fireEvent.click(link('Second'))
  expect((await screen.findByText('The second')).tagName).toBe('H1')
  expect(window.location.pathname).toBe('/second')
  expect(document.activeElement?.id).toBe('main')
  expect(document.title).toBe('Second · storefront')
})

test('an unknown address says so', () => {
  window.history.replaceState(null, '', '/nowhere')
  render(<App pages={some} />)
  expect(screen.getByRole('heading').textContent).toBe('Not found')
})

test('a page that fails leaves the others', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  render(<App pages={some} />)
  fireEvent.click(link('Broken'))
  expect((await screen.findByRole('alert')).textContent).not.toContain('secret')
  fireEvent.click(link('First'))
  expect(await screen.findByText('The first')).toBeDefined()
})

test('every page has a path and a title of its own', () => {
  expect(new Set(pages.map((p) => p.path)).size).toBe(pages.length)
  expect(new Set(pages.map((p) => p.title)).size).toBe(pages.length)
})
