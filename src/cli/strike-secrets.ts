const lengthMin = 4

/** The text with `[redacted]` where a secret of four characters or more stood, as it is or as JSON escapes it. */
export function strikeSecrets(text: string, secrets: readonly string[]): string {
  const forms = new Set(
    secrets.filter(({ length }) => length >= lengthMin).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]),
  )
  // The longest first: of a secret within another the rest would be left.
  const longestFirst = [...forms].sort((left, right) => right.length - left.length)
  return longestFirst.reduce((struck, secret) => struck.replaceAll(secret, '[redacted]'), text)
}

/** Does the work; what it throws has no secret in its message or stack. */
export async function strikingSecrets<T>(secrets: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown
    const { message, stack = '' } = thrown
    throw Object.assign(thrown, { message: strikeSecrets(message, secrets), stack: strikeSecrets(stack, secrets) })
  }
}
