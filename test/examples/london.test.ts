import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const examples = fileURLToPath(new URL('../../examples/london', import.meta.url))
const published = fileURLToPath(new URL('../../../shared/data/london', import.meta.url))
const boroughs = ['camden', 'barnet', 'lambeth', 'wandsworth', 'gla']
const shared = ['libraries', 'polling-stations', 'schools']

const dataset = z.looseObject({
  access: z.enum(['OPEN', 'SHARED', 'CLOSED']),
  sharedWith: z.array(z.string()).default([]),
  files: z.array(z.string()).min(1),
  description: z.string().default(''),
})
const catalogueSchema = z.strictObject({ datasets: z.record(z.string(), dataset) })
const hubSchema = z.looseObject({
  spokes: z.array(
    z.looseObject({ id: z.string(), organisation: z.looseObject({ name: z.string() }), config: z.looseObject({ process: z.string() }) }),
  ),
})

const readYaml = (file: string): unknown => parse(readFileSync(file, 'utf8'))
const folderOf = (borough: string): string => join(examples, borough, 'data')
const catalogueOf = (borough: string) => catalogueSchema.parse(readYaml(join(folderOf(borough), 'catalogue.yaml'))).datasets
const dataFilesOf = (borough: string): string[] => readdirSync(folderOf(borough)).filter((name) => name !== 'catalogue.yaml')
const hub = hubSchema.parse(readYaml(join(examples, 'hub.yaml')))

describe.each(boroughs)('examples/london/%s', (borough) => {
  it('has a catalogue that names every file once, and only files that exist', () => {
    const named = Object.values(catalogueOf(borough)).flatMap(({ files }) => files)
    expect([...named].sort()).toEqual(dataFilesOf(borough).sort())
  })

  it('names a dataset after the stem of its files', () => {
    for (const [id, { files }] of Object.entries(catalogueOf(borough))) {
      for (const file of files) expect(file.slice(0, file.indexOf('.'))).toBe(id)
    }
  })

  it('shares only with organisations of the hub, and marks what is not open as invented', () => {
    const organisations = hub.spokes.map(({ organisation }) => organisation.name.toLowerCase().replaceAll(' ', '-'))
    for (const { access, sharedWith, description } of Object.values(catalogueOf(borough))) {
      for (const organisation of sharedWith) expect(organisations).toContain(organisation)
      expect(sharedWith.length > 0).toBe(access === 'SHARED')
      if (access !== 'OPEN') expect(description).toMatch(/^INVENTED: /)
    }
  })

  it('is a spoke of the hub under its own id', () => {
    const spoke = hub.spokes.find(({ id }) => id === borough)
    expect(readYaml(join(examples, spoke?.config.process ?? ''))).toMatchObject({ id: borough })
  })
})

it('has the shared subjects in all four boroughs, and something to refuse', () => {
  for (const borough of boroughs.slice(0, 4)) expect(Object.keys(catalogueOf(borough))).toEqual(expect.arrayContaining(shared))
  const access = boroughs.flatMap((borough) => Object.values(catalogueOf(borough)).map((one) => one.access))
  expect(access).toEqual(expect.arrayContaining(['CLOSED', 'SHARED']))
})

const comparable = existsSync(published)
if (!comparable) console.warn('NOT RUN: examples/london was not compared with the published files, because ../shared/data is absent.')

describe.skipIf(!comparable)('the examples against the published files', () => {
  const originals = comparable ? filesUnder(published).map((file) => ({ name: basename(file), bytes: readFileSync(file) })) : []
  const originalRecords = originals.map(({ name, bytes }) => ({ name, records: new Set(recordsOf(name, bytes)) }))
  const files = boroughs.flatMap((borough) => dataFilesOf(borough).map((name) => join(folderOf(borough), name)))

  it('are no copies', () => {
    for (const file of files) {
      const bytes = readFileSync(file)
      for (const original of originals) expect(bytes.equals(original.bytes), `${basename(file)} is a copy of ${original.name}`).toBe(false)
    }
  })

  it('are no cut-down slices: at most half of a file’s lines or records stand in one published file', () => {
    for (const file of files.filter((name) => !name.endsWith('.xlsx'))) {
      const records = recordsOf(file, readFileSync(file))
      for (const original of originalRecords) {
        const same = records.filter((record) => original.records.has(record)).length
        expect(same / records.length, `${basename(file)} repeats ${original.name}`).toBeLessThanOrEqual(0.5)
      }
    }
  })
})

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The rows of a text file: its lines, or of JSON the properties of each feature, with keys sorted, since layout is no difference. */
function recordsOf(name: string, bytes: Buffer): string[] {
  const text = bytes.toString('utf8')
  if (!/\.(geo)?json$/.test(name)) return text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  const json = JSON.parse(text) as { features?: { properties: object }[] } | object[]
  const rows = Array.isArray(json) ? json : (json.features ?? []).map(({ properties }) => properties)
  return rows.map((row) => JSON.stringify(Object.entries(row).sort()))
}
