import { readFile, stat } from 'node:fs/promises'
import { Command } from 'commander'
import { parseOpening } from '../../../audit/entry.js'
import { ProofError } from '../../../audit/merkle/verify.js'
import { NoteError } from '../../../audit/notes/signed-note.js'
import { LogFault, verifyLog } from '../../../audit/verify/verify-log.js'
import { verifyReceipt } from '../../../audit/verify/verify-receipt.js'
import { DialsError } from '../../../errors.js'
import { print } from '../../print.js'
import { keyOption, verifierKeys } from './keys-option.js'

interface Options {
  key?: string[]
  since?: string[]
  entry?: string
  json?: true
}

const help = `
What is verified, all of it offline:
  a receipt          the text of ResultSet.receipt.proof, or the header Dials-Receipt of a download (base64)
  a folder           a whole log, as \`dials audit export\` writes it; with --since also that it goes on from an earlier checkpoint

Examples:
  $ dials audit verify receipt.tlog-proof --key hub.keys
  $ dials audit verify ./log --key hub.keys --since checkpoint-of-june

Exit codes: 0 it holds, 1 it does not hold, 2 the command line is wrong.
`

/** `dials audit verify` */
export function auditVerifyCommand(): Command {
  return new Command('verify')
    .description('verify a receipt or a whole exported log, offline')
    .argument('<path>', 'a receipt, or the folder of an exported log')
    .option(...keyOption)
    .option(
      '--since <file>',
      'an earlier checkpoint of the log, which it has to go on from; again for more',
      (value: string, former: string[] = []) => [...former, value],
    )
    .option('--entry <file>', 'the nonce and the entry of a receipt that does not hold them itself, as a line of openings/ has them')
    .option('--json', 'print JSON, for programs')
    .addHelpText('after', help)
    .action(async (path: string, options: Options, command: Command) => {
      const keys = verifierKeys(options.key, command)
      const isFolder = (await stat(path).catch(() => command.error(`error: ${path} is not there`))).isDirectory()
      try {
        const told = isFolder ? await ofLog(path, keys, options) : await ofReceipt(path, keys, options)
        await print(options.json ? `${JSON.stringify(told.json)}\n` : `${told.text}\n`)
      } catch (thrown) {
        if (thrown instanceof LogFault || thrown instanceof NoteError || thrown instanceof ProofError)
          throw new DialsError('BAD_USER_INPUT', `It does not hold: ${thrown.message}.`)
        throw thrown
      }
    })
}

type Keys = ReturnType<typeof verifierKeys>

async function ofLog(folder: string, keys: Keys, { since = [] }: Options) {
  const earlier = await Promise.all(since.map((file) => readFile(file, 'utf8')))
  const told = (leaves: number) => process.stderr.isTTY && process.stderr.write(`\r${leaves.toLocaleString('en-GB')} entries`)
  const { head, opened, closed } = await verifyLog(folder, keys, { earlier, progress: told })
  if (process.stderr.isTTY) process.stderr.write('\r')
  const size = head.size.toLocaleString('en-GB')
  const rest = closed === 0 ? '' : ` ${closed.toLocaleString('en-GB')} are of other parties or were erased; their places in the log hold.`
  const on =
    since.length === 0 ? '' : ` It goes on from ${since.length === 1 ? 'the earlier checkpoint' : `${since.length} earlier checkpoints`}.`
  return {
    text: `It holds: ${head.origin}, ${size} entries, ${opened.toLocaleString('en-GB')} of them readable here.${rest}${on}`,
    json: { holds: true, origin: head.origin, size: head.size, rootHash: head.root.toString('base64'), opened, closed },
  }
}

async function ofReceipt(file: string, keys: Keys, { entry }: Options) {
  const given = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
  const text = given.startsWith('c2sp.org/') ? given : Buffer.from(given.trim(), 'base64').toString('utf8')
  const opening = entry === undefined ? undefined : parseOpening((await readFile(entry, 'utf8')).trim())
  const { opening: proven, index, head } = verifyReceipt(text, keys, opening)
  return {
    text: `It holds: entry ${index} of ${head.origin}, which had ${head.size.toLocaleString('en-GB')} entries then.\n${JSON.stringify(proven.entry, undefined, 2)}`,
    json: { holds: true, origin: head.origin, index, size: head.size, entry: proven.entry },
  }
}
