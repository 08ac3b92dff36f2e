import { existsSync } from 'node:fs'
import { unlessAborted } from '../../../../src/connector/deadline.js'
import type { Engine } from '../../../../src/connector/engine.js'
import { SourceTimeout, SourceUnavailable, toDialsError } from '../../../../src/errors.js'
import { fileLiteral, literal } from '../../engine-sql.js'
import { databaseSuffix, tableIn } from './copy-table.js'

/** How many unused databases stay attached. Attaching takes a millisecond, but each attached database keeps a file open. */
const idleMax = 256

interface Attached {
  readonly database: string
  readonly ready: Promise<void>
  uses: number
}

/** A copy as a table expression. It stays readable until `release` is called. */
export interface ReadableCopy {
  readonly from: string
  /** The copy has the place of each row as `rowid`. */
  readonly hasRowIds: boolean
  readonly release: () => void
}

/** Counts the databases of all sources, because names must be unique in an engine. */
let databases = 0

/** Makes copies readable for the engine. A database is attached when it is first read. */
export class AttachedCopies {
  /** By path, in the order of their last use. */
  readonly #attached = new Map<string, Attached>()

  constructor(private readonly engine: Engine) {}

  /**
   * Makes a copy readable.
   * @throws INTERNAL_SERVER_ERROR if the copy is damaged or missing (see `isDamaged`), SOURCE_TIMEOUT if the signal ends first.
   */
  async read(path: string, signal: AbortSignal): Promise<ReadableCopy> {
    if (!path.endsWith(databaseSuffix)) return { from: `read_parquet(${fileLiteral(path)})`, hasRowIds: false, release: () => undefined }
    const copy = this.#attached.get(path) ?? this.#attach(path)
    this.#attached.delete(path)
    this.#attached.set(path, copy)
    copy.uses++
    let isReleased = false
    const release = () => {
      if (!isReleased) copy.uses--
      isReleased = true
    }
    try {
      await unlessAborted(copy.ready, signal)
      return { from: tableIn(copy.database), hasRowIds: true, release }
    } catch (thrown) {
      release()
      throw signal.aborted ? new SourceTimeout('The query was ended before it ran.', { cause: thrown }) : thrown
    }
  }

  /** Detaches unused databases whose file is gone and, if there are many, those unused for longest. */
  async tidy(): Promise<void> {
    const idle = [...this.#attached].filter(([, { uses }]) => uses === 0)
    const tooMany = Math.max(0, idle.length - idleMax)
    await this.#detach(idle.filter(([path], index) => index < tooMany || !existsSync(path)))
  }

  /** Detaches a copy even while it is in use. The next read attaches the file that is there then. */
  async forget(path: string): Promise<void> {
    await this.#detach([...this.#attached].filter(([attached]) => attached === path))
  }

  /** Detaches every copy. */
  async close(): Promise<void> {
    await this.#detach([...this.#attached])
  }

  async #detach(leaving: readonly (readonly [string, Attached])[]): Promise<void> {
    for (const [path] of leaving) this.#attached.delete(path)
    await Promise.allSettled(leaving.map(([, { ready }]) => ready))
    if (leaving.length > 0) await this.#run(leaving.map(([, { database }]) => `DETACH DATABASE IF EXISTS ${database}`))
  }

  /** Attaches without a caller's signal, because later readers share the attachment even if the first caller leaves. */
  #attach(path: string): Attached {
    const database = `copy_${++databases}`
    const ready = this.#run([`ATTACH ${literal(path)} AS ${database} (READ_ONLY)`])
    ready.catch(() => this.#attached.delete(path))
    if (this.#attached.size >= idleMax * 2) void ready.then(() => this.tidy()).catch(() => undefined)
    return { database, ready, uses: 0 }
  }

  async #run(statements: readonly string[]): Promise<void> {
    const session = await this.engine.connect()
    try {
      for (const statement of statements) await session.run(statement)
    } finally {
      await session.close()
    }
  }
}

/** Whether an error means that a copy is damaged or missing. */
export function isDamaged(thrown: unknown): boolean {
  if (toDialsError(thrown).code !== 'INTERNAL_SERVER_ERROR') return false
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause)
    if (/^IO Error: .*(Corrupt database|\.duckdb")/s.test(cause.message)) return true
  return false
}

/** The error for the client in that case. */
export function damagedCopy(cause: unknown): SourceUnavailable {
  return new SourceUnavailable('The copy of a table is damaged. It is made again at the next harvest.', { cause })
}
