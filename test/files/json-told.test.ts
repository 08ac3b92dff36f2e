import { describe, expect, it } from 'vitest'
import { refusalOf, tableOf } from './support/folder.js'

const rows = [
  { a: 1, b: 'x' },
  { a: 2, b: 'y' },
]
const table = (value: unknown, name = 't.json') => tableOf(name, typeof value === 'string' ? value : JSON.stringify(value))
const features = (...geometries: unknown[]) => ({
  type: 'FeatureCollection',
  features: geometries.map((geometry, n) => ({ type: 'Feature', properties: { n }, geometry })),
})

describe('values of several kinds', () => {
  it.each<[values: string, told: RegExp | undefined]>([
    ['1 "two" 3', /\(texts: 1, numbers: 2\); read as JSON/],
    ['{"x":1} "none"', /\(texts: 1, objects: 1\)/],
    ['true "yes" 0', /\(texts: 1, numbers: 1, true or false: 1\)/],
    ['[1] 2', /\(numbers: 1, lists: 1\)/],
    ['1 null 3', undefined],
    ['"a" null "b"', undefined],
    ['{"x":1} [1]', undefined],
    ['1 2.5 1e3', undefined],
  ])('%s', async (values, told) => {
    const { problems } = await table(
      `[${values
        .split(' ')
        .map((value) => `{"v":${value}}`)
        .join(',')}]`,
    )
    expect(problems).toEqual(told === undefined ? [] : [expect.stringMatching(told)])
  })
})

describe('times that are no ISO 8601', () => {
  it.each<[name: string, row: string, told: RegExp | undefined]>([
    ['of .NET', '{"t":"/Date(1704067200000)/"}', /as \.NET writes them/],
    ['of .NET, escaped, with an offset', String.raw`{"t":"\/Date(1704067200000+0100)\/"}`, /as \.NET writes them/],
    ['milliseconds', '{"CreationDate":1704067200000}', /may be milliseconds or seconds/],
    ['seconds', '{"last_updated":1704067200}', /may be milliseconds or seconds/],
    ['a day as a number may be one', '{"date":20240131}', /^Column date: its numbers may be days .*type: DATE/],
    ['a property reference is none', '{"uprn":100023336956}', undefined],
    ['paths are none', '{"path":"/Data/x"}', undefined],
  ])('%s', async (_, row, told) => {
    const { problems } = await table(`[${row},${row}]`)
    expect(problems).toEqual(told === undefined ? [] : [expect.stringMatching(told)])
  })
})

describe('a part of a list', () => {
  it.each<[name: string, content: object, told: boolean]>([
    ['Spring, first page', { content: rows, totalElements: 45, totalPages: 23, last: false }, true],
    ['Spring, the only page', { content: rows, totalElements: 2, totalPages: 1, last: true }, false],
    ['Elasticsearch', { hits: { total: { value: 100, relation: 'eq' }, hits: rows } }, true],
    ['Elasticsearch, all', { hits: { total: { value: 2, relation: 'eq' }, hits: rows } }, false],
    ['OData 2', { d: { results: rows, __next: 'https://example.org/x?$skiptoken=2' } }, true],
    ['OData 2 by its count', { d: { results: rows, __count: '5' } }, true],
    ['OData 2, all', { d: { results: rows, __count: '2' } }, false],
    ['Opendatasoft 1', { nhits: 900, records: rows }, true],
    [
      'Overpass that ran out of time',
      { elements: rows, remark: 'runtime error: Query timed out in "query" at line 3 after 25 seconds.' },
      true,
    ],
    ['a remark of another kind', { elements: rows, remark: 'Checked in May' }, false],
  ])('%s', async (_, content, told) => {
    const { rows: found, problems } = await table(content)
    expect(found).toHaveLength(2)
    expect(problems.some((problem) => problem.includes('only a part of the data'))).toBe(told)
  })

  it('lists that describe columns are no tables that were lost', async () => {
    const { problems } = await table({ fields: [{ id: 'a' }, { id: 'b' }], records: rows })
    expect(problems).toEqual(['The list "records" of the file was read as its table; what stands beside it (fields) was set aside.'])
  })
})

it.each([
  { header: { id: 'x' }, dataSets: [{ observations: { '0:0': [1] } }], structure: { dimensions: {} } },
  { meta: { id: 'x' }, data: { dataSets: [{ observations: { '0:0': [1] } }], structures: [] } },
])('SDMX-JSON is no table', async (content) => {
  expect(await refusalOf('t.json', JSON.stringify(content))).toMatch(/SDMX-JSON.*CSV/)
})

describe('coordinates', () => {
  it.each<[name: string, geometry: unknown, told: boolean]>([
    ['of one number', { type: 'Point', coordinates: [51.5] }, true],
    ['that are texts', { type: 'Point', coordinates: ['-0.1', '51.5'] }, true],
    ['that are null', { type: 'Point', coordinates: [null, null] }, true],
    [
      'in a line of numbers',
      {
        type: 'LineString',
        coordinates: [
          [0, 51],
          ['x', 'y'],
        ],
      },
      true,
    ],
    ['that are missing', { type: 'Point' }, true],
    ['within a collection', { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: ['a', 'b'] }] }, true],
    ['that are empty', { type: 'Point', coordinates: [] }, false],
    ['with a height', { type: 'Point', coordinates: [-0.1, 51.5, 12] }, false],
    ['of no geometry', null, false],
  ])('%s', async (_, geometry, told) => {
    const { rows: found, problems } = await table(features({ type: 'Point', coordinates: [-0.1, 51.5] }, geometry), 't.geojson')
    expect(found).toHaveLength(2)
    expect(problems).toEqual(told ? [expect.stringMatching(/^Feature 2: a geometry without coordinates.*\[longitude, latitude\]/)] : [])
  })
})
