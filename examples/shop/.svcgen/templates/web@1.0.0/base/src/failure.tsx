import { ApiError } from './api'

// Tells what went wrong, and the trace id to report it with. Screen readers say it at once.
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const api = error instanceof ApiError ? error : undefined
  return (
    <div role="alert" className="failure">
      <p>{api ? api.message : 'Something went wrong on this page.'}</p>
      {api && api.violations.length > 0 && (
        <ul>
          {api.violations.map((v) => (
            <li key={`${v.location ?? ''} ${v.message}`}>
              {v.location && <code>{v.location}</code>} {v.message}
            </li>
          ))}
        </ul>
      )}
      {api && (
        <p className="trace">
          Trace id: <code>{api.traceId}</code>
        </p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
