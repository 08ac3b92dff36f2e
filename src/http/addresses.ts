/** Whether an address, of any method, is one of the graph's or of its downloads. */
export function isGraph(url: string): boolean {
  return /^\/graphql(\/stream)?\/?(\?|$)/.test(url) || isDownload(url)
}

/** Whether an address, of any method, is one of a download or of its report. */
export function isDownload(url: string): boolean {
  return /^\/query(\/|\?|$)|^\/tables\/[^?]/.test(url)
}
