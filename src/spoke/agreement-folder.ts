import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolderOf, writeDurably } from '../audit/log/durable.js'
import { isUuid } from '../connector/is-uuid.js'
import { DialsError } from '../errors.js'
import { type Agreement, agreementSchema, type SignedAgreement } from '../policy/agreement.js'

const copyName = /^([0-9a-f-]{36})\.v(\d{1,7})\.json$/

/** A copy of an agreement. `agreement` is undefined where the file is damaged. */
export interface HeldCopy {
  readonly id: string
  readonly version: number
  readonly agreement: Agreement | undefined
}

/**
 * The agreements that a spoke has verified, a file for each; and those that its operator refuses, each an empty file named by its id: so
 * two commands at once lose nothing, and who wrote it does not matter to the spoke.
 */
export class AgreementFolder {
  readonly #newest = new Map<string, number>()

  private constructor(private readonly folder: string) {}

  /** Opens the folder, or makes it. */
  static async open(folder: string): Promise<AgreementFolder> {
    const opened = new AgreementFolder(folder)
    await mkdir(opened.#refusedFolder, { recursive: true, mode: 0o700 })
    for (const { id, version } of await opened.#copies()) opened.#grow(id, version)
    return opened
  }

  /** Keeps a countersigned copy. */
  async keep({ agreement: { id, version }, canonical, signatures }: SignedAgreement): Promise<void> {
    await writeDurably(join(this.folder, `${id}.v${version}.json`), JSON.stringify({ canonical, signatures }))
    this.#grow(id, version)
  }

  /**
   * Refuses what the operator refuses, and what is older than the newest version that this spoke has seen. It is looked up each time: a
   * refusal counts from the next scan on.
   * @throws AGREEMENT_REQUIRED
   */
  async check({ agreement: { id, version } }: SignedAgreement): Promise<void> {
    if ((this.#newest.get(id) ?? 0) > version)
      throw new DialsError(
        'AGREEMENT_REQUIRED',
        `This spoke has a newer version of the agreement ${id}: version ${version} counts no more.`,
      )
    if ((await this.refused()).has(id))
      throw new DialsError('AGREEMENT_REQUIRED', `The operator of the spoke has suspended the agreement ${id} there.`)
  }

  /** The copies of the agreements, by their ids and versions. */
  async list(): Promise<HeldCopy[]> {
    return Promise.all((await this.#copies()).map(async ({ name, ...copy }) => ({ ...copy, agreement: await this.#read(name) })))
  }

  /** The ids of the agreements that the operator refuses. */
  async refused(): Promise<ReadonlySet<string>> {
    return new Set((await readdir(this.#refusedFolder)).filter(isUuid))
  }

  /** Refuses an agreement from now on, or no longer. @param id a UUID in lower case. Durable before it resolves. */
  async refuse(id: string, isRefused: boolean): Promise<void> {
    const file = join(this.#refusedFolder, id)
    if (isRefused) return writeDurably(file, '')
    await rm(file, { force: true })
    await syncFolderOf(file)
  }

  get #refusedFolder(): string {
    return join(this.folder, 'refused')
  }

  async #copies(): Promise<{ readonly name: string; readonly id: string; readonly version: number }[]> {
    return (await readdir(this.folder)).sort().flatMap((name) => {
      const [, id, version] = copyName.exec(name) ?? []
      return id === undefined ? [] : [{ name, id, version: Number(version) }]
    })
  }

  async #read(name: string): Promise<Agreement | undefined> {
    try {
      const { canonical } = JSON.parse(await readFile(join(this.folder, name), 'utf8')) as { canonical: string }
      return agreementSchema.parse(JSON.parse(canonical))
    } catch {
      return undefined
    }
  }

  #grow(id: string, version: number): void {
    this.#newest.set(id, Math.max(version, this.#newest.get(id) ?? 0))
  }
}
