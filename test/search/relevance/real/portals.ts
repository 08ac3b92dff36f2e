import { document } from '../../contract/asking.js'
import type { SearchDocument } from '../../../../src/search/port.js'
import { keywordsOf, themesOf } from '../../../../src/search/vocabulary/themes.js'
import { type Json, listOf, pathsIn, readJson, textOf, textsOf, timeOf } from './shared-data.js'

/** Socrata: a recorded discovery answer, and the metadata of single views, which have columns with names and titles. */
export function socrataDocuments(): SearchDocument[] {
  return [...listOf(readJson('responses/socrata/sodapy_get_datasets.txt')['results']).map(discovered), ...pathsIn('responses/socrata', /^koop_(crimes-views|schools-view|filtered-view|zip-view)/).map(readJson).map(viewed)]
}

function discovered(found: Json): SearchDocument {
  const [resource, classification] = [found['resource'] as Json, found['classification'] as Json]
  const keywords = [...textsOf(classification['tags']), ...textsOf(classification['domain_tags'])]
  return document(`socrata/${textOf(resource['id'])}`, {
    title: textOf(resource['name']) ?? '',
    description: textOf(resource['description']),
    keywords: keywordsOf(keywords),
    themes: themesOf([...textsOf(classification['categories']), ...textsOf(classification['domain_category'])], keywords),
    columns: [...new Set([...textsOf(resource['columns_name']), ...textsOf(resource['columns_field_name'])])],
    organisationName: textOf(resource['attribution']) ?? 'Socrata',
    hasTables: true,
    modified: timeOf(resource['updatedAt']),
  })
}

function viewed(view: Json): SearchDocument {
  const keywords = textsOf(view['tags'])
  return document(`socrata/${textOf(view['id'])}`, {
    title: textOf(view['name']) ?? '',
    description: textOf(view['description']),
    keywords: keywordsOf(keywords),
    themes: themesOf(textsOf(view['category']), keywords),
    columns: [...new Set(listOf(view['columns']).flatMap((column) => [...textsOf(column['fieldName']), ...textsOf(column['name'])]))],
    organisationName: textOf(view['attribution']) ?? 'Socrata',
    hasTables: true,
    modified: typeof view['rowsUpdatedAt'] === 'number' ? (view['rowsUpdatedAt'] as number) * 1000 : null,
  })
}

/** The layers of ArcGIS feature services: hardly a description, but fields. */
export function arcgisDocuments(): SearchDocument[] {
  return pathsIn('responses/arcgis', /^us-.*-metadata\.json$/).map((path) => {
    const layer = readJson(path)
    return document(`arcgis/${path.replace(/^.*\/us-(.*)-metadata\.json$/, '$1')}`, {
      title: textOf(layer['name']) ?? '',
      description: textOf(layer['description']),
      columns: [...new Set(listOf(layer['fields']).flatMap((field) => [...textsOf(field['name']), ...textsOf(field['alias'])]))],
      organisationName: 'ArcGIS',
      hasTables: true,
    })
  })
}
