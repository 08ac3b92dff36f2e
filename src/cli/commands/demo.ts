import { relative, resolve } from 'node:path'
import { packageFile } from '../package-file.js'
import Table from 'cli-table3'
import { Command } from 'commander'
import { type HubConfig, type Loaded, loadHubConfig, readEnvironment } from '../../config.js'
import { askGraph } from '../ask-graph.js'
import { type DemoIssuer, demoTokenSeconds, startDemoIssuer } from '../demo-issuer.js'
import { demoRecipient, demoSignatories, makeDemoAgreements } from '../demo-agreements.js'
import { type DemoAnswer, type DemoJoinAnswer, joinOfBoroughs, mainJob, ownMembers } from '../demo-queries.js'
import { demoToken } from '../demo-token.js'
import { toDialsError } from '../../errors.js'
import { fitWidth, usualWidth, wrapText } from '../fit-width.js'
import { issuerOf, organisationIdOf } from '../hub-identity.js'
import { createLog } from '../log.js'
import { matchText } from '../../query/7-result/match-text.js'
import { print } from '../print.js'
import type { RunningHub } from '../start-hub.js'
import { UndoList } from '../undo-list.js'
import { untilStopped } from '../until-stopped.js'
import { portOption } from './options.js'

interface Options {
  port?: number
  dataDir?: string
}

/** `dials demo`: what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the demonstration: a hub and five spoke processes over examples/london')
    .addOption(portOption())
    .option('--data-dir <folder>', 'folder for its own data (default: .data/demo, and .data/demo-<port> on another port than 4000)')
    .action(async ({ port, dataDir = folderOf(port) }: Options) => {
      const { startHub } = await import('../start-hub.js')
      const read = readEnvironment()
      // Who tries it out sees what it prints, and not every step of its six processes.
      const environment = { ...read, logLevel: read.variables['LOG_LEVEL'] ?? 'warn' }
      const loaded = loadHubConfig(packageFile('examples/london/hub.yaml'), environment)
      const log = createLog(environment, loaded.secrets, {
        hub: loaded.value.name,
      })
      process.stdout.write('Starting a hub and five spokes …\n')
      await untilStopped(async () => {
        const dataFolder = resolve(dataDir)
        const undo = new UndoList(log)
        try {
          const organisations = [...loaded.value.spokes.map(({ organisation }) => organisationIdOf(organisation)), demoRecipient]
          const issuer = await startDemoIssuer({ audience: issuerOf(loaded.value), organisations, dataFolder, environment, log })
          undo.add(() => issuer.close())
          const hub = await startHub({
            loaded: withParties(loaded, issuer, await demoSignatories(dataFolder)),
            dataFolder,
            environment,
            log,
            ...(port === undefined ? {} : { port }),
          })
          undo.add(() => hub.close())
          await issuer.announce()
          await show(
            hub,
            loaded.value.spokes.map(({ id }) => id),
          )
          await showTokens(hub, dataFolder, dataDir)
          await makeDemoAgreements(hub.url, dataFolder)
          process.stdout.write(agreementsText(dataDir, portOf(hub.url)))
          process.stdout.write('\nPages of this machine may use it, at any port: cors in\nexamples/london/hub.yaml.\n')
          process.stdout.write(`The graph: ${hub.url}/graphql   Stop with Ctrl-C.\n`)
          return {
            url: hub.url,
            async close() {
              await undo.run()
              await print('Stopped.\n').catch(() => undefined)
            },
          }
        } catch (thrown) {
          await undo.run()
          throw thrown
        }
      }, log)
    })
}

function withParties(
  loaded: Loaded<HubConfig>,
  issuer: DemoIssuer,
  organisations: NonNullable<HubConfig['organisations']>,
): Loaded<HubConfig> {
  return { ...loaded, value: { ...loaded.value, organisations, issuers: [...(loaded.value.issuers ?? []), issuer.config] } }
}

/** Two demonstrations at once each need a folder of their own. */
function folderOf(port: number | undefined): string {
  return port === undefined || port === 4000 ? '.data/demo' : `.data/demo-${port}`
}

/** What the printed tokens unlock: something of their own organisation, and something that is shared with it. */
const unlocked = [
  { organisation: 'london-borough-of-camden', opens: 'Camden’s own camden/library-members/library-members, closed to all others' },
  { organisation: 'london-borough-of-lambeth', opens: 'wandsworth/damp-and-mould-reports/damp-and-mould-reports, shared with Lambeth' },
]

/** Each token on a line of its own, so that it can be copied. Then one query, asked with a token and without one. */
async function showTokens(hub: RunningHub, dataFolder: string, dataDir: string): Promise<void> {
  const tokens = await Promise.all(unlocked.map(async (one) => ({ ...one, token: await demoToken(dataFolder, one.organisation) })))
  const texts = tokens.map(({ organisation, opens, token }) => `${organisation}:\n${token}\n${wrapText(`opens ${opens}.`)}\n`)
  process.stdout.write(
    `To ask as an organisation, send the header "Authorization: Bearer <token>".\nThese live for ${demoTokenSeconds / 60} minutes:\n\n${texts.join('\n')}\n`,
  )
  process.stdout.write(`${wrapText(`Another: npx dials token --data-dir ${dataDir} --organisation <id>`)}\n\n`)
  const refused = await askGraph(hub, 'query', ownMembers).then(
    () => 'it is answered',
    (thrown: unknown) => toDialsError(thrown).message,
  )
  const [camden] = tokens
  const answer = await askGraph<DemoAnswer>({ url: hub.url, token: camden?.token }, 'query', ownMembers)
  process.stdout.write(
    `This query differs with and without a token:\n\n${ownMembers}\n${wrapText(`Without one: ${refused}`)}\nWith that of Camden:\n${answerTable(answer)}\n`,
  )
}

/** How to try the agreements, as commands that can be copied. */
function agreementsText(dataDir: string, port: number): string {
  const isUsual = port === 4000
  const file = relative('', packageFile('examples/london/candidate-hmos.yaml'))
  const ask = (purpose: string) =>
    [`npx dials query ${file}`, ...(isUsual ? [] : [`--url http://localhost:${port}`]), `--purpose ${purposeBase}${purpose}`].join(
      ' \\\n  ',
    )
  const token = `npx dials token --organisation ${demoRecipient}`
  return `
${wrapText('Three boroughs have signed agreements with a housing enforcement team: it gets invented closed tables, for one purpose. In another terminal:')}

1. Be the team:
export DIALS_TOKEN=$(${dataDir === folderOf(undefined) ? token : `${token} \\\n  --data-dir ${dataDir}`})

2. Ask for the purpose that was agreed: houses that may need a licence, found
   over the boroughs, with what matched and a receipt (--json shows it):
${ask('HmoLicensing')}

3. Ask for another purpose, and get nothing:
${ask('CounterFraud')}

${wrapText('To an organisation that is no party, such as london-borough-of-wandsworth, these tables are not there at all. docs/agreements.md says how it works.')}
`
}

const portOf = (url: string) => Number(new URL(url).port)

const purposeBase = 'https://seven-dials.example/purpose#'

async function show(hub: RunningHub, spokeIds: readonly string[]): Promise<void> {
  await Promise.all(spokeIds.map((id) => hub.harvestNow(id)))
  const spokes = await askGraph<SpokeLine[]>(hub, 'spokes', '{ spokes { id title status datasets { totalCount } } }')
  const query = await askGraph<DemoAnswer>(hub, 'query', mainJob())
  const join = await askGraph<DemoJoinAnswer>(hub, 'query', joinOfBoroughs())
  process.stdout.write(
    `${spokesTable(spokes)}\n\nLibraries, toilets and polling stations by borough, as it came back over HTTP:\n${answerTable(query)}\n\n` +
      `Barnet's schools with what Camden's list says of them, and what matched:\n${answerTable(join)}\n` +
      `${join.matches.map((match) => wrapText(matchText(match))).join('\n')}\n\n`,
  )
}

interface SpokeLine {
  id: string
  title: string
  status: string
  datasets: { totalCount: number }
}

const plain = { style: { head: [], border: [] } }

function spokesTable(spokes: readonly SpokeLine[]): string {
  const table = new Table({ head: ['spoke', 'organisation', 'status', 'datasets'], ...plain })
  for (const { id, title, status, datasets } of spokes) table.push([id, title, status, datasets.totalCount])
  return table.toString()
}

function answerTable({ columns, rows }: DemoAnswer): string {
  const whole = [columns.map(({ name }) => name), ...rows.map((row) => row.map((cell) => String(cell ?? '')))]
  const [head = [], ...cells] = fitWidth(whole, usualWidth)
  const table = new Table({ head, ...plain })
  table.push(...cells)
  return table.toString()
}
