import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { replaceFile } from '../../../connectors/shared/replace-file.js'
import { ConfigError } from '../../errors.js'
import { type HubIntroduction, introductionOf } from '../hub-introduction.js'
import { isThere } from '../is-there.js'
import { answer, type Question } from '../questions.js'
import { databases, draftSpoke, type SpokeAnswers, spokeQuestions } from '../spoke-draft.js'

interface Options extends Partial<SpokeAnswers> {
  out: string
  force?: boolean
}

/** The file beside spoke.yaml with the hub's public keys. */
const keysName = 'hub.jwks.json'

/** `dials spoke init` */
export function spokeInitCommand(): Command {
  const command = new Command('init')
    .description('write the spoke.yaml of an organisation: asks six questions, each of which is an option too')
    .option('--out <file>', 'the file to write', 'spoke.yaml')
    .option('--force', 'replace the file, and the keys of the hub beside it, if they are there')
  for (const [name, { asks, value, fallback }] of Object.entries<Question>(spokeQuestions))
    command.option(`--${name} <${value}>`, `${asks}${typeof fallback === 'string' ? ` (default: ${fallback})` : ''}`)
  return command.action(async ({ out, force = false, ...given }: Options) => {
    if (!force && (await isThere(out)))
      throw new ConfigError(out, '', 'is there already: give --force to replace it, or --out another name')
    const terminal = process.stdin.isTTY ? { input: process.stdin, output: process.stdout } : undefined
    const answers = await answer(spokeQuestions, given, terminal, (problem) => command.error(`error: ${problem}`))
    const hub = await introductionOf(answers.hub)
    const { yaml, next } = draftSpoke(answers, { issuer: hub.issuer ?? hub.url, jwks: `./${keysName}` }, out)
    const folder = dirname(resolve(out))
    await mkdir(databases.includes(answers.data) ? folder : resolve(folder, answers.data), { recursive: true })
    const keysFile = join(folder, keysName)
    const isKept = !force && (await isThere(keysFile))
    if (hub.jwks !== undefined && !isKept) await replaceFile(keysFile, hub.jwks)
    await (force ? replaceFile(out, yaml) : writeFile(out, yaml, { flag: 'wx', mode: 0o600 }))
    process.stdout.write(`${[`Written: ${out}`, ...keyLines(hub, isKept), ...next].join('\n')}\n`)
  })
}

/** What became of the hub's keys, without which the spoke does not start. */
function keyLines({ url, keyIds, fault }: HubIntroduction, isKept: boolean): string[] {
  if (isKept) return [`Kept as it was: ${keysName}, the public keys of the hub`]
  if (fault === undefined)
    return [
      `Written: ${keysName}, the public keys of the hub. Ask its operator by another way whether they are:`,
      ...keyIds.map((id) => `  ${id}`),
    ]
  const later = `curl -sf ${url}/.well-known/jwks.json -o ${keysName}`
  return [
    `MISSING: ${keysName}. ${fault}`,
    'Once it does, fetch them beside spoke.yaml, whose hub.issuer has to be the issuer in them:',
    `  ${later}`,
  ]
}
