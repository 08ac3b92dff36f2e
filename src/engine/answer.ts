import { type Answer, type AnswerOptions, isReadError, type LandedParts, type Numbers, type RowFormat } from '../connector/engine.js'
import type { Relation } from '../connector/relation.js'
import { ResultTooLarge } from '../errors.js'
import { encodingOf, type Page, pageBytesMax, pageSql, renderSql, smallPageSql } from './json/page-sql.js'
import { separateSql, togetherSql } from './parts/read-union.js'
import type { DuckDbSession } from './session.js'
import { sqlType } from './sql/type.js'
import { textBytesSql } from './text/text-bytes.js'

/** With more bytes of parts than this, the relation runs only once. A page that turns out not to be small would make it run twice. */
const smallPartsBytesMax = 8 * 1024 * 1024

/**
 * Runs a relation over landed parts. Gives the session's place in the admission queue back once the rows are computed: an operation may
 * hold many results until its response is written, and would deadlock if each kept a place.
 * @param reenter waits for a place again and returns a function that gives it back, because writing the rows occupies the engine too.
 */
export async function answerOver(
  session: DuckDbSession,
  relation: Relation,
  parts: LandedParts,
  options: AnswerOptions,
  reenter: () => Promise<() => void>,
): Promise<Answer> {
  const { rows, text } = await read(session, relation, parts, options)
  if (text !== undefined) {
    await session.close()
    return writtenAnswer(rows, text, options)
  }
  const page = { rows, rowCount: Math.min(rows, options.limit) }
  const { wide, textBytes } = await lookAt(session, options.columns, page)
  session.rest()
  const columns = options.columns.map(({ name, shape }, index) => ({ name, shape, encoding: encodingOf(shape, wide.has(index)) }))
  return {
    rows,
    encodings: columns.map(({ encoding }) => encoding),
    async json(format: RowFormat, numbers: Numbers) {
      if (page.rowCount === 0) return [Buffer.from('[]')]
      if (textBytes > pageBytesMax) {
        throw new ResultTooLarge(`This page holds more than ${pageBytesMax} bytes of text. Ask for fewer rows or columns.`)
      }
      const leave = await reenter()
      try {
        const stretches = await session.blobs(renderSql(columns, format, numbers, page))
        return [...stretches.flatMap((stretch, index) => [Buffer.from(index === 0 ? '[' : ','), stretch as Uint8Array]), Buffer.from(']')]
      } finally {
        leave()
      }
    },
    release: () => session.close(),
  }
}

/** The answer of a small page. Its text is already written, and the engine no longer holds anything. */
function writtenAnswer(rows: number, text: string, { columns, format: written }: AnswerOptions): Answer {
  return {
    rows,
    encodings: columns.map(({ shape }) => encodingOf(shape, false)),
    async json(format, numbers) {
      if (format !== written || numbers !== 'EXACT') throw new Error(`The rows were to be asked for as exact ${written} alone.`)
      return [Buffer.from(`[${text}]`)]
    },
    release: () => Promise.resolve(),
  }
}

interface Read {
  readonly rows: number
  /** The page as JSON, where it is small and was written at once. Otherwise the rows are in the temporary table `result`. */
  readonly text?: string
}

/** Reads the scans of a union together, which is faster, and one by one where that fails. */
async function read(session: DuckDbSession, relation: Relation, parts: LandedParts, options: AnswerOptions): Promise<Read> {
  const { columns, format, limit } = options
  const isSmall = format !== undefined && bytesOf(parts) <= smallPartsBytesMax
  const small = isSmall
    ? smallPageSql(
        columns.map(({ name, shape }) => ({ name, shape, encoding: encodingOf(shape, false) })),
        format,
        limit,
      )
    : undefined
  const together = togetherSql(relation, parts)
  try {
    if (together !== undefined) return await written(session, together, small)
  } catch (thrown) {
    if (!isReadError(thrown)) throw thrown
  }
  return written(session, separateSql(relation, parts), small)
}

/** Writes a page that may be small at once, because creating and reading a table takes longer than writing a few rows. */
async function written(session: DuckDbSession, sql: string, small: ((rows: string) => string) | undefined): Promise<Read> {
  const [page] = small === undefined ? [] : await session.rows(small(sql))
  const text = page?.['text']
  if (typeof text === 'string') return { rows: Number(page?.['rows']), text }
  return { rows: await session.table('result', sql) }
}

/** What must be known about a page before it is described and written. */
interface Looked {
  /** The INT64 columns that have a value beyond 2^53 on the page. */
  readonly wide: ReadonlySet<number>
  /** Bytes of the page's texts. */
  readonly textBytes: number
}

async function lookAt(session: DuckDbSession, columns: AnswerOptions['columns'], page: Page): Promise<Looked> {
  const integers = columns.flatMap(({ shape }, index) => (shape.type === 'INT64' ? [index] : []))
  const hasTexts = columns.some(({ shape }) => sqlType(shape) === 'VARCHAR')
  if (page.rowCount === 0 || (integers.length === 0 && !hasTexts)) return { wide: new Set(), textBytes: 0 }
  const bounds = integers.map((index) => `max(c${index}) AS max${index}, min(c${index}) AS min${index}`)
  const bytes = hasTexts ? [`${textBytesSql(columns)} AS bytes`] : []
  const [row] = await session.rows(`SELECT ${[...bounds, ...bytes].join(', ')} FROM ${pageSql(page)}`)
  const isWide = (bound: unknown) => typeof bound === 'bigint' && (bound > Number.MAX_SAFE_INTEGER || bound < Number.MIN_SAFE_INTEGER)
  const wide = new Set(integers.filter((index) => isWide(row?.[`max${index}`]) || isWide(row?.[`min${index}`])))
  return { wide, textBytes: Number(row?.['bytes'] ?? 0) }
}

function bytesOf(parts: LandedParts): number {
  return [...parts.values()].flat().reduce((sum, { bytes }) => sum + bytes, 0)
}
