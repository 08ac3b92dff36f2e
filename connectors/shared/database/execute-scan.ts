import { deadlineAfter } from '../../../src/connector/deadline.js'
import type { Engine, LandedFile } from '../../../src/connector/engine.js'
import type { Relation } from '../../../src/connector/relation.js'
import type { Part, ScanOptions, ScanReport } from '../../../src/connector/source.js'
import { ResultTooLarge } from '../../../src/errors.js'
import type { Statement, Statements } from './statements.js'

/** What a scan works with. */
export interface ScanParts {
  readonly engine: Engine
  readonly scratchFolder: string
  /** What was pushed down as statements, over the tables that the source holds now. */
  statements(signal: AbortSignal): Promise<Statements>
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

/** Runs what was pushed down; the deadline ends it at the server too. */
export async function* executeScan(
  { signal, deadline, rowsMax, bytesMax, compression }: ScanOptions,
  parts: ScanParts,
): AsyncGenerator<Part, ScanReport> {
  const clock = deadlineAfter(deadline - Date.now(), signal)
  const limits = { signal: clock.signal, rowsMax, bytesMax, deadline }
  try {
    const { statements, remaining } = await parts.statements(clock.signal)
    const [only] = statements.values()
    const files =
      remaining.op === 'scan' && only !== undefined
        ? parts.read(only, limits)
        : combine(statements, remaining, { ...limits, compression }, parts)
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
  statements: Statements['statements'],
  remaining: Relation,
  { compression, ...limits }: Limits & Pick<ScanOptions, 'compression'>,
  { engine, scratchFolder, read }: ScanParts,
): AsyncGenerator<LandedFile, { rows: number }> {
  const answers = new Map([...statements.keys()].map((id) => [id, [] as LandedFile[]]))
  const landed = () => [...answers.values()].flat()
  try {
    for (const [id, statement] of statements) {
      for await (const file of read(statement, limits)) answers.get(id)?.push(file)
      const bytes = landed().reduce((sum, file) => sum + file.bytes, 0)
      if (bytes > limits.bytesMax)
        throw new ResultTooLarge(`The answer of one source is larger than ${limits.bytesMax} bytes. Filter more, or group.`)
    }
    const { signal, bytesMax } = limits
    return yield* engine.combine(remaining, answers, { folder: scratchFolder, bytesMax, signal, compression })
  } finally {
    await Promise.all(landed().map((file) => file.release()))
  }
}
