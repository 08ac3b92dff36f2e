import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { auditEntries, type ListedEntry } from '../../audit-entries.js'
import type { Hub } from '../../ask-graph.js'
import { print } from '../../print.js'
import { harmless } from '../../query-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  url: string
  token?: string
  lines: string
  follow?: true
  json?: true
}

/** Milliseconds between two looks. */
const pauseMs = 1_000

/** `dials audit tail` */
export function auditTailCommand(): Command {
  return new Command('tail')
    .description('print the latest entries of the audit log, oldest first, and with --follow those that come')
    .option('-n, --lines <number>', 'entries to begin with', '10')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('--json', 'print each as JSON, for programs')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (options: Options, command: Command) => {
      if (!/^\d{1,6}$/.test(options.lines)) command.error('error: --lines has to be a number: 10')
      const hub = { url: hubUrl(options.url, command), token: bearerOf(options.token, command) }
      let last = await printed(await latest(hub, Number(options.lines), -1), options, -1)
      while (options.follow === true) {
        await delay(pauseMs)
        last = await printed(await latest(hub, Infinity, last), options, last)
      }
    })
}

/** The latest entries after the index `after`, oldest first, `max` at most. */
async function latest(hub: Hub, max: number, after: number): Promise<ListedEntry[]> {
  const found: ListedEntry[] = []
  if (max === 0) max = 1
  for await (const entry of auditEntries(hub, {}, Math.min(100, max))) {
    if (entry.index <= after || found.length >= max) break
    found.push(entry)
  }
  return found.reverse()
}

async function printed(entries: readonly ListedEntry[], { json }: Options, last: number): Promise<number> {
  for (const entry of entries) await print(`${json ? JSON.stringify(entry) : lineOf(entry)}\n`)
  return entries.at(-1)?.index ?? last
}

function lineOf({ index, time, phase, kind, party, organisation, tables, reasons, rowBand }: ListedEntry): string {
  const rows = rowBand === null ? '' : ` ${rowBand} rows`
  const why = reasons.length === 0 ? '' : ` (${reasons.join(' ')})`
  return harmless(
    `${index} ${time} ${phase} ${kind} by ${organisation ?? 'nobody known'} for ${party ?? 'the operator'}: ${tables.join(', ') || 'no table'}${rows}${why}`,
  )
}
