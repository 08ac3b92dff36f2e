import type { SearchDocument } from '../../../../src/search/port.js'
import { ckanDocuments, dataGovUkDocuments } from './ckan.js'
import { dataJsonDocuments, jsonLdDocuments } from './data-json.js'
import { londonDocuments } from './london.js'
import { arcgisDocuments, socrataDocuments } from './portals.js'

/** Everything that the catalogues recorded in ../shared/data tell of datasets, each id once: what was recorded first counts. */
export async function realCatalogue(): Promise<SearchDocument[]> {
  const all = [...ckanDocuments(), ...dataGovUkDocuments(), ...dataJsonDocuments(), ...jsonLdDocuments(), ...socrataDocuments(), ...arcgisDocuments(), ...(await londonDocuments())]
  const once = new Map<string, SearchDocument>()
  for (const one of all) if (!once.has(one.id)) once.set(one.id, one)
  return [...once.values()]
}
