/** `Line 3`, `Lines 3, 7 and 12`, `Lines 3, 7, 9, 11, 13 and 40 more`. */
export function listPlaces(positions: readonly number[], one: string, many: string, total = positions.length): string {
  const shown = positions.slice(0, 5)
  if (total === 1) return `${one} ${shown[0]}`
  const rest = total - shown.length
  if (rest > 0) return `${many} ${shown.join(', ')} and ${rest} more`
  return `${many} ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
