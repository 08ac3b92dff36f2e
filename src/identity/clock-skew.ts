/** Seconds by which the clocks of the hub, its spokes and the issuers of tokens may differ: a token is taken so long after its end. */
export const skewSeconds = 5

/** Milliseconds until a token is taken no more. @param expiresAt its end, in seconds since the epoch. */
export function msUntilExpiry(expiresAt: number): number {
  return Math.max(0, (expiresAt + skewSeconds) * 1000 - Date.now())
}
