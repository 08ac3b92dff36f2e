import { document } from '../../contract/asking.js'
import type { SearchDocument } from '../../../../src/search/port.js'
import { keywordsOf, themesOf } from '../../../../src/search/vocabulary/themes.js'
import { type Json, listOf, pathsIn, readJson, textOf, textsOf, timeOf } from './shared-data.js'

const plain = (html: string | null) => html?.replaceAll(/<[^>]*>/g, ' ') ?? null

/** The datasets of data.json catalogues (Project Open Data), and of a city's hub that writes the same as DCAT-US. */
export function dataJsonDocuments(): SearchDocument[] {
  const catalogues = [...pathsIn('responses/data_json', /\.data\.json$/), 'responses/dcat_rdf/udata_evian.json']
  return catalogues.flatMap((path) => listOf(readJson(path)['dataset']).map((dataset) => {
    const keywords = textsOf(dataset['keyword'])
    const formats = listOf(dataset['distribution']).flatMap((one) => textsOf(one['format'])).map((format) => format.toLowerCase())
    return document(`${path.includes('evian') ? 'evian' : 'data-json'}/${String(dataset['identifier'])}`, {
      title: String(dataset['title']),
      description: plain(textOf(dataset['description'])),
      keywords: keywordsOf(keywords),
      themes: themesOf(textsOf(dataset['theme']), keywords),
      organisationName: textOf((dataset['publisher'] as Json | undefined)?.['name']) ?? 'Unknown',
      formats: [...new Set(formats)],
      modified: timeOf(dataset['modified']),
    })
  }))
}

/** The datasets of a catalogue in expanded JSON-LD, where each has an IRI. */
export function jsonLdDocuments(): SearchDocument[] {
  const value = (node: Json, name: string) => listOf(node[name]).flatMap((one) => textsOf(one['@value']))
  const nodes = readJson('responses/dcat_rdf/udata_flat.jsonld') as unknown as Json[]
  const datasets = nodes.filter((node) => textsOf(node['@type']).includes('http://www.w3.org/ns/dcat#Dataset'))
  return datasets.map((node) => {
    const keywords = value(node, 'http://www.w3.org/ns/dcat#keyword')
    return document(`json-ld/${textOf(node['@id'])}`, {
      title: value(node, 'http://purl.org/dc/terms/title')[0] ?? '',
      description: value(node, 'http://purl.org/dc/terms/description')[0] ?? null,
      keywords: keywordsOf(keywords),
      themes: themesOf([], keywords),
    })
  })
}
