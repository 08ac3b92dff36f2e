import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../audit/log/durable.js'
import { DialsError, Reason } from '../errors.js'
import { agreementSchema, type SignedAgreement } from '../policy/agreement.js'

const refusedFile = 'refused.json'
const copyName = /^([0-9a-f-]{36})\.v(\d{1,7})\.json$/

/** The agreements that a spoke has verified, a file for each, and the list of those that its operator refuses. */
export class AgreementFolder {
  readonly #newest = new Map<string, number>()

  private constructor(private readonly folder: string) {}

  /** Opens the folder, or makes it. */
  static async open(folder: string): Promise<AgreementFolder> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const opened = new AgreementFolder(folder)
    for (const name of await readdir(folder)) {
      const [, id, version] = copyName.exec(name) ?? []
      if (id !== undefined) opened.#grow(id, Number(version))
    }
    return opened
  }

  /** Keeps a countersigned copy. */
  async keep({ agreement: { id, version }, canonical, signatures }: SignedAgreement): Promise<void> {
    const file = join(this.folder, `${id}.v${version}.json`)
    await writeDurably(file, JSON.stringify({ canonical, signatures }))
    this.#grow(id, version)
  }

  /**
   * Refuses what the operator refuses, and what is older than the newest version that this spoke has seen. The list is read each time: a
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
  async list(): Promise<Pick<SignedAgreement, 'agreement'>[]> {
    const names = (await readdir(this.folder)).filter((name) => copyName.test(name)).sort()
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')))
    return texts.map((text) => {
      const { canonical } = JSON.parse(text) as { canonical: string }
      return { agreement: agreementSchema.parse(JSON.parse(canonical)) }
    })
  }

  /** The ids of the agreements that the operator refuses. */
  async refused(): Promise<ReadonlySet<string>> {
    const text = await readFile(join(this.folder, refusedFile), 'utf8').catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return '[]'
      throw thrown
    })
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) throw new Reason(`${refusedFile} is no list of ids`)
    return new Set(list.map(String))
  }

  /** Refuses an agreement from now on, or no longer. Durable before it resolves. */
  async refuse(id: string, isRefused: boolean): Promise<void> {
    const ids = new Set(await this.refused())
    if (isRefused) ids.add(id)
    else ids.delete(id)
    await writeDurably(join(this.folder, refusedFile), JSON.stringify([...ids].sort()))
  }

  #grow(id: string, version: number): void {
    this.#newest.set(id, Math.max(version, this.#newest.get(id) ?? 0))
  }
}
