import { hash } from 'node:crypto'
import type { Knex } from 'knex'
import type { Access, Licence, Listing } from '../connector/catalogue.js'
import { isListedToAll } from '../catalogue/visibility.js'
import { everybody, type Fingerprint, type SearchDocument } from './port.js'
import { concepts } from './vocabulary/concepts.js'
import { keywordsOf, themesOf } from './vocabulary/themes.js'

/** Changes with the form of documents and the vocabulary of themes, so that every index is then rebuilt. */
const documentVersion = hash('sha256', JSON.stringify([3, concepts])).slice(0, 12)

/** Bytes of a description that are indexed. */
const descriptionMax = 20_000
/** Names and titles of columns that are indexed. */
const namesMax = 5_000

/** A dataset that at least its own organisation may find. Other datasets are in no index. */
const findable = `datasets.status <> 'ARCHIVED' and spokes.configured`

/**
 * Changes with the description, whose time of change stands for it, and with the publisher, which comes from the configuration. It does not
 * hold the catalogue's hash: an index shows digests to its readers, and that hash covers what not all of them may be told.
 */
const digest = `md5(concat_ws(' ', '${documentVersion}', extract(epoch from datasets.updated_at), organisations.id, organisations.name))`

const source = `datasets join spokes on spokes.id = datasets.spoke_id join organisations on organisations.id = spokes.organisation_id`

interface Row {
  id: string
  title: string
  description: string | null
  licence: Licence | null
  themes: string[]
  keywords: string[]
  access: Access
  listing: Listing
  sharedWith: string[]
  modified: Date | null
  spoke: string
  organisation: string
  organisationName: string
  digest: string
  formats: string[]
  hasTables: boolean
  columns: [name: string, title: string, semanticType: string | null][]
}

/** The documents of those of these datasets that anyone may find. */
export async function readDocuments(knex: Knex, ids: readonly string[]): Promise<SearchDocument[]> {
  const { rows } = (await knex.raw(
    `select datasets.id, datasets.title, left(description, ${descriptionMax}) as description, licence, themes, keywords, access, listing, shared_with as "sharedWith", modified,
       spoke_id as spoke, organisations.id as organisation, organisations.name as "organisationName", ${digest} as digest,
       coalesce(formats, '{}') as formats, tabular.dataset_id is not null as "hasTables", coalesce(columns, '[]') as columns
     from ${source}
     left join (select dataset_id, array_agg(distinct lower(format)) as formats from distributions where dataset_id = any(:ids) and format is not null group by dataset_id) published
       on published.dataset_id = datasets.id
     left join (
       select dataset_id, json_agg(json_build_array(columns.name, columns.title, semantic_type) order by tables.position, columns.position) filter (where columns.name is not null) as columns
       from tables left join columns on columns.table_id = tables.id where dataset_id = any(:ids) group by dataset_id) tabular
       on tabular.dataset_id = datasets.id
     where datasets.id = any(:ids) and ${findable}`,
    { ids: [...ids] },
  )) as { rows: Row[] }
  return rows.map(documentOf)
}

/** The next ids, in binary order, of datasets that anyone may find. */
export async function idsAfter(knex: Knex, after: string, limit: number): Promise<string[]> {
  const { rows } = (await knex.raw(`select datasets.id from ${source} where datasets.id > ? and ${findable} order by datasets.id limit ?`, [
    after,
    limit,
  ])) as { rows: { id: string }[] }
  return rows.map(({ id }) => id)
}

/** The number of datasets that anyone may find. */
export async function countFindable(knex: Knex): Promise<number> {
  const { rows } = (await knex.raw(`select count(*) as count from ${source} where ${findable}`)) as { rows: [{ count: number }] }
  return rows[0].count
}

/** What the index should hold after `after` and up to `until`, in binary order of ids; with `until` undefined, to the end. */
export async function fingerprintsBetween(knex: Knex, after: string, until: string | undefined): Promise<Fingerprint[]> {
  const { rows } = (await knex.raw(
    `select datasets.id, ${digest} as digest from ${source} where datasets.id > :after and (:until::text is null or datasets.id <= :until) and ${findable} order by datasets.id`,
    { after, until: until ?? null },
  )) as { rows: Fingerprint[] }
  return rows
}

function documentOf(row: Row): SearchDocument {
  const { id, title, description, spoke, organisation, organisationName, formats, licence, access, hasTables, digest } = row
  return {
    id,
    title,
    description,
    spoke,
    organisation,
    organisationName,
    formats,
    access,
    hasTables,
    digest,
    keywords: keywordsOf(row.keywords),
    themes: themesOf(row.themes, row.keywords),
    columns: [...new Set(row.columns.flatMap(([name, title]) => [name, title]))].slice(0, namesMax),
    semanticTypes: [...new Set(row.columns.flatMap(([, , semanticType]) => semanticType?.toUpperCase() ?? []))],
    licence: licence === null ? null : (licence.id ?? licence.title),
    modified: row.modified?.getTime() ?? null,
    audiences: audiencesOf(row),
  }
}

/** As `visibleDatasets` decides it. */
function audiencesOf({ access, listing, sharedWith, organisation }: Row): string[] {
  if (isListedToAll({ access, listing })) return [everybody]
  return [...new Set([organisation, ...(access === 'SHARED' ? sharedWith : [])])]
}
