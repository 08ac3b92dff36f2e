import { create } from 'content-disposition'

const namesMax = 100

/** A header for a file that people recognise: named after the spokes and tables of the query, and the day. @param tables ids of tables. */
export function disposition(tables: readonly string[], extension: string, today = new Date()): string {
  const [first = 'query', ...others] = [...new Set(tables.map((id) => [...new Set(id.split('/'))].join(' ')))]
  const stem = others.length === 0 ? first : `${first} and ${others.length} more`
  const plain =
    stem
      .replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ')
      .trim()
      .slice(0, namesMax) || 'query'
  return create(`${plain} ${today.toISOString().slice(0, 10)}.${extension}`)
}
