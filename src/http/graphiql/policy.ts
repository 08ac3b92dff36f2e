/**
 * Headers of the GraphiQL page. Scripts may only come from this hub's own files, not inline and not from text. The editor makes style
 * elements, which its start script marks with the page's nonce. It also makes text with style attributes, for which CSP has no nonce, so
 * inline style attributes are allowed, and nothing else inline. Fonts and icons are data in the style sheet.
 * @param nonce of this one answer.
 */
export function pageHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    'font-src data:',
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    ...assetHeaders,
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** Headers of the files that the page loads. A worker follows the policy of its own file: it may fetch nothing. */
export const assetHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}
