import { expect, test, vi } from 'vitest'

import { ApiError, call } from './api'

function answering(body: BodyInit | null, init: ResponseInit = {}) {
  const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => new Response(body, init))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

function traceOf(fetched: ReturnType<typeof answering>, i: number): string {
  const headers = new Headers(fetched.mock.calls[i]?.[1].headers)
  return headers.get('traceparent') ?? ''
}

test('sends a trace of its own with every call', async () => {
  const fetched = answering('{"id":"7"}')
  expect(await call('POST', '/v1/things', { body: { a: 1 } })).toEqual({ id: '7' })
  await call('GET', '/v1/things').catch(() => undefined)
  expect(traceOf(fetched, 0)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(traceOf(fetched, 1)).not.toBe(traceOf(fetched, 0))
  const init = fetched.mock.calls[0]?.[1]
  expect(init?.body).toBe('{"a":1}')
  expect(new Headers(init?.headers).get('content-type')).toBe('application/json')
})

test('an answer without a body is undefined', async () => {
  answering(null, { status: 204 })
  expect(await call('DELETE', '/v1/things/7')).toBeUndefined()
})

test('a problem becomes an error with the trace id', async () => {
  answering(
    JSON.stringify({
      title: 'Unprocessable Entity',
      detail: 'validation failed',
      trace_id: 'abc',
      errors: [{ location: 'body.a', message: 'too small' }, 'junk'],
    }),
    { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
  )
  const error = await failure(call('POST', '/v1/things', { body: {} }))
  expect(error).toMatchObject({ message: 'validation failed', traceId: 'abc', status: 422 })
  expect(error.violations).toEqual([{ location: 'body.a', message: 'too small' }])
})

test('what is no problem keeps the trace id that was sent', async () => {
  const fetched = answering('<html>', { status: 502 })
  const error = await failure(call('GET', '/v1/things'))
  expect(traceOf(fetched, 0)).toContain(error.traceId)
  expect(error).toMatchObject({ message: 'The server answers with 502.', status: 502 })
})

test('no answer, and one that cannot be read', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))))
  expect(await failure(call('GET', '/v1/things'))).toMatchObject({ message: 'The server cannot be reached.', status: 0 })
  answering('{"id":')
  expect(await failure(call('GET', '/v1/things'))).toMatchObject({ message: 'The answer cannot be read.', status: 200 })
})

// A server that does not answer.
function silence(_: string, init: RequestInit): Promise<Response> {
  return new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)))
}

test('gives up in time', async () => {
  vi.stubGlobal('fetch', silence)
  expect((await failure(call('GET', '/v1/things', { timeout: 10 }))).message).toBe('There was no answer in time.')
})

test('whoever stops a call gets no ApiError', async () => {
  vi.stubGlobal('fetch', silence)
  const stop = new AbortController()
  const pending = call('GET', '/v1/things', { signal: stop.signal })
  stop.abort()
  await expect(pending).rejects.not.toBeInstanceOf(ApiError)
})
