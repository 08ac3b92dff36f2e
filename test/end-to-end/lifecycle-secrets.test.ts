import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dials, startTestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, twoSpokes, type Workspace } from '../support/workspace.js'

/** JSON escapes a part of it. */
const secret = 'corr"ect-horse\\battery'
const parts = /corr.{0,2}ect-horse|battery/
const env = { SECRET: secret, SHORTER: 'corr"ect' }

let workspace: Workspace
let database: FreshDatabase
let rogue: { url: string; close(): Promise<void> }
beforeAll(async () => {
  rogue = await startRogue((_request, response) => response.writeHead(500).end(`no ${secret}`))
  const plain = twoSpokes['hub.yaml']
  workspace = await openWorkspace({
    ...twoSpokes,
    'kind.yaml': plain.replace('connector: spoke', 'connector: "${SECRET}"'),
    'credentials.yaml': plain.replace(childSpoke('camden')[1], '{ url: "https://user:${SHORTER}@spoke.example" }'),
    'setting.yaml': plain.replace(childSpoke('camden')[1], '{ url: "${SECRET}" }'),
    'tls.yaml': `${plain}tls: { cert: "./\${SECRET}.pem", key: ./key.pem }\n`,
    'alone.yaml': spokeYaml('camden', 'hub: { issuer: "https://hub.test", jwks: "./${SECRET}.json" }\n'),
    'running.yaml': hubYaml({
      camden: childSpoke('camden'),
      secretive: ['spoke', `{ url: "${rogue.url}/\${SECRET}" }`],
      nowhere: ['files', '{ folder: "./${SECRET}", defaultAccess: OPEN }'],
    }),
  })
  database = await freshDatabase()
})
afterAll(async () => {
  await rogue.close()
  await database.drop()
  await workspace.remove()
})

describe('a value of the environment', () => {
  test.each([
    ['hub', 'kind.yaml', 'spokes[0].connector: is shown to everybody, and ${SECRET} may be a secret'],
    ['hub', 'credentials.yaml', 'spokes[0].config.url: '],
    ['hub', 'setting.yaml', 'spokes[0].config.url: '],
    ['hub', 'tls.yaml', 'tls.cert: the file ./[redacted].pem cannot be read (ENOENT)'],
    ['spoke', 'alone.yaml', 'hub.jwks: the file ./[redacted].json cannot be read (ENOENT)'],
  ])('is not in the error of `dials %s --config %s`', async (command, file, told) => {
    const program = dials([command, '--config', workspace.path(file), '--port', '0', '--data-dir', workspace.path('data')], {
      ...env,
      DATABASE_URL: database.url,
    })
    expect(await program.exited).toBe(2)
    expect(program.output()).toContain(`${file} at ${told}`)
    expect(program.output()).not.toMatch(parts)
  })

  test('is in no log, error or answer of a hub that runs with it', async () => {
    const hub = await startTestHub(workspace.path('running.yaml'), {
      dataFolder: workspace.path('data'),
      env: { ...env, DATABASE_URL: database.url, LOG_LEVEL: 'debug' },
    })
    await hub.harvested('camden', 'secretive', 'nowhere')
    const whole =
      '{ spokes { id title status connector organisation { id name } lastHarvest { status error problems { message } } datasets { nodes { id title iri } } } }'
    const failed = await until('every harvest has ended', async () => {
      const answer = await hub.ask<{ spokes: { lastHarvest: { status: string } | null }[] }>(whole)
      return answer.data?.spokes.every(({ lastHarvest }) => lastHarvest !== null && lastHarvest.status !== 'RUNNING') && answer
    })
    const others = await Promise.all([
      hub.ask('{ query(input: { from: { table: "secretive/a/a" } }) { rows } }'),
      hub.ask('{ explain(input: { from: { table: "camden/libraries/libraries" } }) { text residual fragments { native } } }'),
      hub.ask('mutation { harvest(spoke: "secretive") { error } }'),
      fetch(`${hub.url}/health/ready`).then((response) => response.json()),
    ])
    expect(await hub.stop()).toBe(0)
    expect(failed.data?.spokes.map(({ lastHarvest }) => lastHarvest?.status)).toEqual(['COMPLETE', 'FAILED', 'FAILED'])
    expect(JSON.stringify([failed, others])).not.toMatch(parts)
    expect(hub.output()).toContain('[redacted]')
    expect(hub.output()).not.toMatch(parts)
  })
})
