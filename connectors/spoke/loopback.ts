/** Whether a URL's host means this machine. Looks at the name only. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return ['localhost', '[::1]'].includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname)
}
