const lengthMin = 4

/** Replaces each secret of four characters or more by `[redacted]`, in its plain form and as JSON escapes it. */
export function strikeSecrets(text: string, secrets: readonly string[]): string {
  const forms = new Set(
    secrets.filter(({ length }) => length >= lengthMin).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]),
  )
  // The longest first, or parts of a longer secret would stay behind when a shorter one within it is replaced.
  const longestFirst = [...forms].sort((left, right) => right.length - left.length)
  return longestFirst.reduce((struck, secret) => struck.replaceAll(secret, '[redacted]'), text)
}

/** Runs work; its errors have no secret in their message or stack. */
export async function strikingSecrets<T>(secrets: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown
    const { message, stack = '' } = thrown
    throw Object.assign(thrown, { message: strikeSecrets(message, secrets), stack: strikeSecrets(stack, secrets) })
  }
}
