import { adminDraft } from '../../src/audit/log/draft.js'
import { copyFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { FileLog } from '../../src/audit/log/file-log.js'
import { HubLog } from '../../src/audit/log/hub-log.js'
import { LogKeyFile } from '../../src/audit/log/log-keys.js'
import { parseCheckpoint, signCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { cosignedAt } from '../../src/audit/notes/cosignature.js'
import { parseVerifierKey, signerKey } from '../../src/audit/notes/keys.js'
import { parseNote } from '../../src/audit/notes/signed-note.js'
import { LogReader } from '../../src/audit/read/log-reader.js'
import type { ExchangeAnswer, ExchangeRequest } from '../../src/audit/witness/exchange.js'
import { judge, LogChanged, OtherSize } from '../../src/audit/witness/judge.js'
import { type Exchange, SpokeWitness } from '../../src/audit/witness/spoke-witness.js'
import { auditAcceptCommand } from '../../src/cli/commands/audit/accept.js'
import { DialsError } from '../../src/errors.js'
import { loadHubKey } from '../../src/identity/hub-key.js'
import { HubWitness } from '../../src/spoke/hub-witness.js'
import { testAuditKey } from '../support/audit.js'
import { type FreshDatabase, freshDatabase, quiet } from '../support/postgres.js'
import { quietLog } from '../support/spoke.js'

const signal = new AbortController().signal
let folder: string
let database: FreshDatabase
let keys: LogKeyFile
const undo: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-witness-'))
  await loadHubKey(join(folder, 'hub-key.json'))
  await writeFile(
    join(folder, 'hub.yaml'),
    'name: Hub\nissuer: https://hub.test\nspokes:\n  - { id: camden, organisation: { id: camden, name: Camden }, connector: files, config: { folder: . } }\n',
  )
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** A hub with an empty log. */
async function hub() {
  database = await freshDatabase()
  undo.push(() => database.drop())
  await rm(join(folder, 'audit-keys.json'), { force: true })
  keys = new LogKeyFile(join(folder, 'audit-keys.json'), 'hub.test/audit')
  await keys.open()
  const log = new HubLog(database.knex, keys, '0.0.0', quiet)
  return { log, witness: new SpokeWitness(database.knex, new LogReader(database.knex), quiet), grow: (count: number) => grow(log, count) }
}

/** A spoke of the hub, over a folder of its own. */
async function spoke(id: string) {
  const at = join(folder, id)
  await rm(at, { recursive: true, force: true })
  await mkdir(at)
  return openSpoke(id)
}

async function openSpoke(id: string) {
  const at = join(folder, id)
  const own = new LogKeyFile(join(at, 'audit-keys.json'), `hub.test/spokes/${id}/audit`)
  await own.open()
  const log = await FileLog.open({ file: join(at, 'log.ndjson'), keys: own, software: '0.0.0', log: quietLog })
  undo.push(() => log.close().catch(() => undefined))
  const witness = new HubWitness({
    file: join(at, 'hub.json'),
    hubKeys: await keys.open(),
    log,
    ownKey: (await own.keysOf(undefined)).newest,
    logger: quietLog,
  })
  const exchange: Exchange = async (message) => JSON.stringify(await witness.exchange(JSON.parse(message) as ExchangeRequest))
  return { log, witness, exchange, own, file: join(at, 'log.ndjson'), grow: (count: number) => grow(log, count) }
}

async function grow(log: { append(drafts: ReturnType<typeof adminDraft>[]): Promise<unknown> }, count: number): Promise<void> {
  if (count > 0) await log.append(Array.from({ length: count }, (_, at) => adminDraft('grow', { at })))
}

/** The whole log, and what is known of the spokes. */
const tables = ['audit_witnesses', 'audit_leaves', 'audit_nodes', 'audit_checkpoints', 'audit_log', 'audit_keys']
/** Keeps the log as it is in the database. @returns what brings that state back. */
async function saved(): Promise<() => Promise<void>> {
  for (const table of tables) await database.knex.raw(`create table saved_${table} as table ${table}`)
  return async () => {
    for (const table of tables) await database.knex.raw(`truncate ${table}; insert into ${table} select * from saved_${table}`)
  }
}

const witnessed = (id: string) => database.knex('audit_witnesses').where({ spoke: id }).first() as Promise<Record<string, string | null>>
const accept = async (id: string) => {
  vi.stubEnv('DATABASE_URL', database.url)
  const told = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    await auditAcceptCommand().parseAsync(['--config', join(folder, 'hub.yaml'), '--data-dir', folder, '--spoke', id], { from: 'user' })
  } finally {
    told.mockRestore()
    vi.unstubAllEnvs()
  }
}

describe('hub and spoke', () => {
  it('cosign each other’s growing logs, and the cosignatures verify', async () => {
    const { witness, ...own } = await hub()
    const camden = await spoke('camden')
    for (const [ofHub, ofSpoke] of [
      [1, 0],
      [3, 2],
      [0, 0],
      [300, 5],
      [1, 300],
    ] as const) {
      await own.grow(ofHub)
      await camden.grow(ofSpoke)
      expect(await witness.exchange('camden', camden.exchange, signal)).toBeUndefined()
      const { note, cosigned } = await witnessed('camden')
      const { size } = (await database.knex('audit_log').first('size')) as { size: number }
      expect(parseCheckpoint(cosigned as string).size).toBe(Number(size))
      expect(note).toBe(await camden.log.checkpoint())
      const answer = JSON.parse(await camden.exchange(JSON.stringify({ hub: await submission(), old: 0 }), signal)) as ExchangeAnswer
      const key = parseVerifierKey(answer.witnessKey)
      const { signatures } = parseNote(cosigned as string)
      expect(cosignedAt(cosigned as string, signatures.at(-1) as never, key)).toBeCloseTo(Date.now() / 1000, -3)
      expect(await new LogReader(database.knex).witnessed()).toEqual([cosigned])
    }
    camden.witness.checkGoesOn()
  })

  it('raise no alarm where a spoke is down, or does not answer in their terms', async () => {
    const { witness, ...own } = await hub()
    await own.grow(2)
    const camden = await spoke('camden')
    await witness.exchange('camden', camden.exchange, signal)
    const before = await witnessed('camden')
    const bad: Exchange[] = [
      () => Promise.reject(new Error('down')),
      () => Promise.resolve('{}'),
      async (message) => JSON.stringify({ ...(JSON.parse(await camden.exchange(message, signal)) as object), spoke: 'no checkpoint' }),
    ]
    for (const one of bad) await expect(witness.exchange('camden', one, signal)).rejects.toThrow()
    expect(await witnessed('camden')).toEqual(before)
    expect(await witness.exchange('camden', camden.exchange, signal)).toBeUndefined()
  })

  it('raise no alarm where several hubs of one log exchange with one spoke at once', async () => {
    const { log, ...own } = await hub()
    await own.grow(5)
    const camden = await spoke('camden')
    const hubs = Array.from({ length: 3 }, () => new SpokeWitness(database.knex, new LogReader(database.knex), quiet))
    // Between what a hub has read and what the spoke answers, the log grows and another hub is quicker.
    const late: Exchange = async (message) => {
      await grow(log, 3)
      await camden.grow(2)
      await hubs[2]?.exchange('camden', camden.exchange, signal)
      return camden.exchange(message, signal)
    }
    for (let round = 0; round < 4; round++)
      expect(await Promise.all(hubs.slice(0, 2).map((one) => one.exchange('camden', late, signal)))).toEqual([undefined, undefined])
    camden.witness.checkGoesOn()
    expect(await hubs[0]?.exchange('camden', camden.exchange, signal)).toBeUndefined()
    expect((await witnessed('camden'))['note']).toBe(await camden.log.checkpoint())
  })

  it('stop where the hub’s log is another of one size, and others go on; each operator lets it go on', async () => {
    const { witness, ...own } = await hub()
    await own.grow(2)
    const restore = await saved()
    const [camden, barnet] = [await spoke('camden'), await spoke('barnet')]
    await own.grow(3)
    await witness.exchange('camden', camden.exchange, signal)
    await restore()
    await own.grow(3)
    const reason = expect.stringContaining('two histories of 6 entries of hub.test/audit are signed')
    expect(await witness.exchange('camden', camden.exchange, signal)).toEqual(reason)
    expect(() => camden.witness.checkGoesOn()).toThrow(expect.objectContaining({ code: 'AUDIT_UNAVAILABLE' }))
    expect(await witness.stoppedOf('camden')).toEqual(reason)
    // Not even asked.
    expect(await witness.exchange('camden', () => Promise.reject(new Error('asked')), signal)).toEqual(reason)
    expect(await witness.exchange('barnet', barnet.exchange, signal)).toBeUndefined()
    barnet.witness.checkGoesOn()
    // A hub that accepts while the spoke does not is stopped again.
    await accept('camden')
    expect(await witness.exchange('camden', camden.exchange, signal)).toEqual(reason)
    await accept('camden')
    await camden.log.close()
    await rm(join(folder, 'camden', 'hub.json'))
    expect(await witness.exchange('camden', (await openSpoke('camden')).exchange, signal)).toBeUndefined()
    const { reasons } = JSON.parse(
      ((await database.knex('audit_leaves').orderBy('index', 'desc').first('body')) as { body: string }).body,
    ) as { reasons: string[] }
    expect(reasons[0]).toMatch(/goes on with camden, although .*two histories/)
    await expect(accept('camden')).rejects.toThrow('Nothing has stopped the spoke camden')
  })

  it('stop where a longer log of the hub does not go on from what was seen', async () => {
    const { witness, ...own } = await hub()
    await own.grow(2)
    const restore = await saved()
    const camden = await spoke('camden')
    await own.grow(3)
    await witness.exchange('camden', camden.exchange, signal)
    await restore()
    await own.grow(40)
    expect(await witness.exchange('camden', camden.exchange, signal)).toMatch(/43 entries does not go on from its 6 entries before/)
    expect(() => camden.witness.checkGoesOn()).toThrow(DialsError)
  })

  it('stop where the hub’s log was brought back to an earlier state', async () => {
    const { witness, ...own } = await hub()
    await own.grow(2)
    const restore = await saved()
    const camden = await spoke('camden')
    await own.grow(3)
    await witness.exchange('camden', camden.exchange, signal)
    await restore()
    expect(await witness.exchange('camden', camden.exchange, signal)).toBe(
      "the spoke has seen 6 entries of this hub's log, which has 3: it was cut",
    )
    // The spoke finds it by itself once a proof of what was written later is of a smaller tree.
    const at = Date.now()
    const { root } = parseCheckpoint((await new LogReader(database.knex).checkpoint())?.note as string)
    const proven = (time: number) =>
      camden.witness.checkProof({ size: 3, root, index: 1, note: '', entry: { time: new Date(time).toISOString() } as never })
    await proven(at)
    camden.witness.checkGoesOn()
    await expect(proven(at + 10 * 60_000)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    expect(() => camden.witness.checkGoesOn()).toThrow(DialsError)
  })

  it.each<[string, (at: { file: string; early: string }) => Promise<unknown>, RegExp]>([
    [
      'was brought back to an earlier state',
      ({ file, early }) => copyFile(early, file),
      /2 entries does not go on from its 5 entries before: the tree has shrunk/,
    ],
    ['is empty', ({ file }) => truncate(file, 0), /0 entries does not go on from its 5/],
    [
      'is another of one size',
      async ({ file, early }) => copyFile(early, file).then(async () => (await openSpoke('camden')).grow(3)),
      /two histories of 5 entries/,
    ],
    [
      'is another and longer',
      async ({ file, early }) => copyFile(early, file).then(async () => (await openSpoke('camden')).grow(9)),
      /11 entries does not go on from its 5/,
    ],
  ])('stop where the file of the spoke %s', async (_what, change, reason) => {
    const { witness, ...own } = await hub()
    await own.grow(1)
    const camden = await spoke('camden')
    await camden.grow(2)
    const early = `${camden.file}.early`
    await copyFile(camden.file, early)
    await camden.grow(3)
    await witness.exchange('camden', camden.exchange, signal)
    await camden.log.close()
    await change({ file: camden.file, early })
    const reopened = await openSpoke('camden')
    expect(await witness.exchange('camden', reopened.exchange, signal)).toMatch(reason)
    expect(await witness.stoppedOf('camden')).toMatch(reason)
    await accept('camden')
    expect(await witness.exchange('camden', reopened.exchange, signal)).toBeUndefined()
  })

  it('stop where the log of a spoke is signed by another key than before', async () => {
    const { witness, ...own } = await hub()
    await own.grow(1)
    const camden = await spoke('camden')
    await witness.exchange('camden', camden.exchange, signal)
    await camden.own.rotate()
    expect(await witness.exchange('camden', camden.exchange, signal)).toMatch(/signed by another key than before/)
  })

  it('keep that another hub has stopped the spoke meanwhile', async () => {
    const { witness, ...own } = await hub()
    await own.grow(1)
    const camden = await spoke('camden')
    await witness.exchange('camden', camden.exchange, signal)
    await witness.exchange(
      'camden',
      async (message) => {
        await database.knex('audit_witnesses').update({ stopped: 'seen by another hub' })
        return camden.exchange(message, signal)
      },
      signal,
    )
    expect(await witness.stoppedOf('camden')).toBe('seen by another hub')
  })

  it('tell plainly that the hub has a new key, which the spoke does not pin, and go on with it', async () => {
    const { witness, ...own } = await hub()
    await own.grow(1)
    const camden = await spoke('camden')
    await witness.exchange('camden', camden.exchange, signal)
    await keys.rotate()
    await own.grow(1)
    // The checkpoint where the key changes is signed by both.
    expect(await witness.exchange('camden', camden.exchange, signal)).toBeUndefined()
    await own.grow(1)
    await expect(witness.exchange('camden', camden.exchange, signal)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/no known key has signed it. Where the hub has a new key, give this spoke its hub\.jwks anew/),
    })
    camden.witness.checkGoesOn()
    await camden.log.close()
    expect(await witness.exchange('camden', (await openSpoke('camden')).exchange, signal)).toBeUndefined()
  })

  it('take no line for a cosignature that is none of this checkpoint', async () => {
    const { witness, ...own } = await hub()
    await own.grow(1)
    const camden = await spoke('camden')
    const answering =
      (change: (line: string) => string): Exchange =>
      async (message) => {
        const answer = JSON.parse(await camden.exchange(message, signal)) as ExchangeAnswer
        return JSON.stringify({ ...answer, cosignature: answer.cosignature && change(answer.cosignature) })
      }
    for (const change of [
      (line: string) => line + line,
      (line: string) => `\n${line}`,
      () => 'nothing\n',
      (line: string) => line.replace(/\S{4}$/m, 'AAAA'),
    ]) {
      expect(await witness.exchange('camden', answering(change), signal)).toBeUndefined()
      expect((await witnessed('camden'))['cosigned']).toBeNull()
    }
  })
})

/** The hub's checkpoint without a proof, as one sends it who has nothing else. */
async function submission(): Promise<string> {
  return `old 0\n\n${(await new LogReader(database.knex).checkpoint())?.note ?? ''}`
}

describe('a witness', () => {
  const note = (size: number, fill: number, key = testAuditKey) =>
    signCheckpoint({ origin: key.name, size, root: Buffer.alloc(32, fill) }, key)

  it('asks for a proof that begins where it has seen the log last, and takes none from elsewhere', () => {
    expect(() => judge(note(5, 1), { old: 0, proof: [], checkpoint: note(9, 2) }, [testAuditKey])).toThrow(new OtherSize(5))
    expect(() => judge(undefined, { old: 5, proof: [], checkpoint: note(9, 2) }, [testAuditKey])).toThrow(new OtherSize(0))
    expect(() => judge(note(5, 1), { old: 5, proof: [], checkpoint: note(9, 2) }, [testAuditKey])).toThrow(LogChanged)
    expect(() => judge(note(9, 1), { old: 9, proof: [], checkpoint: note(5, 1) }, [testAuditKey])).toThrow('the tree has shrunk')
  })

  it('knows two histories of one size whatever the proof says, and the same one again', () => {
    for (const old of [0, 5, 9])
      expect(() => judge(note(5, 1), { old, proof: [], checkpoint: note(5, 2) }, [testAuditKey])).toThrow('two histories of 5')
    expect(judge(note(5, 1), { old: 5, proof: [], checkpoint: note(5, 1) }, [testAuditKey]).size).toBe(5)
  })

  it('looks at nothing that the log has not signed', () => {
    const other = signerKey('other.test/audit', testAuditKey.privateKey)
    expect(() => judge(note(5, 1), { old: 5, proof: [], checkpoint: note(5, 2, other) }, [testAuditKey])).toThrow('no key is known')
  })
})
