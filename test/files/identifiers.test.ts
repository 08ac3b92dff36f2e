import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { humanised, slugOf, uniqueSlugs } from '../../connectors/shared/slug.js'
import { slugSchema } from '../../src/connector/catalogue.js'
import { folderOf } from './support/folder.js'

describe('identifiers', () => {
  it.each([
    ['polling-stations', 'polling-stations', 'Polling stations'],
    ['crime_major-burglary', 'crime-major-burglary', 'Crime major burglary'],
    ['LambethPaymentsOver500Apr2012', 'lambeth-payments-over500-apr2012', 'Lambeth Payments Over500 Apr2012'],
    ['islington_PollingStations', 'islington-polling-stations', 'Islington Polling Stations'],
    ['airquality_lsoa11_2019_NO2', 'airquality-lsoa11-2019-no2', 'Airquality lsoa11 2019 NO2'],
    ['HTMLReport', 'html-report', 'HTMLReport'],
    ['Café des Élèves (copy 2)', 'cafe-des-eleves-copy-2', 'Café des Élèves (copy 2)'],
    ["King's", 'kings', "King's"],
  ])('%s is %s, titled %s', (stem, slug, title) => {
    expect([slugOf(stem), humanised(stem)]).toEqual([slug, title])
  })

  it('are slugs whatever the name, unique, and the same every time', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), { maxLength: 20 }), (names) => {
        const slugs = uniqueSlugs(names)
        expect(new Set(slugs).size).toBe(names.length)
        for (const slug of slugs) expect(slugSchema.safeParse(slug).success).toBe(true)
        expect(uniqueSlugs(names)).toEqual(slugs)
      }),
    )
  })

  it('give way in order, and never to a name of its own', () => {
    expect(uniqueSlugs(['A b', 'a-b', 'a_b', 'a-b-2'])).toEqual(['a-b', 'a-b-3', 'a-b-4', 'a-b-2'])
  })

  it('make files of one stem one dataset, read from the format that keeps most', async () => {
    const opened = await folderOf({
      'Places.json': '[{"a":1}]',
      'Places.csv': 'b\n1\n',
      'Places.geojson': '{"features":[{"properties":{"c":1},"geometry":null}]}',
      'places.csv': 'd\n1\n',
    })
    const datasets = (await opened.harvest()).flatMap((event) => (event.kind === 'dataset' ? [event.dataset] : []))
    expect(
      datasets.map(({ id, title, distributions, tables }) => [id, title, distributions.map(({ id }) => id), tables[0]?.columns[0]?.name]),
    ).toEqual([
      ['places', 'Places', ['csv'], 'd'],
      ['places-2', 'Places', ['csv', 'geojson', 'json'], 'b'],
    ])
    expect(datasets[1]?.tables[0]?.problems[0]).toMatch(
      /^The rows are read from Places\.csv\. Places\.geojson, Places\.json: not read for rows/,
    )
    expect(datasets[1]?.distributions[0]).toEqual({
      id: 'csv',
      title: 'Places.csv',
      format: 'csv',
      mediaType: 'text/csv',
      byteSize: 4,
      modified: expect.any(String) as unknown,
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    })
  })
})
