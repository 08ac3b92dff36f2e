import { generateKeyPairSync } from 'node:crypto'
import { appendFile, mkdir, readFile, rename, rm, rmdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { commitmentOf, type Entry, type Opening, parseOpening } from '../../src/audit/entry.js'
import { openingOf } from '../../src/audit/log/draft.js'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { leafHash } from '../../src/audit/merkle/hash.js'
import { appended } from '../../src/audit/log/proof-of.js'
import { parseCheckpoint, signCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { type SignerKey, signerKey } from '../../src/audit/notes/keys.js'
import { formatProof, parseProof } from '../../src/audit/notes/tlog-proof.js'
import { formatAddCheckpoint } from '../../src/audit/witness/add-checkpoint.js'
import { frameKinds, readFrames } from '../../src/connector/frames.js'
import type { Relation, TableScan } from '../../src/connector/relation.js'
import type { Asker } from '../../src/connector/source.js'
import { operatorsOf } from '../../src/connector/traverse.js'
import { versionOnly } from '../../src/spoke/version-only.js'
import { auditOf, intentOf, testAuditKey } from '../support/audit.js'
import { patienceMs } from '../support/patience.js'
import { startTestSpoke, type TestSpoke } from '../support/spoke.js'

const identity = 'https://identity.barnet.example'
let spoke: TestSpoke
beforeAll(async () => {
  spoke = await startTestSpoke(
    {
      'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
      'loans.csv': 'Reader,Book\nAnn,Emma\nBob,Persuasion\n',
      'catalogue.yaml': 'datasets:\n  loans:\n    access: SHARED\n    sharedWith: [barnet]\n',
    },
    { extra: `issuers:\n  - { issuer: '${identity}', organisations: [barnet] }\n` },
  )
})
afterAll(() => spoke.remove())

const scanOf = (table: string, ...names: string[]): TableScan => ({
  op: 'scan',
  table,
  columns: names.map((name) => ({ name, type: 'STRING' as const })),
})
const libraries = scanOf('libraries/libraries', 'Name', 'Postcode')
const loans = scanOf('loans/loans', 'Reader')
const limit = (count: number, input: Relation, offset = 0): Relation => ({ op: 'limit', count, offset, input })
const barnet = (): Asker => ({
  ...{ issuer: identity, organisation: 'barnet', subject: 'jane', tokenSha256: 'a'.repeat(64) },
  expiresAt: Math.floor(Date.now() / 1000) + 300,
})

interface Asked {
  readonly proof?: string | undefined
  readonly counted?: true
  readonly asker?: Asker
  readonly rowsMax?: number
}

/** Asks the spoke as its hub does. */
async function ask(relation: Relation, { asker, rowsMax = 1000, ...given }: Asked = {}) {
  const body = JSON.stringify({ relation, rowsMax, bytesMax: 1_000_000, timeoutMs: 30_000, ...given })
  return post('/scans', body, asker)
}

async function post(path: string, body: string, asker?: Asker) {
  const authorization = `Bearer ${await spoke.signer.sign('purpose+jwt', 'camden', body, asker)}`
  const response = await fetch(`${spoke.url}${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body,
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  if (response.headers.get('content-type')?.startsWith('application/json') === true) {
    const told = JSON.parse(bytes.toString()) as { code?: string; message?: string }
    return { status: response.status, parts: [] as Buffer[], report: undefined, ...told }
  }
  const parts: Buffer[] = []
  let report: unknown
  let kind: number | undefined
  for await (const frame of readFrames([bytes] as never)) {
    if (frame.type === 'begin') kind = frame.kind
    else if (frame.type === 'content' && kind === frameKinds.part) parts.push(Buffer.from(frame.bytes))
    else if (frame.type === 'content') report = JSON.parse(Buffer.from(frame.bytes).toString())
  }
  return { status: response.status, parts, report: report as Record<string, unknown>, code: 'READ', message: '' }
}

const logFile = () => join(spoke.folder, 'store', 'audit', 'log.ndjson')
const entries = async (): Promise<Entry[]> =>
  (await readFile(logFile(), 'utf8'))
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (parseOpening(line) as Opening).entry)

/** A proof whose parts a test chooses. */
function proofOf({
  relation = libraries as Relation,
  time = new Date().toISOString(),
  key = testAuditKey,
  opening = openingOf(intentOf(relation), { time, software: '0.0.0', actor: null }),
}: { relation?: Relation; time?: string; key?: SignerKey; opening?: Opening } = {}) {
  const tree = new GrowingTree({ size: 0, peaks: [] })
  for (const other of ['a', 'b', 'c']) tree.append(leafHash(Buffer.from(other)))
  const index = tree.append(leafHash(commitmentOf(opening)))
  return appended(tree, index, opening, signCheckpoint({ origin: key.name, size: tree.size, root: tree.root() }, key)).proof()
}
const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString()
const changed = (proof: string, change: (opening: Opening) => Opening) => {
  const parsed = parseProof(proof)
  return formatProof({ ...parsed, extra: Buffer.from(JSON.stringify(change(parseOpening(String(parsed.extra)) as Opening))) })
}
const ofBarnet = { organisation: 'barnet' }

describe('a scan', () => {
  test.each<[string, Asked | (() => Asked), RegExp]>([
    ['without a proof', {}, /does not prove/],
    ['with a text that is no proof', { proof: 'proof' }, /does not hold: not a proof/],
    ['with a proof for another spoke', () => auditOf(libraries, 'camden', { spokes: ['barnet'] }), /another spoke/],
    ['with a proof of another table', () => auditOf(loans), /does not read camden\/libraries\/libraries/],
    ['with a proof of that table at another spoke', () => auditOf(libraries, 'barnet', { spokes: ['camden'] }), /does not read/],
    ['with a proof of fewer columns', () => auditOf(scanOf('libraries/libraries', 'Name')), /does not read 'Postcode'/],
    ['with the proof of an OUTCOME', () => auditOf(libraries, 'camden', { phase: 'OUTCOME' }), /not that data are to be read/],
    ['with the proof of a DENY', () => auditOf(libraries, 'camden', { phase: 'DENY', decision: 'DENY' }), /not that data are to be read/],
    ['with an INTENT that was denied', () => auditOf(libraries, 'camden', { decision: 'DENY' }), /not that data are to be read/],
    ['with a proof that is too old', () => ({ proof: proofOf({ time: minutes(-66) }) }), /too old/],
    ['with a proof of the future', () => ({ proof: proofOf({ time: minutes(2) }) }), /clocks/],
    [
      'with a changed entry',
      () => ({
        proof: changed(proofOf({ relation: loans }), ({ nonce, entry }) => ({
          nonce,
          entry: { ...entry, tables: intentOf(libraries).tables },
        })),
      }),
      /does not lead to the root/,
    ],
    [
      'with a changed nonce',
      () => ({ proof: changed(proofOf(), ({ entry }) => ({ nonce: Buffer.alloc(16).toString('base64'), entry })) }),
      /does not lead to the root/,
    ],
    ['without what the proof is of', () => ({ proof: formatProof({ ...parseProof(proofOf()), extra: undefined }) }), /does not say what/],
    [
      'with the checkpoint of another tree',
      () => ({ proof: formatProof({ ...parseProof(proofOf()), checkpoint: parseProof(proofOf()).checkpoint }) }),
      /does not lead to the root/,
    ],
    ['with an empty path in a larger tree', () => ({ proof: formatProof({ ...parseProof(proofOf()), path: [] }) }), /too short/],
    ['with another place in the log', () => ({ proof: formatProof({ ...parseProof(proofOf()), index: 2 }) }), /does not lead to the root/],
    [
      'with a checkpoint of another key under the same name',
      () => ({ proof: proofOf({ key: signerKey(testAuditKey.name, generateKeyPairSync('ed25519').privateKey) }) }),
      /no known key has signed it.*new key, give this spoke its hub\.jwks anew/,
    ],
    [
      'with the checkpoint of another log',
      () => ({ proof: proofOf({ key: signerKey('other.test/audit', testAuditKey.privateKey) }) }),
      /of the log other\.test\/audit/,
    ],
    [
      'with a checkpoint that says more than was signed',
      () => {
        const { checkpoint, ...rest } = parseProof(proofOf())
        const { size } = parseCheckpoint(checkpoint)
        return { proof: formatProof({ ...rest, checkpoint: checkpoint.replace(`\n${size}\n`, `\n${size + 1}\n`) }) }
      },
      /signature of hub\.test\/audit is not of this text/,
    ],
    [
      'with the proof of another organisation',
      () => ({ ...auditOf(libraries, 'camden', { organisation: 'camden' }), asker: barnet() }),
      /another organisation/,
    ],
    ['with the proof of nobody, for an organisation', () => ({ ...auditOf(libraries), asker: barnet() }), /another organisation/],
    ['that is only counted, for an organisation', () => ({ counted: true, asker: barnet() }), /does not prove/],
    ['that is only counted, with a proof that does not hold', () => ({ counted: true, proof: proofOf({ time: minutes(-66) }) }), /too old/],
  ])('%s is refused, and nothing is recorded or read', async (_what, given, message) => {
    const before = await entries()
    const { status, code, message: told, parts } = await ask(libraries, typeof given === 'function' ? given() : given)
    expect([status, code, parts.length]).toEqual([401, 'UNAUTHENTICATED', 0])
    expect(told).toMatch(message)
    expect(await entries()).toEqual(before)
  })

  test('that is only counted reads what is open, and nothing else', async () => {
    expect((await ask(libraries, { counted: true })).report).toMatchObject({ rows: 2 })
    expect(await ask(loans, { counted: true })).toMatchObject({ status: 403, code: 'AGREEMENT_REQUIRED', parts: [] })
  })

  test('that is proved is in the spoke’s own log before it reads, and its end afterwards', async () => {
    const before = await entries()
    const { transaction } = intentOf(libraries)
    const { report } = await ask(libraries, auditOf(libraries, 'camden', { transaction, ...ofBarnet, purpose: 'planning' }))
    expect(report).toMatchObject({ rows: 2 })
    await vi.waitFor(async () => expect(await entries()).toHaveLength(before.length + 2), patienceMs)
    const [intent, outcome] = (await entries()).slice(-2)
    const both = { transaction, organisation: 'barnet', purpose: 'planning', kind: 'scan', spokes: ['camden'], decision: 'ALLOW' }
    expect(intent).toMatchObject({ ...both, phase: 'INTENT', rowBand: null })
    expect(outcome).toMatchObject({ ...both, phase: 'OUTCOME', rowBand: '1-9', tables: intentOf(libraries).tables })
  })

  test('that the spoke denies is in its log as denied', async () => {
    const before = await entries()
    expect(await ask(loans, auditOf(loans))).toMatchObject({ status: 403, code: 'AGREEMENT_REQUIRED' })
    await vi.waitFor(async () => expect(await entries()).toHaveLength(before.length + 2), patienceMs)
    expect((await entries()).slice(-2)).toMatchObject([
      { phase: 'INTENT' },
      { phase: 'DENY', decision: 'DENY', reasons: ['AGREEMENT_REQUIRED'], rowBand: null },
    ])
  })

  test('that fails is in its log as an OUTCOME with the reason', async () => {
    expect(await ask(libraries, { ...auditOf(libraries), rowsMax: 1 })).toMatchObject({ status: 413, code: 'RESULT_TOO_LARGE' })
    await vi.waitFor(
      async () => expect((await entries()).at(-1)).toMatchObject({ phase: 'OUTCOME', reasons: ['RESULT_TOO_LARGE'] }),
      patienceMs,
    )
  })
})

describe('a scan for the version alone', () => {
  const count: Relation = { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: libraries }
  const offset: Relation = { op: 'limit', offset: 1, input: libraries }
  const sides = { keys: [{ left: { kind: 'column', index: 0 }, right: { kind: 'column', index: 0 } }], left: libraries, right: libraries }

  test.each<[string, Relation]>([
    ['of a table', libraries],
    ['of a count', count],
    ['of a union', { op: 'union', inputs: [libraries, libraries, limit(1, libraries)] }],
    ['of rows after an offset', offset],
    ['of a join', { op: 'join', type: 'INNER', ...sides } as never],
  ])('%s needs no proof and tells nothing of the rows', async (_what, relation) => {
    const before = await entries()
    const answers = await Promise.all([1, 1000].map((rowsMax) => ask(limit(0, relation), { rowsMax })))
    for (const { status, parts, report } of answers) {
      expect([status, report?.['rows'] ?? 0]).toEqual([200, 0])
      for (const word of ['Kilburn', 'Holborn', 'NW6']) expect(Buffer.concat(parts).toString('latin1')).not.toContain(word)
    }
    expect(answers[0]?.report).toEqual(answers[1]?.report)
    expect(await entries()).toEqual(before)
  })

  test.each<[string, Relation]>([
    ['inside a union', { op: 'union', inputs: [limit(0, libraries), libraries] }],
    ['under an aggregate', { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: limit(0, libraries) }],
    ['under another limit', limit(5, limit(0, libraries))],
    ['with no count but an offset', offset],
    ['under a projection', { op: 'project', outputs: [{ kind: 'column', index: 0 }] as never, input: limit(0, libraries) }],
  ])('is nothing else %s: that needs a proof', async (_what, relation) => {
    expect(await ask(relation)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', parts: [] })
  })

  test('of a table that is not open is refused', async () => {
    expect(await ask(limit(0, loans))).toMatchObject({ status: 403, code: 'AGREEMENT_REQUIRED' })
  })

  test('reads no row of any table, however it is divided among sources', () => {
    const relation = versionOnly(limit(0, { op: 'union', inputs: [count, { op: 'aggregate', groups: [], measures: [], input: loans }] }))
    const parents = [...operatorsOf(relation as Relation)].filter(({ op }) => op === 'limit') as { input: Relation; count: number }[]
    expect(parents.filter(({ input, count: most }) => input.op === 'scan' && most === 0)).toHaveLength(2)
  })
})

describe('the spoke’s own log', () => {
  const refused = { status: 503, code: 'AUDIT_UNAVAILABLE', parts: [] }

  test('that cannot be written lets nothing be read, until it can again', async () => {
    const aside = `${logFile()}.aside`
    await rename(logFile(), aside)
    expect(await ask(libraries, auditOf(libraries)), 'gone').toMatchObject(refused)
    await mkdir(logFile())
    expect(await ask(libraries, auditOf(libraries)), 'a folder').toMatchObject(refused)
    await rmdir(logFile())
    await rename(aside, logFile())
    expect(await ask(libraries, auditOf(libraries))).toMatchObject({ status: 200 })
  })

  test('that somebody else has written to is left as it is, and nothing is read', async () => {
    await vi.waitFor(async () => expect((await entries()).at(-1)?.phase).toBe('OUTCOME'), patienceMs)
    const { size } = await stat(logFile())
    await appendFile(logFile(), 'somebody else\n')
    expect(await ask(libraries, auditOf(libraries))).toMatchObject(refused)
    expect(await readFile(logFile(), 'utf8')).toMatch(/somebody else\n$/)
    await truncate(logFile(), size)
    expect(await ask(libraries, auditOf(libraries))).toMatchObject({ status: 200 })
  })
})

describe('a spoke that has seen two histories of the hub’s log', () => {
  const checkpoint = (fill: number) => signCheckpoint({ origin: testAuditKey.name, size: 9, root: Buffer.alloc(32, fill) }, testAuditKey)
  const exchange = (note: string) =>
    post('/audit/exchange', JSON.stringify({ hub: formatAddCheckpoint({ old: 0, proof: [], checkpoint: note }), old: 0 }))

  test('does not know a hub by another key, and says how to mend it', async () => {
    const other = signerKey(testAuditKey.name, generateKeyPairSync('ed25519').privateKey)
    const note = signCheckpoint({ origin: other.name, size: 9, root: Buffer.alloc(32) }, other)
    expect(await exchange(note)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', message: expect.stringContaining('hub.jwks anew') })
    expect(await exchange('nothing')).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
  })

  test('answers it nothing at all, also after a restart, until its operator has looked', async () => {
    expect(await exchange(checkpoint(1))).toMatchObject({ status: 200, stopped: null, seen: 9, cosignature: expect.any(String) })
    expect(await exchange(checkpoint(2))).toMatchObject({
      status: 200,
      stopped: expect.stringContaining('two histories'),
      cosignature: null,
    })
    const nothing = async () => {
      for (const [relation, given] of [
        [libraries, auditOf(libraries)],
        [libraries, { counted: true }],
        [limit(0, libraries), {}],
      ] as const)
        expect(await ask(relation, given)).toMatchObject({ status: 503, code: 'AUDIT_UNAVAILABLE', parts: [] })
    }
    await nothing()
    spoke = await spoke.restart()
    await nothing()
    await rm(join(spoke.folder, 'store', 'audit', 'hub.json'))
    spoke = await spoke.restart()
    expect(await ask(libraries, auditOf(libraries))).toMatchObject({ status: 200 })
  })

  test('stops too where the checkpoint of a scan’s proof is of another history, for all scans that come at once', async () => {
    const proof = proofOf()
    const { size } = parseCheckpoint(parseProof(proof).checkpoint)
    const seen = signCheckpoint({ origin: testAuditKey.name, size, root: Buffer.alloc(32, 3) }, testAuditKey)
    expect(await exchange(seen)).toMatchObject({ stopped: null, seen: size })
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(libraries, { proof })))
    for (const answer of answers) expect(answer).toMatchObject({ status: 503, code: 'AUDIT_UNAVAILABLE' })
    expect(JSON.parse(await readFile(join(spoke.folder, 'store', 'audit', 'hub.json'), 'utf8'))).toMatchObject({
      stopped: expect.stringContaining('two histories'),
    })
  })
})
