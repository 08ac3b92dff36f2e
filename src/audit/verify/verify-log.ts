import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commitmentOf, parseOpening } from '../entry.js'
import { GrowingTree } from '../merkle/growing-tree.js'
import { leafHash } from '../merkle/hash.js'
import { tileHeight, tileWidth } from '../merkle/stored-hashes.js'
import { type TreeHead, verifyCheckpoint } from '../notes/checkpoint.js'
import type { VerifierKey } from '../notes/keys.js'
import { entriesOf } from '../tiles/bundle.js'
import { tilePath, tilesOf } from '../tiles/paths.js'

/** An exported log is not what its checkpoint says. The message says where. */
export class LogFault extends Error {}

/** What was verified. */
export interface VerifiedLog {
  readonly head: TreeHead
  /** Entries that were there and match what stands in the log. */
  readonly opened: number
  /** Entries that were erased, or are those of other parties. */
  readonly closed: number
}

/** Where the openings of a bundle are in an exported log. */
export const openingsPath = (bundle: number): string => `openings/${bundle}.ndjson`

/**
 * Verifies a whole exported log: each entry against its commitment, all commitments against every tile and against the signed checkpoint.
 * @param earlier checkpoints of the same log, which it has to go on from.
 * @param progress is told how many leaves were verified.
 * @throws LogFault, NoteError where something was changed, is missing, or was added.
 */
export async function verifyLog(
  folder: string,
  keys: readonly VerifierKey[],
  { earlier = [], progress }: { earlier?: readonly string[]; progress?: (leaves: number) => void } = {},
): Promise<VerifiedLog> {
  const head = verifyCheckpoint(await text(folder, 'checkpoint'), keys)
  const olds = earlier.map((note) => verifyCheckpoint(note, keys)).map((old) => checkedEarlier(old, head))
  let tree = new GrowingTree({ size: 0, peaks: [] })
  const levels: Uint8Array[][] = []
  let opened = 0
  for (const tile of tilesOf(head.size)) {
    const path = tilePath(tile)
    if (tile.level === 'entries') {
      const entries = entriesOf(await bytes(folder, path))
      if (entries?.length !== tile.width) throw new LogFault(`${path} has not ${tile.width} entries`)
      opened += await checkOpenings(folder, tile.index, entries)
      for (const entry of entries) {
        tree.append(leafHash(entry))
        checkOlds(olds, tree)
      }
      for (const { height, hash } of tree.completed) if (height % tileHeight === 0) (levels[height / tileHeight] ??= []).push(hash)
      // A new tree over the same edge forgets what is not needed any more.
      tree = new GrowingTree(tree.edge())
      progress?.(tree.size)
      continue
    }
    const own = (levels[tile.level] ?? []).slice(tile.index * tileWidth, tile.index * tileWidth + tile.width)
    if (!Buffer.concat(own).equals(await bytes(folder, path))) throw new LogFault(`${path} does not have the hashes of the entries`)
  }
  if (!tree.root().equals(head.root)) throw new LogFault('the entries are not those of the checkpoint')
  return { head, opened, closed: head.size - opened }
}

function checkedEarlier(old: TreeHead, head: TreeHead): TreeHead {
  if (old.origin !== head.origin) throw new LogFault(`the earlier checkpoint is of another log, ${old.origin}`)
  if (old.size > head.size) throw new LogFault(`the log has ${head.size} entries, and had ${old.size} before: it was cut`)
  return old
}

function checkOlds(olds: readonly TreeHead[], tree: GrowingTree): void {
  for (const { size, root } of olds) {
    if (size === tree.size && !tree.root().equals(root))
      throw new LogFault(`its first ${size} entries are not those of the earlier checkpoint: the log was forked`)
  }
}

/** Checks the entries of a bundle. Each of its leaves has a line, also where the entry is not there. @returns how many are there. */
async function checkOpenings(folder: string, bundle: number, entries: readonly Buffer[]): Promise<number> {
  const path = openingsPath(bundle)
  const lines = (await text(folder, path)).split('\n').slice(0, -1)
  if (lines.length !== entries.length) throw new LogFault(`${path} has not one line for each of ${entries.length} leaves`)
  let opened = 0
  for (const [at, line] of lines.entries()) {
    const index = bundle * tileWidth + at
    if (line === closedLine(index)) continue
    const opening = parseOpening(line)
    if (opening === undefined) throw new LogFault(`${path} has no entry in line ${at + 1}`)
    if (!commitmentOf(opening).equals(entries[at] as Buffer)) throw new LogFault(`entry ${index} is not the one that stands in the log`)
    opened++
  }
  return opened
}

/** The line of a leaf whose entry is not there. */
export function closedLine(index: number): string {
  return JSON.stringify({ closed: index })
}

async function bytes(folder: string, path: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, path))
  } catch (thrown) {
    throw new LogFault(`${path} is missing`, { cause: thrown })
  }
}

async function text(folder: string, path: string): Promise<string> {
  return (await bytes(folder, path)).toString('utf8')
}
