import type { LandedParts, TextForm, TextOptions } from '../../connector/engine.js'
import type { Relation } from '../../connector/relation.js'
import { separateSql } from '../parts/read-union.js'
import type { DuckDbSession } from '../session.js'
import { integer } from '../sql/type.js'
import { rowText } from './row-text.js'
import { textBytesSql } from './text-bytes.js'

/** About the bytes of text in one piece: a client that does not read keeps one or two of them in the hub's memory. */
const pieceBytes = 4 * 1024 * 1024
/** The most bytes of rows that are cut into pieces of equally many rows. Of more, each piece is measured. */
const evenBytesMax = 16 * pieceBytes
/** About what stands in a row beside the texts of its cells, for each cell: numbers, separators, marks; and its name where rows have names. */
const cellBytes: Record<TextForm['kind'], number> = { CSV: 8, NDJSON: 12, GEOJSON: 12, SHEET: 30 }

/** Pieces that are made while one is sent: each is the work of one core. */
const aheadMax = 1

/** Rows from the first to the last, counted from 1. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** Rows, and about the bytes of their text. */
type Measured = Stretch & { readonly bytes: number }

/**
 * Writes the rows of a relation as text, in pieces of bounded size. The relation runs once for each piece, over few rows at a time: its parts
 * are those of one scan, or a result that has already landed.
 * @param inSession lends a session for one statement, so that nothing of the engine is held while a piece is sent.
 */
export async function* writeText(
  relation: Relation,
  parts: LandedParts,
  { columns, form, after }: TextOptions,
  inSession: <T>(work: (session: DuckDbSession) => Promise<T>) => Promise<T>,
): AsyncGenerator<Uint8Array, { rows: number }> {
  const numbered = `SELECT *, row_number() OVER () AS place FROM (${separateSql(relation, parts)})`
  const isNamed = form.kind === 'NDJSON' || form.kind === 'GEOJSON'
  const besideTexts = columns.reduce((sum, { name }) => sum + cellBytes[form.kind] + (isNamed ? name.length : 0), 0)
  const bytesOf = async (stretch?: Stretch): Promise<{ rows: number; bytes: number }> => {
    const [row] = await inSession((session) =>
      session.rows(`SELECT count(*) AS rows, ${textBytesSql(columns)} AS bytes FROM (${numbered})${where(stretch)}`),
    )
    const rows = Number(row?.['rows'] ?? 0)
    return { rows, bytes: Number(row?.['bytes'] ?? 0) + rows * besideTexts }
  }
  const row = rowText(columns, form, after)
  const whole = await bytesOf()
  const stretches = firstStretches(whole)
  const ahead: Promise<(Uint8Array | null)[]>[] = []
  try {
    for (let next = stretches.pop(); next !== undefined; next = stretches.pop()) {
      const { from, to, bytes } = next
      if (bytes > pieceBytes && from < to) {
        const middle = Math.floor((from + to) / 2)
        const first = { from, to: middle, bytes: (await bytesOf({ from, to: middle })).bytes }
        stretches.push({ from: middle + 1, to, bytes: bytes - first.bytes }, first)
        continue
      }
      const text = `SELECT place, ${row} AS text FROM (${numbered})${where(next)}`
      const piece = inSession((session) => session.blobs(`SELECT encode(string_agg(text, '' ORDER BY place)) FROM (${text})`))
      piece.catch(() => undefined)
      ahead.push(piece)
      if (ahead.length > aheadMax) yield* written(await ahead.shift())
    }
    for (const piece of ahead) yield* written(await piece)
  } finally {
    await Promise.allSettled(ahead)
  }
  return { rows: whole.rows }
}

/** The stretches to write, the last one first: pieces of equally many rows, or all rows where a few of them may hold most of the text. */
function firstStretches({ rows, bytes }: { rows: number; bytes: number }): Measured[] {
  if (rows === 0) return []
  if (bytes > evenBytesMax) return [{ from: 1, to: rows, bytes }]
  const step = Math.ceil(rows / Math.max(1, Math.ceil(bytes / pieceBytes)))
  const starts = Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step)
  return starts.map((at) => ({ from: at + 1, to: Math.min(rows, at + step), bytes: Math.min(bytes, pieceBytes) })).reverse()
}

function* written(piece: (Uint8Array | null)[] | undefined): Generator<Uint8Array> {
  if (piece?.[0]) yield piece[0]
}

function where(stretch: Stretch | undefined): string {
  return stretch === undefined ? '' : ` WHERE place BETWEEN ${integer(stretch.from)} AND ${integer(stretch.to)}`
}
