import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { Command } from 'commander'
import { parseDocument, stringify } from 'yaml'
import { hubConfigSchema, loadHubConfig, parseConnectorConfig, readEnvironment } from '../../config.js'
import { issuerOf } from '../hub-identity.js'
import { checkSource } from '../open-source.js'
import { replaceFile } from '../replace-file.js'
import { dataDirOption } from './options.js'

interface Options {
  config: string
  dataDir: string
  id: string
  organisation: string
  gss?: string
  url: string
  ca?: string
  write?: true
}

/** `dials hub add-spoke` */
export function hubAddSpokeCommand(): Command {
  return new Command('add-spoke')
    .description('print what hub.yaml and the spoke.yaml of a new spoke need of each other, or add it to hub.yaml')
    .requiredOption('--config <file>', 'the hub.yaml')
    .requiredOption('--id <id>', 'the id of the spoke, as in its spoke.yaml: camden')
    .requiredOption('--organisation <name>', 'the full name of its organisation')
    .requiredOption('--url <url>', 'where the spoke listens: https://spoke.camden.example:4100')
    .option('--gss <code>', 'the ONS code of the organisation: E09000007')
    .option('--ca <file>', 'the PEM file of the private authority that issued its certificate')
    .option('--write', 'add it to hub.yaml, whose comments stay')
    .addOption(dataDirOption('.data'))
    .action(async ({ config, dataDir, id, organisation, gss, url, ca, write }: Options) => {
      const loaded = loadHubConfig(config, readEnvironment())
      const { spokes } = loaded.value
      const entry = {
        id,
        organisation: { name: organisation, ...(gss === undefined ? {} : { gss }) },
        connector: 'spoke',
        config: { url, ...(ca === undefined ? {} : { ca }) },
      }
      // It has no line yet.
      const file = { file: config, lineOf: () => undefined }
      parseConnectorConfig(hubConfigSchema, { ...loaded.value, spokes: [...spokes, entry] }, file, [])
      checkSource(file, ['spokes', spokes.length], entry)
      if (write) await addTo(config, entry)
      const added = stringify([entry], { lineWidth: 0 }).replaceAll(/^(?=.)/gm, '  ')
      const issuer = issuerOf(loaded.value)
      const keys = await publishedKeys(dataDir)
      process.stdout.write(
        [
          write ? `Added to ${config}, under spokes. Start the hub again to have it:` : `In ${config}, under spokes (--write adds it):`,
          '',
          added,
          `In the spoke.yaml of ${organisation}:`,
          '',
          stringify({ id, hub: { issuer, jwks: './hub.jwks.json' } }, { lineWidth: 0 }),
          ...(keys === undefined
            ? [`Its hub.jwks.json is what this hub serves at /.well-known/jwks.json, once it was started with --data-dir ${dataDir}.`]
            : ['Its hub.jwks.json, these public keys of the hub:', '', keys]),
          '',
        ].join('\n'),
      )
    })
}

/** The public keys of the hub with that data directory, as it serves them. Undefined where none was started with it. */
function publishedKeys(dataDir: string): Promise<string | undefined> {
  return readFile(join(resolve(dataDir), 'hub.jwks.json'), 'utf8').catch(() => undefined)
}

/** Adds an item to the list of spokes, and leaves all else in the file as it is written. */
async function addTo(config: string, entry: object): Promise<void> {
  const document = parseDocument(await readFile(config, 'utf8'))
  document.addIn(['spokes'], document.createNode(entry))
  const text = document.toString({ lineWidth: 0 })
  await replaceFile(config, async (to) => finished(to.end(text)))
}
