import { Component, Suspense, useEffect, useRef, useSyncExternalStore, type MouseEvent, type ReactNode } from 'react'

import { Failure } from './failure'
import type { PageEntry } from './pages'

// The page at the address, below the navigation.
export function App({ pages }: { pages: PageEntry[] }) {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname)
  const page = pages.find((p) => p.path === path)
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)

  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · storefront`
    // A screen reader goes on with the new page, as it would after a click on a link that loads one.
    if (!first.current) main.current?.focus()
    first.current = false
  }, [page])

  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <nav aria-label="Pages">
          {pages.map((p) => (
            <a key={p.path} href={p.path} aria-current={p === page ? 'page' : undefined} onClick={follow}>
              {p.title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Boundary key={path}>
          <Suspense fallback={<p role="status">Loading…</p>}>{page ? <page.Page /> : <NotFound />}</Suspense>
        </Boundary>
      </main>
    </>
  )
}

function NotFound() {
  return (
    <>
      <h1>Not found</h1>
      <p>There is no page at this address.</p>
    </>
  )
}

// What a page throws is shown in its place; the navigation stays.
class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    return 'error' in this.state ? <Failure error={this.state.error} /> : this.props.children
  }
}

// Follows a link without loading the document anew, unless it is meant for another tab.
function follow(event: MouseEvent<HTMLAnchorElement>) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  window.history.pushState(null, '', event.currentTarget.href)
  window.dispatchEvent(new PopStateEvent('popstate'))
}

function subscribe(changed: () => void) {
  window.addEventListener('popstate', changed)
  return () => window.removeEventListener('popstate', changed)
}
