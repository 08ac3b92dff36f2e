import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder for one test, with a hub.yaml and other files. */
export interface Workspace {
  readonly folder: string
  readonly hubYaml: string
  path(name: string): string
  write(files: Record<string, string>): Promise<void>
  remove(): Promise<void>
}

/** @param files contents by path, relative to the folder. */
export async function openWorkspace(files: Record<string, string>): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-e2e-'))
  const path = (name: string) => join(folder, name)
  const write = async (written: Record<string, string>) => {
    for (const [name, text] of Object.entries(written)) {
      await mkdir(dirname(path(name)), { recursive: true })
      await writeFile(path(name), text)
    }
  }
  await write(files)
  return { folder, hubYaml: path('hub.yaml'), path, write, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A hub.yaml with these spokes. Each has a connector, and its `config` in YAML's flow style. */
export function hubYaml(spokes: Record<string, [connector: string, config: string]>, name = 'London'): string {
  const entries = Object.entries(spokes).map(
    ([id, [connector, config]]) =>
      `  - id: ${id}\n    organisation: { name: Borough of ${id} }\n    connector: ${connector}\n    config: ${config}\n`,
  )
  return `name: ${name}\nspokes:\n${entries.join('')}`
}

/** A spoke that the hub starts as a process, with its spoke.yaml over `<id>/data`. */
export const childSpoke = (id: string): [string, string] => ['spoke', `{ process: ./${id}/spoke.yaml }`]
/** The spoke.yaml of a spoke with one source of files. @param extra more lines. */
export const spokeYaml = (id: string, extra = '') =>
  `id: ${id}\n${extra}sources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n`

/** Two spoke processes, camden and barnet, with one small table each. */
export const twoSpokes = {
  'hub.yaml': hubYaml({ camden: childSpoke('camden'), barnet: childSpoke('barnet') }),
  'camden/spoke.yaml': spokeYaml('camden'),
  'camden/data/libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
  'barnet/spoke.yaml': spokeYaml('barnet'),
  'barnet/data/libraries.csv': 'Name,Postcode\nHendon,NW4 4BQ\n',
}
