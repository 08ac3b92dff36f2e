import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { tileWidth } from '../../../audit/merkle/stored-hashes.js'
import { parseCheckpoint } from '../../../audit/notes/checkpoint.js'
import { tilePath, tilesOf } from '../../../audit/tiles/paths.js'
import { closedLine, openingsPath } from '../../../audit/verify/verify-log.js'
import { DialsError } from '../../../errors.js'
import { noHub } from '../../ask-graph.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  url: string
  token?: string
}

const help = `
The folder gets what any web server can serve as C2SP tlog-tiles: checkpoint, and tile/ with the hashes and commitments of all entries. keys has the public
keys of the log, and openings/ the entries that your token may see: those of your organisation, or all of them with the scope audit:read. Without a token
there are none. \`dials audit verify\` verifies the folder.
`

/** `dials audit export` */
export function auditExportCommand(): Command {
  return new Command('export')
    .description('write the audit log into a folder, where it is verified and served without the hub')
    .argument('<folder>', 'where to; files that are there are replaced')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async (folder: string, options: Options, command: Command) => {
      const at = { url: hubUrl(options.url, command), token: bearerOf(options.token, command) }
      const checkpoint = await read(at, 'checkpoint')
      const { size, origin } = parseCheckpoint(checkpoint.toString('utf8'))
      for (const tile of tilesOf(size)) {
        const path = tilePath(tile)
        await write(folder, path, await read(at, path))
        if (tile.level === 'entries') await write(folder, openingsPath(tile.index), await openings(at, tile.index, tile.width))
      }
      await write(folder, 'keys', await read(at, 'keys'))
      // Last: where it is there, all is.
      await write(folder, 'checkpoint', checkpoint)
      process.stdout.write(`${size.toLocaleString('en-GB')} entries of ${origin} are in ${folder}.\n`)
    })
}

interface At {
  readonly url: string
  readonly token: string | undefined
}

/** A line for each leaf of a bundle: its entry where the token may see it. */
async function openings(at: At, bundle: number, width: number): Promise<Buffer> {
  const known = new Map<number, string>()
  const text = at.token === undefined ? '' : (await read(at, `openings/${bundle}`)).toString('utf8')
  for (const line of text.split('\n').slice(0, -1)) {
    const { index, ...opening } = JSON.parse(line) as { index: number }
    known.set(index, JSON.stringify(opening))
  }
  const lines = Array.from({ length: width }, (_, place) => {
    const index = bundle * tileWidth + place
    return `${known.get(index) ?? closedLine(index)}\n`
  })
  return Buffer.from(lines.join(''))
}

async function read({ url, token }: At, path: string): Promise<Buffer> {
  const response = await fetch(`${url}/audit/${path}`, {
    headers: token === undefined || !path.startsWith('openings/') ? {} : { authorization: `Bearer ${token}` },
  }).catch((thrown: unknown) => {
    throw noHub(url, thrown)
  })
  if (response.ok) return Buffer.from(await response.arrayBuffer())
  const told = (await response.json().catch(() => undefined)) as { detail?: string } | undefined
  throw new DialsError('SOURCE_UNAVAILABLE', told?.detail ?? `The hub has no /audit/${path}: it answers ${response.status}.`)
}

async function write(folder: string, path: string, content: Buffer): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}
