/** Asks for a download by POST. */
export function post(
  url: string,
  input: object,
  format: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}/query?format=${format}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
    signal: signal ?? null,
  })
}
