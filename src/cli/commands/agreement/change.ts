import { Command } from 'commander'
import { askGraph } from '../../ask-graph.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  url: string
  token?: string
  reason?: string
}

/** What a party does with an agreement, and says why. */
const changes = [
  { name: 'suspend', mutation: 'suspendAgreement', description: 'suspend an agreement: nothing more is let out under it', hasReason: true },
  {
    name: 'resume',
    mutation: 'resumeAgreement',
    description: 'let an agreement go on that your organisation has suspended',
    hasReason: false,
  },
  { name: 'end', mutation: 'terminateAgreement', description: 'end an agreement, for good', hasReason: true },
] as const

/** `dials agreement suspend`, `resume` and `end` */
export function agreementChangeCommands(): Command[] {
  return changes.map(({ name, mutation, description, hasReason }) => {
    const command = new Command(name)
      .description(description)
      .argument('<id>', 'the agreement')
      .addOption(urlOption())
      .addOption(tokenOption())
    if (hasReason) command.requiredOption('--reason <text>', 'why; all parties see it')
    return command.action(async (id: string, { url, token, reason }: Options) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const [declared, given] = hasReason ? [', $reason: String!', ', reason: $reason'] : ['', '']
      const asked = `mutation ($id: ID!${declared}) { ${mutation}(id: $id${given}) { state } }`
      const { state } = await askGraph<{ state: string }>(hub, mutation, asked, { id, ...(hasReason ? { reason } : {}) })
      process.stdout.write(`The agreement is ${state}.\n`)
    })
  })
}
