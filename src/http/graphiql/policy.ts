/**
 * Headers of the GraphiQL page. Scripts come from this hub's own files alone, none inline and none made of text. The editor makes style
 * elements, which its start script marks with the page's nonce, and places its lines by style attributes in text that it makes, which no
 * nonce or hash can name: so attributes, and they alone, may be inline. Fonts and icons are data within the style sheet.
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

/** Headers of the files that the page loads. A worker has the policy of its own file: it may fetch nothing. */
export const assetHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}
