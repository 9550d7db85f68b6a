// Calls of the API, at the same place that the page comes from.
//
// Each call begins a trace: its traceparent goes along, and what goes wrong carries the trace's id, under which the gateway and
// every service behind it have logged the call.

// What is wrong with one part of a request.
export interface Violation {
  location?: string
  message: string
}

export class ApiError extends Error {
  override name = 'ApiError'

  constructor(
    message: string,
    readonly traceId: string,
    // The HTTP status; 0: there was no answer.
    readonly status: number,
    readonly violations: Violation[] = [],
  ) {
    super(message)
  }
}

export interface CallOptions {
  body?: unknown
  signal?: AbortSignal
  // In milliseconds, for the whole call.
  timeout?: number
}

// Sends a request and returns what its answer holds. Rejects with an ApiError, or with an AbortError where signal says so.
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const traceId = hex(16)
  const headers: Record<string, string> = {
    Accept: 'application/json',
    traceparent: `00-${traceId}-${hex(8)}-01`,
  }
  const timeout = AbortSignal.timeout(options.timeout ?? 15_000)
  const init: RequestInit = {
    method,
    headers,
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  }
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  let status = 0
  try {
    const answer = await fetch(path, init)
    status = answer.status
    if (!answer.ok) throw await problem(answer, traceId)
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  } catch (error) {
    if (error instanceof ApiError || options.signal?.aborted) throw error
    const message = timeout.aborted
      ? 'There was no answer in time.'
      : status === 0
        ? 'The server cannot be reached.'
        : 'The answer cannot be read.'
    throw new ApiError(message, traceId, status)
  }
}

// The error of an answer, which is a problem (RFC 9457) unless something in between has answered.
async function problem(answer: Response, traceId: string): Promise<ApiError> {
  const said: unknown = await answer.json().catch(() => undefined)
  const text = (key: string): string | undefined => {
    const value = isRecord(said) ? said[key] : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const violations: Violation[] = []
  for (const v of isRecord(said) && Array.isArray(said.errors) ? said.errors : []) {
    if (isRecord(v) && typeof v.message === 'string') {
      violations.push({ message: v.message, ...(typeof v.location === 'string' ? { location: v.location } : {}) })
    }
  }
  const message = text('detail') ?? text('title') ?? `The server answers with ${answer.status}.`
  return new ApiError(message, text('trace_id') ?? traceId, answer.status, violations)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

// So many random bytes, in hexadecimal.
function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, '0')).join('')
}
