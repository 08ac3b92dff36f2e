import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonical, commitmentOf } from '../../src/audit/entry.js'
import { adminDraft, type Draft, openingOf } from '../../src/audit/log/draft.js'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { leafHash } from '../../src/audit/merkle/hash.js'
import { tileHeight, tileWidth } from '../../src/audit/merkle/stored-hashes.js'
import { signCheckpoint } from '../../src/audit/notes/checkpoint.js'
import { signerKey } from '../../src/audit/notes/keys.js'
import { NoteError } from '../../src/audit/notes/signed-note.js'
import { bundleOf } from '../../src/audit/tiles/bundle.js'
import { tileOfPath, tilePath, tilesOf } from '../../src/audit/tiles/paths.js'
import { closedLine, LogFault, openingsPath, verifyLog } from '../../src/audit/verify/verify-log.js'

const key = signerKey('hub.test/audit', generateKeyPairSync('ed25519').privateKey)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-log-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes a log of so many entries as it is exported, by the words of C2SP tlog-tiles. Every fifth entry is closed. */
async function writeLog(name: string, size: number, first = 0): Promise<string> {
  const at = join(folder, name)
  const draft = (index: number): Draft => ({ ...adminDraft('query', { index }), phase: 'INTENT', part: 'REQUESTER' })
  const time = '2026-11-30T12:00:00.000Z'
  const openings = Array.from({ length: size }, (_, index) => openingOf(draft(index + first), { time, software: '0', actor: null }))
  const commitments = openings.map(commitmentOf)
  const tree = new GrowingTree({ size: 0, peaks: [] })
  for (const commitment of commitments) tree.append(leafHash(commitment))
  const write = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(at, path)), { recursive: true })
    await writeFile(join(at, path), content)
  }
  for (const tile of tilesOf(size)) {
    const range = [tile.index * tileWidth, tile.index * tileWidth + tile.width] as const
    if (tile.level === 'entries') {
      await write(tilePath(tile), bundleOf(Buffer.concat(commitments.slice(...range))))
      const lines = openings
        .slice(...range)
        .map((opening, place) => ((place + range[0]) % 5 === 4 ? closedLine(place + range[0]) : canonical(opening)))
      await write(openingsPath(tile.index), lines.map((line) => `${line}\n`).join(''))
      continue
    }
    const height = tile.level * tileHeight
    const hashes = Array.from({ length: tile.width }, (_, place) => tree.hashOf({ height, index: range[0] + place }))
    await write(tilePath(tile), Buffer.concat(hashes))
  }
  await write('checkpoint', signCheckpoint({ origin: key.name, size, root: tree.root() }, key))
  return at
}

const faultOf = (at: string, earlier: string[] = []) =>
  verifyLog(at, [key], { earlier }).then(
    () => 'holds',
    (thrown: unknown) => {
      if (thrown instanceof LogFault || thrown instanceof NoteError) return thrown.message
      throw thrown
    },
  )

describe('an exported log', () => {
  it.each([1, 5, 256, 257, 700])('of %i entries holds', async (size) => {
    const { head, opened, closed } = await verifyLog(await writeLog(`whole-${size}`, size), [key])
    expect([head.size, opened, closed]).toEqual([size, size - Math.floor(size / 5), Math.floor(size / 5)])
  })

  it('is refused for every byte of every file that is another', async () => {
    const at = await writeLog('flipped', 5)
    const files = (await readdir(at, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
    let tried = 0
    for (const file of files) {
      const path = join(file.parentPath, file.name)
      const whole = await readFile(path)
      for (let place = 0; place < whole.length; place++) {
        const changed = Buffer.from(whole)
        changed[place] = (changed[place] as number) ^ (1 << (place % 8))
        await writeFile(path, changed)
        expect(await faultOf(at), `${file.name} at ${place}`).not.toBe('holds')
        tried++
      }
      await writeFile(path, whole)
    }
    expect(tried).toBeGreaterThan(1000)
    expect(await faultOf(at)).toBe('holds')
  })

  it('is refused where entries were taken out, added, or put in another order', async () => {
    const at = await writeLog('moved', 300)
    const paths = [join(at, openingsPath(0)), join(at, tilePath({ level: 'entries', index: 0, width: 256 }))] as const
    const [lines, bundle] = [(await readFile(paths[0], 'utf8')).split('\n').slice(0, -1), await readFile(paths[1])]
    const entries = Array.from({ length: 256 }, (_, place) => bundle.subarray(place * 34, place * 34 + 34))
    const both = async (change: <T>(list: T[]) => T[]) => {
      await writeFile(
        paths[0],
        change([...lines])
          .map((line) => `${line}\n`)
          .join(''),
      )
      await writeFile(paths[1], Buffer.concat(change([...entries])))
      return faultOf(at)
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(253), fc.nat(253), async (one, other) => {
        expect(await both((list) => list.toSpliced(one, 1)), 'taken out').not.toBe('holds')
        expect(await both((list) => list.toSpliced(one, 0, list[other] as never)), 'added').not.toBe('holds')
        if (one !== other)
          expect(await both((list) => list.with(one, list[other] as never).with(other, list[one] as never)), 'moved').not.toBe('holds')
      }),
      { numRuns: 15 },
    )
    expect(await both((list) => list)).toBe('holds')
  })

  it('goes on from its earlier checkpoints, and is refused where it was cut or forked', async () => {
    const at = await writeLog('long', 700)
    const tree = new GrowingTree({ size: 0, peaks: [] })
    const olds: string[] = []
    for (const { index, width } of [...tilesOf(700)].filter(({ level }) => level === 'entries')) {
      const bundle = await readFile(join(at, tilePath({ level: 'entries', index, width })))
      for (let place = 0; place < width; place++) {
        tree.append(leafHash(bundle.subarray(place * 34 + 2, place * 34 + 34)))
        if ([1, 256, 300, 699].includes(tree.size)) olds.push(signCheckpoint({ origin: key.name, size: tree.size, root: tree.root() }, key))
      }
    }
    expect(await faultOf(at, olds)).toBe('holds')
    const forked = await writeLog('forked', 700, 1)
    expect(await faultOf(forked, [olds[2] as string])).toContain('forked')
    expect(await faultOf(await writeLog('cut', 200), [olds[2] as string])).toContain('cut')
    // Signed by nobody that is trusted.
    await cp(at, join(folder, 'unknown'), { recursive: true })
    const other = signerKey(key.name, generateKeyPairSync('ed25519').privateKey)
    await writeFile(join(folder, 'unknown', 'checkpoint'), signCheckpoint({ origin: key.name, size: 700, root: tree.root() }, other))
    expect(await faultOf(join(folder, 'unknown'))).toContain('no known key')
  })
})

describe('the path of a tile', () => {
  it('is that of the standard, and leads back to the tile', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 'entries', index: 0, width: 12 })).toBe('tile/entries/000.p/12')
    for (const path of [
      'tile/0/1',
      'tile/0/x000/001',
      'tile/64/000',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/../000',
      'tile/00/000',
      'tile/0/000/x001',
    ])
      expect(tileOfPath(path), path).toBeUndefined()
    fc.assert(
      fc.property(fc.nat(63), fc.nat(10_000_000), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(tileOfPath(tilePath({ level, index, width }))).toEqual({ level, index, width })
      }),
    )
  })
})
