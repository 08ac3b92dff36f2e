/** Orders texts by their UTF-16 units, which no locale changes. */
export function binaryOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
