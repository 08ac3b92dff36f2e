import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { ConfigError } from '../../../errors.js'
import { askGraph, type Hub } from '../../ask-graph.js'
import { parseInput } from '../../query-input.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

const help = `
The file is the input of createAgreement of the graph, as YAML or JSON: docs/agreements.md has one. The token needs the scope agreements:write, and speaks for the
discloser or a recipient.
`

/** `dials agreement submit` */
export function agreementSubmitCommand(): Command {
  return new Command('submit')
    .description('make an agreement at the hub, and offer it to its parties')
    .argument('<file>', 'what is agreed')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async (file: string, { url, token }: { url: string; token?: string }, command: Command) => {
      const input = await inputOf(file)
      await submitAgreement({ url: hubUrl(url, command), token: bearerOf(token, command) }, input)
    })
}

/** Makes an agreement at a hub, offers it to its parties, and prints which it is. @throws DialsError as askGraph. */
export async function submitAgreement(hub: Hub, input: object): Promise<void> {
  const create = 'mutation ($input: AgreementInput!) { createAgreement(input: $input) { id } }'
  const { id } = await askGraph<{ id: string }>(hub, 'createAgreement', create, { input })
  const offer = 'mutation ($id: ID!) { offerAgreement(id: $id) { id state digest } }'
  const { state, digest } = await askGraph<{ state: string; digest: string }>(hub, 'offerAgreement', offer, { id })
  process.stdout.write(`${id} ${state}, SHA-256 ${digest}\nEach party signs it: dials agreement sign --id ${id} --key <file>\n`)
}

async function inputOf(file: string): Promise<object> {
  const input = parseInput(await textOf(file), file)
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input
  throw new ConfigError(file, '', 'it holds no agreement: give the input of createAgreement, an object')
}

/** The text of a file. @throws ConfigError where it cannot be read. */
export async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new ConfigError(file, '', thrown.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${thrown.code ?? 'unknown'})`)
  })
}
