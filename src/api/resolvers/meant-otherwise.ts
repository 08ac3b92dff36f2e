import type { CatalogueLoaders } from '../../catalogue/catalogue-loaders.js'
import { tablesText } from '../../catalogue/help-with-table.js'
import { BadUserInput, DialsError } from '../../errors.js'
import { kindOf } from '../types/node.js'

/**
 * What a field answers whose id names nothing of its kind: null. Where the id is that of another kind of thing that the viewer may see, or
 * has capital letters, it is refused with the id that is meant. The same is read whatever exists, so that a hidden thing is answered as a
 * missing one.
 */
export async function meantOtherwise(given: string, wanted: 'Spoke' | 'Dataset' | 'Table', loaders: CatalogueLoaders): Promise<null> {
  // No id has capital letters.
  const id = given.toLowerCase()
  const kind = kindOf(id)
  if (kind === undefined) return null
  const found = await { Spoke: loaders.spoke, Dataset: loaders.dataset, Table: loaders.table }[kind].load(id)
  if (found === null) return null
  const lack = `There is no ${wanted.toLowerCase()} '${given}'.`
  const code = wanted === 'Table' ? 'UNKNOWN_TABLE' : 'BAD_USER_INPUT'
  const [spoke, dataset] = id.split('/')
  if (wanted === kind) throw new DialsError(code, `${lack} Did you mean '${id}'?`, { suggestions: [id] })
  if (kind === 'Spoke') throw new DialsError(code, `${lack} '${id}' is a spoke: datasets(filter: { spokes: ["${id}"] }) lists what it has.`)
  if (wanted === 'Table') {
    const tables = (await loaders.tablesOfDataset.load(id)).map((table) => table.id)
    throw new DialsError(code, `${lack} ${tablesText(id, tables)}`, { suggestions: tables.slice(0, 10) })
  }
  const meant = wanted === 'Spoke' ? `${spoke}` : `${spoke}/${dataset}`
  throw new BadUserInput(`${lack} '${id}' is a ${kind.toLowerCase()}. Did you mean '${meant}'?`, { suggestions: [meant] })
}
