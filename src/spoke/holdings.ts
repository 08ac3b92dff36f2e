import { type CatalogueEvent, catalogueEventSchema, type DatasetDescription } from '../connector/catalogue.js'
import type { ColumnDescription } from '../connector/column.js'
import { followChanges } from '../connector/follow-changes.js'
import { withoutShadows } from '../connector/may-read.js'
import { Revision } from '../connector/revision.js'
import type { Log, Source } from '../connector/source.js'
import { type DialsError, SourceUnavailable, toDialsError } from '../errors.js'

/** Milliseconds. Converting every file of a folder for the first time may take minutes. */
const readMsMax = 1_800_000

/** Whose spoke this is, by its own configuration. */
export interface Owner {
  /** Undefined where nothing says so: then no organisation's token opens what is closed. */
  readonly organisation: string | undefined
  /** Whether it may read the columns that identify people. */
  readonly readsPersonal: boolean
}

/** A table of this spoke. */
export interface Holding {
  readonly source: Source
  readonly dataset: DatasetDescription
  /** By name. */
  readonly columns: ReadonlyMap<string, ColumnDescription>
}

/** The tables of this spoke as of the last harvest: the source of each, and who may read it. */
export class Holdings {
  readonly #revision = new Revision()
  /** Harvests are numbered as they begin. One that ends after a later one has ended is out of date. */
  #begun = 0
  #ended = 0
  #tables = new Map<string, Holding>()
  /** Why datasets are not whole, by their ids: only what everybody may be told. */
  #problems = new Map<string, string>()
  #first: Promise<void> | undefined

  constructor(
    private readonly sources: readonly Source[],
    readonly owner: Owner,
    private readonly log: Log,
  ) {}

  /**
   * Reads the catalogue of every source. Ends without `complete` where a source could not be read whole. Throws where nothing could be
   * read.
   */
  async *harvest(signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
    const number = ++this.#begun
    const tables = new Map<string, Holding>()
    const problems = new Map<string, string>()
    const owners = new Map<string, Source>()
    let whole = true
    let failure: DialsError | undefined
    let given = 0
    for (const source of this.sources) {
      let complete = false
      try {
        for await (const event of source.harvest(undefined, signal)) {
          if (event.kind === 'complete') complete = true
          else {
            given++
            const owner = event.kind === 'dataset' ? owners.get(event.dataset.id) : undefined
            if (event.kind === 'dataset' && owner !== undefined && owner !== source) yield duplicateId(event.dataset)
            else {
              if (event.kind === 'dataset') {
                owners.set(event.dataset.id, source)
                hold(tables, source, event.dataset)
              } else if (event.kind === 'problem' && event.listing === 'PUBLIC') problems.set(event.sourceId, event.message)
              yield event.kind === 'dataset' ? { ...event, dataset: this.#told(event.dataset) } : event
            }
          }
        }
      } catch (thrown) {
        failure = toDialsError(thrown)
        this.log.warn({ err: thrown }, 'a source could not be harvested')
      }
      whole &&= complete
    }
    if (failure !== undefined && given === 0) throw failure
    if (number > this.#ended) {
      this.#ended = number
      // Keep what a failed source had: its tables can still answer from their copies.
      this.#tables = whole ? tables : new Map([...this.#tables, ...tables])
      this.#problems = problems
    }
    if (whole) yield { kind: 'complete' }
    else if (failure !== undefined) yield { kind: 'problem', sourceId: '', message: failure.message }
  }

  /** A table, as of the last harvest. @throws SOURCE_UNAVAILABLE where there is none. */
  holdingOf(table: string): Holding {
    const holding = this.#tables.get(table)
    if (holding === undefined) throw noTable(table, this.#problems.get(table.slice(0, table.indexOf('/'))))
    return holding
  }

  /** A dataset as the hub may know it. That the owner reads everything is for this spoke to say, and for none of its sources. */
  #told({ ownerReadsPersonal: _, ...dataset }: DatasetDescription): DatasetDescription {
    return { ...withoutShadows(dataset), ...(this.owner.readsPersonal ? { ownerReadsPersonal: true } : {}) }
  }

  /** Waits until the sources were harvested once. Tries again where that failed. */
  async ready(): Promise<void> {
    this.#first ??= this.#read()
    try {
      await this.#first
    } catch (thrown) {
      this.#first = undefined
      throw thrown
    }
  }

  /** Reads the sources again whenever they change, until the signal ends; then `changes` answers. */
  follow(signal: AbortSignal): void {
    for (const source of this.sources)
      if (source.changes !== undefined)
        void followChanges(
          source.changes.bind(source),
          {
            changed: () => this.#readAgain(),
            failed: (thrown) => this.log.warn({ err: thrown }, 'a source cannot be watched'),
          },
          signal,
        )
  }

  /** See Source. */
  changes(since: string | undefined, signal: AbortSignal): Promise<string> {
    return this.#revision.after(since, signal)
  }

  /** Where it fails the hub is told all the same: its harvest will say why. */
  async #readAgain(): Promise<void> {
    await this.#read().catch((thrown: unknown) => this.log.warn({ err: thrown }, 'what has changed could not be read'))
    this.#revision.change()
  }

  async #read(): Promise<void> {
    const events = this.harvest(AbortSignal.timeout(readMsMax))
    while ((await events.next()).done !== true);
  }
}

/**
 * The problem of a second source with the same dataset id. The first keeps the id: rows and access of the second must not appear under it.
 */
function duplicateId({ id, listing }: DatasetDescription): CatalogueEvent {
  const message = `Two sources of this spoke have a dataset ${id}. The one that spoke.yaml names first keeps the id, and the other is left out: give its file or table another name.`
  return { kind: 'problem', sourceId: id, message, listing }
}

function hold(tables: Map<string, Holding>, source: Source, dataset: DatasetDescription): void {
  const checked = catalogueEventSchema.safeParse({ kind: 'dataset', dataset })
  if (!checked.success) return
  for (const table of dataset.tables) {
    const columns = new Map(table.columns.map((column) => [column.name, column]))
    tables.set(`${dataset.id}/${table.id}`, { source, dataset, columns })
  }
}

function noTable(table: string, reason: string | undefined): SourceUnavailable {
  return new SourceUnavailable(
    `The spoke has no table ${table} now: ${reason ?? "it is gone, or cannot be read. 'dials connector check' at the spoke says why."}`,
  )
}
