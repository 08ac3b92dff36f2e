const units = ['kB', 'MB', 'GB', 'TB']

/** `812 bytes`, `1.2 MB`. */
export function byteText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`
}
