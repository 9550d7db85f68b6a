import { useCallback, useEffect, useState, type FormEvent } from 'react'

import { call } from '../api'
import { Failure } from '../failure'

// What the API says of payment.
interface Item {
  id: string
  description: string
  created_at: string
}

interface Items {
  payments: Item[]
  next?: string
}

const path = '/v1/payments'

// Lists payments, page by page, and creates them.
export default function Page() {
  const [items, setItems] = useState<Item[]>()
  const [next, setNext] = useState<string>()
  const [error, setError] = useState<unknown>()

  const load = useCallback(async (after?: string, signal?: AbortSignal) => {
    setError(undefined)
    try {
      const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`
      const answer = await call<Items>('GET', path + query, signal ? { signal } : {})
      setItems((had) => [...(after === undefined ? [] : (had ?? [])), ...answer.payments])
      setNext(answer.next)
    } catch (reason) {
      if (!signal?.aborted) setError(reason)
    }
  }, [])

  useEffect(() => {
    const leave = new AbortController()
    void load(undefined, leave.signal)
    return () => leave.abort()
  }, [load])

  return (
    <>
      <h1>Payments</h1>
      <Create created={() => void load()} />
      {error !== undefined && <Failure error={error} retry={() => void load(items === undefined ? undefined : next)} />}
      {items === undefined && error === undefined && <p role="status">Loading…</p>}
      {items?.length === 0 && <p>There are none yet.</p>}
      {items !== undefined && items.length > 0 && (
        <table>
          <caption>All payments</caption>
          <thead>
            <tr>
              <th scope="col">Description</th>
              <th scope="col">Created</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.id}>
                <td>{item.description}</td>
                <td>
                  <time dateTime={item.created_at}>{new Date(item.created_at).toLocaleString()}</time>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next !== undefined && error === undefined && (
        <button type="button" onClick={() => void load(next)}>
          More
        </button>
      )}
    </>
  )
}

function Create({ created }: { created: () => void }) {
  const [description, setDescription] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (busy) return // a double click is one click
    setBusy(true)
    setError(undefined)
    try {
      await call<Item>('POST', path, { body: { description } })
      setDescription('')
      created()
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form aria-label="Create payment" onSubmit={(event) => void submit(event)}>
      <label>
        Description
        <input value={description} onChange={(event) => setDescription(event.target.value)} required maxLength={200} />
      </label>
      <button type="submit" aria-disabled={busy}>
        Create
      </button>
      {error !== undefined && <Failure error={error} />}
    </form>
  )
}
