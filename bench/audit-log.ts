import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canonical, commitmentOf, type Opening } from '../src/audit/entry.js'
import { type Draft, openingOf } from '../src/audit/log/draft.js'
import { appended } from '../src/audit/log/proof-of.js'
import { GrowingTree } from '../src/audit/merkle/growing-tree.js'
import { leafHash } from '../src/audit/merkle/hash.js'
import { tileHeight, tileWidth } from '../src/audit/merkle/stored-hashes.js'
import { signCheckpoint } from '../src/audit/notes/checkpoint.js'
import { signerKey, type VerifierKey } from '../src/audit/notes/keys.js'
import { bundleOf } from '../src/audit/tiles/bundle.js'
import { tilePath, tilesOf } from '../src/audit/tiles/paths.js'
import { openingsPath } from '../src/audit/verify/verify-log.js'

const key = signerKey('data.london.example/audit', generateKeyPairSync('ed25519').privateKey)
const software = '0.1.0'
const transaction = '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10'
const digest = 'ab'.repeat(32)

/** The entry of a query over so many columns of one table. */
function draftOf(columns: number): Draft {
  return {
    phase: 'INTENT',
    part: 'REQUESTER',
    party: 'camden',
    transaction,
    kind: 'query',
    organisation: 'camden',
    actor: 'c2f1a0d4c7e94a31b0a6f0c4d1e2f3a4',
    purpose: null,
    legalBasis: null,
    agreement: null,
    agreementSha256: null,
    operation: digest,
    decision: 'ALLOW',
    reasons: [],
    rowBand: null,
    result: null,
    tables: [
      {
        table: 'camden/housing-repairs/repairs',
        columns: Array.from({ length: columns }, (_, at) => ({ column: `Column number ${at}`, uses: ['FILTER', 'SELECT'] })),
      },
    ],
    spokes: ['camden'],
  }
}

const opened = (columns: number, at: number): Opening =>
  openingOf(draftOf(columns), { time: new Date(1_764_500_000_000 + at).toISOString(), software, actor: 'c2f1a0d4c7e94a31b0a6f0c4d1e2f3a4' })

/** A log as `dials audit export` writes it. */
export interface ExportedLog {
  readonly keys: readonly VerifierKey[]
  /** The bytes of a receipt for one more entry over so many columns. Its entry is in it where that has no more than `extraMax` bytes. */
  receiptBytes(columns: number, extraMax: number): number
  /** The most columns with which an entry stays within so many bytes. */
  columnsWithin(bytes: number): number
}

/** Writes a log of so many entries. */
export async function exportLog(folder: string, size: number): Promise<ExportedLog> {
  const write = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  let tree = new GrowingTree({ size: 0, peaks: [] })
  const levels: Uint8Array[][] = []
  for (const tile of tilesOf(size)) {
    const start = tile.index * tileWidth
    if (tile.level !== 'entries') {
      await write(tilePath(tile), Buffer.concat((levels[tile.level] ?? []).slice(start, start + tile.width)))
      continue
    }
    const openings = Array.from({ length: tile.width }, (_, place) => opened(5, start + place))
    const commitments = openings.map(commitmentOf)
    for (const commitment of commitments) tree.append(leafHash(commitment))
    for (const { height, hash } of tree.completed) if (height % tileHeight === 0) (levels[height / tileHeight] ??= []).push(hash)
    tree = new GrowingTree(tree.edge())
    await write(tilePath(tile), bundleOf(Buffer.concat(commitments)))
    await write(openingsPath(tile.index), openings.map((opening) => `${canonical(opening)}\n`).join(''))
  }
  await write('checkpoint', signCheckpoint({ origin: key.name, size, root: tree.root() }, key))
  return {
    keys: [key],
    receiptBytes(columns, extraMax) {
      const opening = opened(columns, size)
      const grown = new GrowingTree(tree.edge())
      const index = grown.append(leafHash(commitmentOf(opening)))
      const note = signCheckpoint({ origin: key.name, size: grown.size, root: grown.root() }, key)
      return Buffer.byteLength(appended(grown, index, opening, note).proof(extraMax))
    },
    columnsWithin(bytes) {
      let columns = 1
      while (Buffer.byteLength(canonical(opened(columns + 1, size))) <= bytes) columns++
      return columns
    },
  }
}
