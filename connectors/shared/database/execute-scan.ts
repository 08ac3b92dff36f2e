import { deadlineAfter } from '../../../src/connector/deadline.js'
import type { Engine, LandedFile } from '../../../src/connector/engine.js'
import type { Relation } from '../../../src/connector/relation.js'
import type { Part, ScanOptions, ScanReport } from '../../../src/connector/source.js'
import { ResultTooLarge } from '../../../src/errors.js'
import { fileLiteral } from '../engine-sql.js'
import type { Cut, Statement } from './take-exact.js'

/** What a scan works with. */
export interface ScanParts {
  readonly engine: Engine
  readonly scratchFolder: string
  /** What was taken as statements, over the tables that the source holds now. */
  cut(signal: AbortSignal): Promise<Cut>
  /** One statement's rows, a part at a time: no more is read from the database than was asked for. */
  read(statement: Statement, limits: Limits): AsyncGenerator<LandedFile, { rows: number }>
}

/** What one statement may answer, and until when. */
export interface Limits {
  readonly signal: AbortSignal
  readonly rowsMax: number
  readonly bytesMax: number
  readonly deadline: number
}

/** Runs what was taken; the deadline ends it at the server too. */
export async function* executeScan(
  { signal, deadline, rowsMax, bytesMax }: ScanOptions,
  parts: ScanParts,
): AsyncGenerator<Part, ScanReport> {
  const clock = deadlineAfter(deadline - Date.now(), signal)
  const limits = { signal: clock.signal, rowsMax, bytesMax, deadline }
  try {
    const { statements, rest } = await parts.cut(clock.signal)
    const [only] = statements
    const files = rest.op === 'scan' && only !== undefined ? parts.read(only, limits) : combine(statements, rest, limits, parts)
    let ended = false
    try {
      for (;;) {
        const next = await files.next()
        if (next.done === true) {
          ended = true
          return { rows: next.value.rows, truncated: false, asOf: new Date().toISOString() }
        }
        yield { kind: 'parquet', file: next.value }
      }
    } finally {
      if (!ended) await files.return({ rows: 0 })
    }
  } finally {
    clock.clear()
  }
}

/** What no statement could do alone: the answers of several, which the engine works on. */
async function* combine(
  statements: readonly Statement[],
  rest: Relation,
  limits: Limits,
  parts: ScanParts,
): AsyncGenerator<LandedFile, { rows: number }> {
  const files: LandedFile[][] = []
  try {
    for (const statement of statements) {
      const own: LandedFile[] = []
      files.push(own)
      for await (const file of parts.read(statement, limits)) own.push(file)
      const bytes = files.flat().reduce((sum, file) => sum + file.bytes, 0)
      if (bytes > limits.bytesMax)
        throw new ResultTooLarge(`The answer of one source is larger than ${limits.bytesMax} bytes. Filter more, or group.`)
    }
    const session = await parts.engine.connect(limits.signal)
    try {
      const sql = parts.engine.compile(
        rest,
        ({ table }) => `read_parquet([${(files[Number(table)] ?? []).map(({ path }) => fileLiteral(path)).join(', ')}])`,
      )
      return yield* session.parts(sql, { folder: parts.scratchFolder, bytesMax: limits.bytesMax })
    } finally {
      await session.close()
    }
  } finally {
    await Promise.all(files.flat().map((file) => file.release()))
  }
}
