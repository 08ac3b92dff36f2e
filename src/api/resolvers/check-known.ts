import type { Knex } from 'knex'
import { listOrganisations, listSpokes } from '../../catalogue/catalogue-lists.js'
import type { CatalogueLoaders } from '../../catalogue/catalogue-loaders.js'
import { didYouMean, nearNames } from '../../connector/near-names.js'
import { BadUserInput } from '../../errors.js'

/** The lists of a filter that name things which everybody may see. */
interface Named {
  readonly spokes?: readonly string[] | null | undefined
  readonly organisations?: readonly string[] | null | undefined
}

/** Longer lists are refused where they are used, before anything is read for them. */
const valuesMax = 1000

/**
 * Checks that each spoke and organisation of a filter exists: a slip would find nothing, as if there were nothing.
 * @throws BadUserInput with near names, which are of spokes and organisations only: everybody may see these.
 */
export async function checkKnown(knex: Knex, loaders: CatalogueLoaders, filter: Named | null): Promise<void> {
  const { spokes, organisations } = filter ?? {}
  await Promise.all([
    check(
      'spokes',
      'spoke',
      spokes,
      (ids) => loaders.spoke.loadAll(ids),
      () => listSpokes(knex),
    ),
    check(
      'organisations',
      'organisation',
      organisations,
      (ids) => loaders.organisation.loadAll(ids),
      () => listOrganisations(knex),
    ),
  ])
}

async function check(
  list: keyof Named,
  kind: string,
  given: readonly string[] | null | undefined,
  load: (ids: readonly string[]) => Promise<readonly (object | null)[]>,
  all: () => Promise<readonly { readonly id: string }[]>,
): Promise<void> {
  if (given === null || given === undefined || given.length > valuesMax) return
  const at = (await load(given)).indexOf(null)
  const unknown = given[at]
  if (unknown === undefined) return
  const ids = (await all()).map(({ id }) => id)
  // The id of a dataset or a table begins with that of its spoke.
  const suggestions = nearNames(list === 'spokes' ? (unknown.split('/', 1)[0] ?? '') : unknown, ids)
  throw new BadUserInput(`There is no ${kind} '${unknown.slice(0, 200)}'.${didYouMean(suggestions)}`, {
    inputPath: ['filter', list, at],
    suggestions,
  })
}
