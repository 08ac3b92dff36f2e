import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonical, commitmentOf, type Opening, parseOpening } from '../../src/audit/entry.js'
import { adminDraft, type Draft } from '../../src/audit/log/draft.js'
import { FileLog } from '../../src/audit/log/file-log.js'
import { LogKeyFile } from '../../src/audit/log/log-keys.js'
import { parseCheckpoint, verifyCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { verifyConsistency } from '../../src/audit/merkle/verify.js'

let folder: string
let keys: LogKeyFile
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-file-log-'))
  keys = new LogKeyFile(join(folder, 'audit-keys.json'), 'hub.test/spokes/camden/audit')
  await keys.open()
})
afterAll(() => rm(folder, { recursive: true }))

const fileOf = (name: string) => join(folder, name, 'log.ndjson')
const warnings: string[] = []
const log = { info: () => undefined, warn: (_: unknown, text?: string) => void warnings.push(text ?? ''), error: () => undefined }
const opened = (name: string) => FileLog.open({ file: fileOf(name), keys, software: '0.0.0', log })
const draft = (kind: string): Draft => ({ ...adminDraft(kind, {}), phase: 'INTENT', part: 'DISCLOSER', kind: 'scan', reasons: [kind] })
const drafts = (count: number, name = 'entry') => Array.from({ length: count }, (_, at) => draft(`${name} ${at}`))
const headOf = async (of: FileLog) => parseCheckpoint(await of.checkpoint())
const linesOf = async (name: string) => (await readFile(fileOf(name), 'utf8')).split('\n').slice(0, -1)

/** A log of so many entries, closed. */
async function written(name: string, count: number) {
  const one = await opened(name)
  await one.append(drafts(count))
  const head = await headOf(one)
  await one.close()
  return head
}

/** The root by the words of RFC 6962, section 2.1, and nothing of ours. */
const sha256 = (...pieces: Uint8Array[]) => createHash('sha256').update(Buffer.concat(pieces)).digest()
function mth(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array)
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}
/** PROOF(m, D[n]) by the words of RFC 6962, section 2.1.2. */
function proof(m: number, leaves: readonly Uint8Array[], isWhole = true): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [mth(leaves)]
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return m <= k
    ? [...proof(m, leaves.slice(0, k), isWhole), mth(leaves.slice(k))]
    : [...proof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))]
}

describe('the log of a spoke', () => {
  it('proves that it goes on from each of its 300 earlier states, as RFC 6962 has it', async () => {
    const one = await opened('consistent')
    const roots = [(await headOf(one)).root]
    for (const each of drafts(300)) {
      await one.append([each])
      roots.push((await headOf(one)).root)
    }
    await one.close()
    const leaves = (await linesOf('consistent')).map((line) => commitmentOf(parseOpening(line) as Opening))
    const reopened = await opened('consistent')
    for (const size of [0, 1, 2, 3, 255, 256, 257, 299, 300]) expect(roots[size], `${size}`).toEqual(mth(leaves.slice(0, size)))
    for (let old = 1; old <= 300; old++) {
      const hashes = await reopened.consistency(old, 300)
      expect(hashes, `from ${old}`).toEqual(proof(old, leaves))
      verifyConsistency(old, 300, hashes, roots[old] as Buffer, roots[300] as Buffer)
    }
    const between = [
      [100, 257],
      [255, 256],
      [256, 299],
      [1, 2],
    ] as const
    for (const [old, size] of between) expect(await reopened.consistency(old, size)).toEqual(proof(old, leaves.slice(0, size)))
    await reopened.close()
  })

  it('gives the same signed root when it is opened again, and goes on', async () => {
    const before = await written('again', 20)
    const one = await opened('again')
    const { newest } = await keys.keysOf(undefined)
    expect(verifyCheckpoint(await one.checkpoint(), [newest])).toEqual(before)
    await one.append([draft('more')])
    expect((await headOf(one)).size).toBe(21)
    await one.close()
  })

  it('keeps every entry of batches that come at once, each on a line of its own and with its neighbours', async () => {
    const one = await opened('batches')
    const batches = await Promise.all(Array.from({ length: 50 }, (_, at) => one.append([draft(`a${at}`), draft(`b${at}`)])))
    await one.close()
    const reasons = (await linesOf('batches')).map((line) => parseOpening(line)?.entry.reasons[0] as string)
    expect(reasons.toSorted()).toEqual(
      batches
        .flat()
        .map(({ entry }) => entry.reasons[0])
        .toSorted(),
    )
    for (const [at, reason] of reasons.entries()) if (reason.startsWith('a')) expect(reasons[at + 1]).toBe(reason.replace('a', 'b'))
    const times = (await linesOf('batches')).map((line) => parseOpening(line)?.entry.time)
    expect(times).toEqual(times.toSorted())
  })

  it('removes a last line that was cut off, wherever it was, and tells it', async () => {
    const before = await written('torn', 3)
    const whole = await readFile(fileOf('torn'))
    const start = whole.subarray(0, -1).lastIndexOf('\n') + 1
    for (const cut of [start + 1, start + 100, whole.length - 2, whole.length - 1]) {
      await writeFile(fileOf('torn'), whole.subarray(0, cut))
      warnings.length = 0
      const one = await opened('torn')
      expect([(await headOf(one)).size, warnings.length], `at ${cut}`).toEqual([2, 1])
      expect(await readFile(fileOf('torn'))).toEqual(whole.subarray(0, start))
      await one.append([draft('next')])
      await one.close()
      expect((await (await opened('torn')).close(), await linesOf('torn')).length).toBe(3)
    }
    await writeFile(fileOf('torn'), Buffer.concat([whole, Buffer.alloc(4096)]))
    const one = await opened('torn')
    expect(await headOf(one)).toEqual(before)
    await one.close()
  })

  it.each<[string, (lines: string[]) => string[], number]>([
    ['a broken line in the middle', (lines) => lines.with(1, (lines[1] as string).slice(0, 50)), 2],
    ['a broken line at the end', (lines) => lines.with(3, (lines[3] as string).slice(0, 50)), 4],
    ['an empty line', (lines) => lines.toSpliced(2, 0, ''), 3],
    ['a line that is another object', (lines) => lines.with(0, '{}'), 1],
    ['a line with spaces', (lines) => lines.with(2, (lines[2] as string).replace(':', ': ')), 3],
    ['line ends of Windows', (lines) => lines.map((line) => `${line}\r`), 1],
  ])('is not opened with %s: it says where, and leaves the file as it is', async (what, change, line) => {
    const name = what.replaceAll(' ', '-')
    await written(name, 4)
    const text = `${change(await linesOf(name)).join('\n')}\n`
    await writeFile(fileOf(name), text)
    await expect(opened(name)).rejects.toThrow(
      `has a line that is no entry, so somebody has changed it. Nothing is read without the whole log: bring back the file as it was (line ${line})`,
    )
    expect(await readFile(fileOf(name), 'utf8')).toBe(text)
  })

  it('keeps texts with the line ends of Unicode', async () => {
    const one = await opened('unicode')
    const text = 'a\u2028b\u2029c\u0085d\re\nf\u{1f600}'
    await one.append([draft(text), draft('next')])
    const head = await headOf(one)
    await one.close()
    const reopened = await opened('unicode')
    expect(await headOf(reopened)).toEqual(head)
    expect(parseOpening((await linesOf('unicode'))[0] as string)?.entry.reasons).toEqual([text])
    await reopened.close()
  })

  it('shows another root for every entry that was changed', async () => {
    const before = await written('changed', 5)
    const lines = await linesOf('changed')
    for (const [at, line] of lines.entries()) {
      const { nonce, entry } = parseOpening(line) as Opening
      await writeFile(fileOf('changed'), `${lines.with(at, canonical({ nonce, entry: { ...entry, reasons: ['other'] } })).join('\n')}\n`)
      const one = await opened('changed')
      expect((await headOf(one)).root).not.toEqual(before.root)
      await one.close()
    }
  })

  it('refuses while its file is gone, is another or was cut, and goes on once it is back', async () => {
    const one = await opened('moved')
    await one.append(drafts(2))
    const file = fileOf('moved')
    const refused = () => expect(one.append([draft('x')])).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
    const whole = await readFile(file)
    await rename(file, `${file}.aside`)
    await refused()
    await writeFile(file, whole)
    await refused()
    await rename(`${file}.aside`, file)
    await one.append([draft('third')])
    const { size } = await stat(file)
    await appendFile(file, 'x')
    await refused()
    await truncate(file, size)
    await one.append([draft('fourth')])
    await truncate(file, 10)
    await refused()
    expect((await headOf(one)).size).toBe(4)
    await one.close()
  })

  it('makes a folder and a file that its owner alone reads', async () => {
    await written('rights', 1)
    expect((await stat(fileOf('rights'))).mode & 0o777).toBe(0o600)
  })
})
