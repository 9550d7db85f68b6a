import { lazy, type ComponentType } from 'react'

// A page: where it is, what the navigation calls it, and what it shows.
export interface PageEntry {
  path: string
  title: string
  Page: ComponentType
}

// The pages, in the navigation's order. `svcgen add page /PATH` adds one above the last line.
export const pages: PageEntry[] = [
  { path: '/', title: 'Payments', Page: lazy(() => import('./pages/payments')) },
  // svcgen:pages
]
