import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import Page from './payments'

const item = (id: string) => ({ id, description: `the ${id}`, created_at: '2026-01-02T03:04:05Z' })

// A server with what it answers, in turn; the last answer again and again.
function serving(...answers: { status?: number; body: unknown }[]) {
  const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return new Response(JSON.stringify(answer?.body), { status: answer?.status ?? 200 })
  })
  vi.stubGlobal('fetch', fetched)
  return fetched
}

test('lists what there is, page by page', async () => {
  const fetched = serving({ body: { payments: [item('first')], next: 'a/b' } }, { body: { payments: [item('second')] } })
  render(<Page />)
  expect(screen.getByRole('status').textContent).toBe('Loading…')
  expect(await screen.findByText('the first')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'More' }))
  expect(await screen.findByText('the second')).toBeDefined()
  expect(screen.getByText('the first')).toBeDefined()
  expect(fetched.mock.calls[1]?.[0]).toBe('/v1/payments?after=a%2Fb')
  expect(screen.queryByRole('button', { name: 'More' })).toBeNull()
})

test('says that there are none', async () => {
  serving({ body: { payments: [] } })
  render(<Page />)
  expect(await screen.findByText('There are none yet.')).toBeDefined()
})

test('shows the trace id of a failure, and tries again', async () => {
  serving({ status: 502, body: { detail: 'cannot be reached', trace_id: '0af7651916cd43dd8448eb211c80319c' } }, { body: { payments: [item('first')] } })
  render(<Page />)
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('cannot be reached')
  expect(alert.textContent).toContain('0af7651916cd43dd8448eb211c80319c')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('the first')).toBeDefined()
  expect(screen.queryByRole('alert')).toBeNull()
})

test('creates one, and lists anew', async () => {
  const fetched = serving({ body: { payments: [] } }, { status: 201, body: item('new') }, { body: { payments: [item('new')] } })
  render(<Page />)
  await screen.findByText('There are none yet.')
  fireEvent.change(screen.getByLabelText('Description'), { target: { value: 'the new' } })
  fireEvent.click(screen.getByRole('button', { name: 'Create' }))
  expect(await screen.findByText('the new')).toBeDefined()
  expect(fetched.mock.calls[1]?.[1]).toMatchObject({ method: 'POST', body: '{"description":"the new"}' })
})

test('says what is wrong with what was typed', async () => {
  serving({ body: { payments: [] } }, { status: 422, body: { detail: 'no', errors: [{ location: 'body.description', message: 'too long' }] } })
  render(<Page />)
  await screen.findByText('There are none yet.')
  fireEvent.change(screen.getByLabelText('Description'), { target: { value: 'x' } })
  fireEvent.click(screen.getByRole('button', { name: 'Create' }))
  expect((await screen.findByRole('alert')).textContent).toContain('body.description too long')
})
