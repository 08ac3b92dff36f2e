/** Whether a URL leads to this machine itself, by its name alone. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return ['localhost', '[::1]'].includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname)
}
