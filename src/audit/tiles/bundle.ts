/** Bytes of a commitment. */
const entryBytes = 32

/** Entries of 32 bytes as a bundle: each after its length (C2SP tlog-tiles, "Log entries"). @param entries side by side. */
export function bundleOf(entries: Buffer): Buffer {
  const length = Buffer.of(0, entryBytes)
  const pieces = Array.from({ length: entries.length / entryBytes }, (_, at) => [
    length,
    entries.subarray(at * entryBytes, (at + 1) * entryBytes),
  ])
  return Buffer.concat(pieces.flat())
}

/** The entries of a bundle. Undefined where it is malformed. */
export function entriesOf(bundle: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = []
  for (let at = 0; at < bundle.length;) {
    if (at + 2 > bundle.length) return undefined
    const end = at + 2 + bundle.readUInt16BE(at)
    if (end > bundle.length) return undefined
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return entries
}
