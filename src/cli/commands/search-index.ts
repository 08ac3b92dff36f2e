import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { DialsError } from '../../errors.js'
import { openOperatorHub, type OperatorHub } from '../operator-hub.js'
import { print } from '../print.js'
import { harmless } from '../query-text.js'
import { type IndexState, progressText, type Rebuild, rebuildText, stateText } from '../search-text.js'
import { dataDirOption, hubUrl, urlOption } from './options.js'

interface Options {
  config: string
  dataDir: string
  url: string
  wait?: boolean
  json?: true
}

/** Milliseconds between two looks at a rebuild. */
const lookMs = 500

/** Every field of an index in the graph. */
export const stateSelection = '{ index pending rebuild { startedAt endedAt written total error } }'

const goesOn = "The rebuild continues at the hub: 'dials search status' shows its progress."

/** `dials search reindex` */
export function reindexCommand(): Command {
  return operatorCommand(
    'reindex',
    'have the hub rebuild its search index beside the live one, and wait until that has ended; joins a rebuild under way',
  )
    .option('--no-wait', 'return once it has begun')
    .action(async (_own: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const hub = await operatorHub(options, command)
      const begun = await hub.ask<IndexState>('rebuildSearchIndex', `mutation { rebuildSearchIndex ${stateSelection} }`)
      const ended = options.wait === false ? begun : await untilEnded(hub, begun)
      const { rebuild } = ended
      await print(
        options.json
          ? `${JSON.stringify(ended)}\n`
          : `${rebuild?.endedAt === null ? `${harmless(ended.index)}: ${rebuildText(rebuild)}` : stateText(ended)}\n`,
      )
      if (typeof rebuild?.error === 'string')
        throw new DialsError('SOURCE_UNAVAILABLE', `The search index was not rebuilt, and is as it was: ${harmless(rebuild.error)}`)
    })
}

/** `dials search status` */
export function statusCommand(): Command {
  return operatorCommand('status', 'show the state of the search index: its pending changes, and its latest rebuild').action(
    async (_own: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const hub = await operatorHub(options, command)
      const state = await hub.ask<IndexState>('searchIndex', `{ searchIndex ${stateSelection} }`)
      await print(`${options.json ? JSON.stringify(state) : stateText(state)}\n`)
    },
  )
}

/** commander gives the values of --url and --json to `dials search`, before its subcommands see them; they are repeated here for --help. */
function operatorCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--config <file>', 'the hub.yaml')
    .addOption(dataDirOption('.data'))
    .addOption(urlOption())
    .option('--json', 'print JSON, for programs')
}

const operatorHub = ({ config, dataDir, url }: Options, command: Command) => openOperatorHub(config, dataDir, { url: hubUrl(url, command) })

/**
 * Polls until the latest rebuild has ended, and shows its progress. Throws if a signal ends the wait, or the hub does not answer; the
 * rebuild continues.
 */
async function untilEnded(hub: OperatorHub, begun: IndexState): Promise<IndexState> {
  const stop = new AbortController()
  // Never removed, because a terminal's Ctrl-C comes twice: directly and through the launcher.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  const show = progress()
  let state = begun
  try {
    while (state.rebuild !== null && state.rebuild.endedAt === null) {
      show(state.rebuild)
      await delay(lookMs, undefined, { signal: stop.signal })
      state = await hub.ask<IndexState>('searchIndex', `{ searchIndex ${stateSelection} }`, {}, stop.signal)
    }
    return state
  } catch (thrown) {
    if (stop.signal.aborted) throw new DialsError('SOURCE_TIMEOUT', `Not waited for. ${goesOn}`)
    if (thrown instanceof DialsError) throw new DialsError(thrown.code, `${thrown.message} ${goesOn}`, { cause: thrown })
    throw thrown
  } finally {
    show(undefined)
  }
}

/** Prints progress to standard error: in a terminal one line that is overwritten and finally cleared, else a line for each tenth. */
function progress(): (rebuild: Rebuild | undefined) => void {
  const { stderr } = process
  let tenth = -1
  return (rebuild) => {
    if (stderr.isTTY) return void stderr.write(`\r\u001b[2K${rebuild === undefined ? '' : progressText(rebuild)}`)
    const now = rebuild === undefined ? tenth : Math.floor((10 * rebuild.written) / Math.max(1, rebuild.total))
    if (rebuild !== undefined && now !== tenth) stderr.write(`${progressText(rebuild)}\n`)
    tenth = now
  }
}
