import { document } from '../../contract/asking.js'
import type { SearchDocument } from '../../../../src/search/port.js'
import { keywordsOf, themesOf } from '../../../../src/search/vocabulary/themes.js'
import { type Json, listOf, pathsIn, readJson, textOf, textsOf, timeOf } from './shared-data.js'

/**
 * The datasets of recorded package_search, package_show and group_package_show answers of CKAN: of Brazil's catalogue for the most part.
 */
export function ckanDocuments(): SearchDocument[] {
  const answers = pathsIn('responses/ckan', /^(package_|group_package|demo_datastore_1_|udata_dkan).*200\.json$|^udata_dkan/).map((path) => readJson(path)['result'] as unknown)
  const packages = answers.flatMap((result) => (Array.isArray(result) ? listOf(result) : Array.isArray((result as Json)['results']) ? listOf((result as Json)['results']) : [result as Json]))
  return packages.map(documentOf)
}

function documentOf(dataset: Json): SearchDocument {
  const keywords = listOf(dataset['tags']).flatMap((tag) => textOf(tag['display_name']) ?? textOf(tag['name']) ?? [])
  const groups = listOf(dataset['groups']).flatMap((group) => textOf(group['title']) ?? [])
  return document(`ckan/${textOf(dataset['name'])}`, {
    title: textOf(dataset['title']) ?? '',
    description: textOf(dataset['notes']),
    keywords: keywordsOf(keywords),
    themes: themesOf(groups, keywords),
    organisationName: textOf((dataset['organization'] as Json | undefined)?.['title']) ?? 'CKAN',
    formats: [...new Set(listOf(dataset['resources']).flatMap((resource) => textsOf(resource['format'])).map((format) => format.toLowerCase()))],
    licence: textOf(dataset['license_id']),
    modified: timeOf(dataset['metadata_modified']),
  })
}

/** The datasets of recorded answers of data.gov.uk's index, which hold CKAN's own description as text. */
export function dataGovUkDocuments(): SearchDocument[] {
  const found = pathsIn('responses/datagovuk', /^solr_(dataset|response|inspire_dataset)\.json$/).flatMap((path) => listOf((readJson(path)['response'] as Json)['docs']))
  return found.map((row) => {
    const theme = textsOf(row['extras_theme-primary'])
    return document(`data-gov-uk/${textOf(row['name'])}`, {
      title: textOf(row['title']) ?? '',
      description: textOf(row['notes']),
      themes: themesOf(theme, []),
      organisationName: (textOf(row['organization']) ?? '').replaceAll('-', ' '),
      modified: timeOf(row['metadata_modified']),
    })
  })
}
