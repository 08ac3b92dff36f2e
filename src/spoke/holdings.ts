import { type CatalogueEvent, catalogueEventSchema, type DatasetDescription } from '../connector/catalogue.js'
import type { ColumnDescription } from '../connector/column.js'
import { followChanges } from '../connector/follow-changes.js'
import { mayReadColumn, readableBy, withoutShadows } from '../connector/may-read.js'
import type { TableScan } from '../connector/relation.js'
import { Revision } from '../connector/revision.js'
import type { Log, Source } from '../connector/source.js'
import { DialsError, SourceUnavailable, toDialsError } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'

/** Milliseconds. Converting every file of a folder for the first time may take minutes. */
const readMsMax = 1_800_000

/** Whose spoke this is, by its own configuration. */
export interface Owner {
  /** Undefined where nothing says so: then no organisation's token opens what is closed. */
  readonly organisation: string | undefined
  /** Whether it may read the columns that identify people. */
  readonly readsPersonal: boolean
}

interface Holding {
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
    private readonly owner: Owner,
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

  /** The source of a table, once the viewer may read the scanned columns. Throws FORBIDDEN, AGREEMENT_REQUIRED or SOURCE_UNAVAILABLE. */
  sourceOf(scan: TableScan, viewer: Viewer): Source {
    const holding = this.#tables.get(scan.table)
    if (holding === undefined) throw noTable(scan.table, this.#problems.get(scan.table.slice(0, scan.table.indexOf('/'))))
    return decide(scan, holding, viewer, this.owner)
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

/**
 * The spoke decides access itself, whatever the hub decided: by its own sources, by whose spoke it is, and by the organisation that the
 * viewer was found to speak for.
 */
function decide(scan: TableScan, holding: Holding, viewer: Viewer, owner: Owner): Source {
  const { access, sharedWith } = holding.dataset
  const guarded = { access, sharedWith, owner: owner.organisation, ownerReadsPersonal: owner.readsPersonal }
  const readable = readableBy(guarded, viewer.organisation)
  if (readable === 'NOTHING') throw refusedTable(scan.table, viewer)
  for (const { name } of scan.columns) {
    const column = holding.columns.get(name)
    if (column === undefined)
      throw new SourceUnavailable(`The table ${scan.table} has no column '${name}' any more. It is right again after the next harvest.`)
    if (!mayReadColumn(readable, column.sensitivity))
      throw new DialsError('FORBIDDEN', `The column '${name}' of ${scan.table} is not open.`)
  }
  return holding.source
}

/** The hub asks with a viewer for what it takes to be the viewer's own: where this spoke does not, its operator can mend that. */
function refusedTable(table: string, { organisation }: Viewer): DialsError {
  const own = organisation === undefined ? '' : ' If it is your own, the spoke’s operator has to name your organisation in spoke.yaml.'
  return new DialsError('AGREEMENT_REQUIRED', `The table ${table} is not open: it needs an agreement in force that covers it.${own}`)
}
