import { DialsError } from '../errors.js'

interface Answer<T> {
  data?: T | null
  errors?: { message: string }[]
}

/** One operation over HTTP. Throws with the graph's own message where it answers errors. */
export async function askGraph<T>(url: string, query: string, variables: object = {}, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const response = await fetch(`${url.replace(/\/+$/, '')}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }).catch(
    (thrown: unknown) => {
      throw new DialsError('SOURCE_UNAVAILABLE', `There is no hub at ${url}. Start one with 'dials hub', or give its --url.`, { cause: thrown })
    },
  )
  const answer = (await response.json().catch((thrown: unknown) => {
    throw new DialsError('SOURCE_UNAVAILABLE', `What answers at ${url} is not a hub. Give the hub's --url.`, { cause: thrown })
  })) as Answer<T>
  if (answer.errors?.[0] !== undefined) throw new DialsError('BAD_REQUEST', answer.errors[0].message)
  return answer.data as T
}
