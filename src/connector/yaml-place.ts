import type { Document } from 'yaml'

/** Where in a document the value of a path begins, or of the nearest part of the path that is there. */
export function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const node = [...path.keys(), path.length]
    .map((count) => document.getIn(path.slice(0, path.length - count), true))
    .find((found) => found !== undefined && found !== null)
  return (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0
}
