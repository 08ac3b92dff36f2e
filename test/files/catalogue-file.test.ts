import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, typesOf } from './support/folder.js'
import { scanOf } from './support/source.js'
import { patienceMs } from '../support/patience.js'

const csv = 'Ref,Name,Postcode,n\n1,Kilburn Library,NW6 6RG,5\n2,Belsize Library,NW3 3NR,6\n'

describe('catalogue.yaml', () => {
  it('says what a folder cannot', async () => {
    const opened = await folderOf(
      {
        'libraries_list.csv': csv,
        'catalogue.yaml': `
datasets:
  libraries-list:
    title: Libraries of Camden
    description: Where they are
    licence: { id: OGL-UK-3.0, title: Open Government Licence v3, url: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/' }
    access: SHARED
    sharedWith: [barnet]
    themes: [culture]
    keywords: [library, book]
    issued: 2024-05-01
    modified: '2024-06-01T10:00:00+01:00'
    frequency: yearly
    landingPage: https://example.org/libraries
    columns:
      Ref: { title: Reference, description: Ours, unit: none, semanticType: LIBRARY_REF, type: STRING }
      Name: { sensitivity: PERSONAL }
      n: { type: DECIMAL }
`,
      },
      { defaultAccess: 'CLOSED' },
    )
    const dataset = await opened.dataset('libraries-list')
    expect(dataset).toMatchObject({
      title: 'Libraries of Camden',
      description: 'Where they are',
      access: 'SHARED',
      sharedWith: ['barnet'],
      listing: 'PARTIES',
      themes: ['culture'],
      keywords: ['library', 'book'],
      issued: '2024-05-01T00:00:00Z',
      modified: '2024-06-01T10:00:00+01:00',
      frequency: 'yearly',
      landingPage: 'https://example.org/libraries',
      licence: { id: 'OGL-UK-3.0' },
    })
    expect(dataset.tables[0]?.columns.slice(0, 2)).toEqual([
      {
        name: 'Ref',
        title: 'Reference',
        description: 'Ours',
        unit: 'none',
        semanticType: 'LIBRARY_REF',
        type: 'STRING',
        nullable: false,
        sensitivity: 'NONE',
      },
      { name: 'Name', title: 'Name', type: 'STRING', nullable: false, sensitivity: 'PERSONAL' },
    ])
    expect(typesOf(dataset.tables[0]?.columns ?? [])).toMatchObject({ Ref: 'STRING', n: 'DECIMAL(0)' })
  })

  it('overrules what was recognised as personal, in both directions', async () => {
    const people = 'First name,Team\nAnn,Red\nBob,Blue\n'
    const yaml = "datasets: { staff: { columns: { 'First name': { sensitivity: NONE }, Team: { sensitivity: SPECIAL_CATEGORY } } } }"
    const { tables } = await (await folderOf({ 'staff.csv': people, 'catalogue.yaml': yaml })).dataset('staff')
    expect(tables[0]?.columns.map(({ semanticType, sensitivity }) => [semanticType, sensitivity])).toEqual([
      ['PERSON_NAME', 'NONE'],
      [undefined, 'SPECIAL_CATEGORY'],
    ])
  })

  it.each([
    ['OPEN', 'PUBLIC'],
    ['SHARED', 'PARTIES'],
    ['CLOSED', 'PARTIES'],
  ])('lists %s datasets to %s unless it says otherwise', async (access, listing) => {
    expect(await (await folderOf({ 'a.csv': csv }, { defaultAccess: access })).dataset('a')).toMatchObject({ access, listing })
    expect(
      await (
        await folderOf({ 'a.csv': csv, 'catalogue.yaml': 'datasets: { a: { listing: PUBLIC } }' }, { defaultAccess: access })
      ).dataset('a'),
    ).toMatchObject({ listing: 'PUBLIC' })
  })

  it('opens nothing on a mistyped id: what it meant to close may be any dataset that no entry opens', async () => {
    const yaml = 'datasets: { tenant: { access: CLOSED }, libraries: { access: OPEN } }'
    const opened = await folderOf({ 'tenants.csv': csv, 'libraries.csv': csv, 'catalogue.yaml': yaml }, { defaultAccess: 'OPEN' })
    expect(await opened.dataset('tenants')).toMatchObject({ access: 'CLOSED', listing: 'PARTIES' })
    expect(await opened.dataset('libraries')).toMatchObject({ access: 'OPEN', listing: 'PUBLIC' })
  })

  it('gathers files whose names do not say that they belong together', async () => {
    const yaml = 'datasets: { spend: { title: Spending, files: [April 2012.csv, May.csv, May.json, gone.csv] } }'
    const opened = await folderOf({
      'April 2012.csv': 'a\n1\n',
      'May.csv': 'a\n2\n',
      'May.json': '[{"a":2}]',
      'other.csv': 'a\n3\n',
      'catalogue.yaml': yaml,
    })
    const events = await opened.harvest()
    const spend = events.find((event) => event.kind === 'dataset' && event.dataset.id === 'spend')
    expect(spend).toMatchObject({
      dataset: {
        tables: [{ id: 'april-2012' }, { id: 'may' }],
        distributions: [{ id: 'april-2012-csv' }, { id: 'may-csv' }, { id: 'may-json' }],
      },
    })
    expect(events.filter((event) => event.kind === 'problem')).toMatchObject([
      { kind: 'problem', sourceId: 'catalogue.yaml', message: expect.stringContaining('gone.csv') as unknown },
    ])
  })

  it('reports datasets and columns that are not there, and types that values do not have', async () => {
    const opened = await folderOf({
      'a.csv': csv,
      'catalogue.yaml': 'datasets: { b: { access: CLOSED }, a: { columns: { Nmae: { title: x }, Name: { type: INT64 } } } }',
    })
    const events = await opened.harvest()
    expect(events.find((event) => event.kind === 'problem')).toMatchObject({
      sourceId: 'catalogue.yaml',
      message: expect.stringContaining('describes b') as unknown,
    })
    const dataset = events.find((event) => event.kind === 'dataset')
    expect(dataset?.kind === 'dataset' ? dataset.dataset.tables[0]?.problems : []).toEqual([
      expect.stringContaining('Column Name: the catalogue asks for INT64'),
      expect.stringContaining('"Nmae"'),
    ])
  })

  it('demands another type without harm: a change of mind makes another copy', async () => {
    const opened = await folderOf({ 'a.csv': csv })
    const before = await opened.dataset('a')
    await writeFile(join(opened.folder, 'catalogue.yaml'), 'datasets: { a: { columns: { n: { type: DOUBLE } } } }')
    const after = await opened.dataset('a')
    expect([typesOf(before.tables[0]?.columns ?? []).n, typesOf(after.tables[0]?.columns ?? []).n]).toEqual(['INT64', 'DOUBLE'])
    expect(after.tables[0]?.version).not.toBe(before.tables[0]?.version)
  })

  it.each<[string, string]>([
    ['titel: A', "there is no setting 'titel' here, so it is left out. Did you mean 'title'"],
    ['colour: red', "there is no setting 'colour' here, so it is left out."],
    ['tags: [a, b]', "there is no setting 'tags' here, so it is left out."],
    ['title: 2024', 'must be a text, and is a number: put it in quotation marks. It is left out.'],
    ['keywords: libraries', 'must be a list, and is a text. It is left out.'],
    ['issued: last year', 'It is left out.'],
    ['landingPage: camden', 'must be a web address: https://data.example/libraries. It is left out.'],
    ['licence: { title: OGL, kind: open }', "there is no setting 'kind' here"],
    ['columns: { n: { colour: red } }', "there is no setting 'colour' here, so it is left out."],
    ['columns: { n: { type: NUMBER } }', 'It is left out.'],
  ])('a key that is unknown or wrong costs that key alone: %s', async (line, message) => {
    const opened = await folderOf({
      'a.csv': csv,
      'b.csv': csv,
      'catalogue.yaml': `datasets:\n  b: { title: Well }\n  a:\n    frequency: yearly\n    ${line}\n`,
    })
    const events = await opened.harvest()
    expect(events.filter(({ kind }) => kind === 'problem')).toEqual([
      {
        kind: 'problem',
        sourceId: 'catalogue.yaml',
        listing: 'PARTIES',
        message: expect.stringMatching(/^catalogue\.yaml, line 5, column \d+ \(datasets\.a\.[\w.]+\): /) as unknown,
      },
    ])
    expect(events[0]).toMatchObject({ message: expect.stringContaining(message) as unknown })
    expect(await opened.dataset('a')).toMatchObject({ access: 'OPEN', frequency: 'yearly' })
    expect(await opened.dataset('b')).toMatchObject({ title: 'Well' })
  })

  it.each(['acess: CLOSED', 'Access: SHARED', 'shared_with: [barnet]', 'visibility: hidden', 'status: Private', 'columms: { n: {} }'])(
    'an unknown key that may protect something closes its dataset, and no other: %s',
    async (line) => {
      const yaml = `datasets:\n  a:\n    access: OPEN\n    ${line}\n`
      const opened = await folderOf({ 'a.csv': csv, 'b.csv': csv, 'catalogue.yaml': yaml }, { defaultAccess: 'OPEN' })
      expect(await opened.dataset('a')).toMatchObject({ access: 'CLOSED', listing: 'PARTIES' })
      expect(await opened.dataset('b')).toMatchObject({ access: 'OPEN' })
      expect((await opened.harvest())[0]).toMatchObject({
        kind: 'problem',
        message: expect.stringContaining('until it is mended, the dataset is CLOSED') as unknown,
      })
    },
  )

  it('an unknown key that may protect a column makes it PERSONAL', async () => {
    const yaml = 'datasets: { a: { columns: { Name: { sensitivty: PERSONAL } } } }'
    const { tables } = await (await folderOf({ 'a.csv': csv, 'catalogue.yaml': yaml })).dataset('a')
    expect(tables[0]?.columns.map(({ sensitivity }) => sensitivity)).toEqual(['NONE', 'PERSONAL', 'NONE', 'NONE'])
  })

  it.each<[string, string, RegExp]>([
    ['a mistake of syntax', 'datasets:\n  a: { access: CLOSED\n  b: [', /catalogue\.yaml, line [34], column \d+/],
    [
      'datasets under no key',
      'libraries:\n  access: CLOSED\n',
      /has no key 'libraries': datasets stand under "datasets", by their ids\. Until/,
    ],
    [
      'datasets under another key',
      'dataset:\n  a: { access: CLOSED }\n',
      /line \d, column \d.*\(the whole\): has no key 'dataset'\. Did you mean 'datasets'\? Until/s,
    ],
    ['a list of files that is none', 'datasets:\n  a:\n    files: a.csv\n', /line 3, column 12.*datasets\.a\.files/s],
    ['an unknown value', 'datasets:\n  a:\n    access: SECRET\n', /line 3, column 13.*datasets\.a\.access/s],
    ['a key twice', 'datasets:\n  a: {}\n  a: {}\n', /line 3.*unique/s],
    ['no mapping', '- a\n', /line 1, column 1/],
    [
      'too many aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, at) => `${'bcdefghij'[at]}: &${'bcdefghij'[at]} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[at]}`).join()}]`).join('\n')}\n`,
      /alias/,
    ],
  ])('fails closed where it is broken: %s', async (_, yaml, place) => {
    const opened = await folderOf({ 'a.csv': csv })
    const before = await opened.dataset('a')
    const scan = scanOf('a/a', before.tables[0]?.columns ?? [])
    await writeFile(join(opened.folder, 'catalogue.yaml'), yaml)
    const events: unknown[] = []
    const harvest = async () => {
      for await (const event of opened.source.harvest(undefined, AbortSignal.timeout(patienceMs))) events.push(event)
    }
    await expect(harvest()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(place) as unknown })
    expect(events).toMatchObject([{ kind: 'problem', sourceId: 'catalogue.yaml', message: expect.stringMatching(place) as unknown }])
    // What is CLOSED from now on may be in the part that cannot be read.
    await expect(opened.run(scan)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await opened.source.health(AbortSignal.timeout(patienceMs))).toMatchObject({ status: 'DEGRADED' })
    await rm(join(opened.folder, 'catalogue.yaml'))
    await opened.harvest()
    expect((await opened.run(scan)).rows).toHaveLength(2)
  })
})
