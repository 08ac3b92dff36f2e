import { fullName, type Named } from '../../shared/database/ids.js'
import { PowerfulRole } from '../../shared/database/powerful-role.js'
import { edgesSql, powersSql, superuser } from './powers-sql.js'
import { type Edge, type Power, reachOf } from './reach.js'

type PowerRow = Omit<Power, 'object'> & { object: string | null }

const mend =
  "CREATE ROLE seven_dials LOGIN PASSWORD '…'; GRANT USAGE ON SCHEMA … TO seven_dials; GRANT SELECT ON … TO seven_dials; and name it in the url. " +
  'What everybody may do has to be taken from PUBLIC: REVOKE … FROM PUBLIC.'

/**
 * Makes sure that the role can only read.
 * @param served the tables that the source serves. What the role may do to others is not its concern, unless it changes these.
 * @throws PowerfulRole if it can do more.
 */
export async function checkRole(
  query: (sql: string) => Promise<unknown[]>,
  served: readonly (Named & { readonly oid: number })[],
): Promise<void> {
  const rows = (await query(powersSql)) as PowerRow[]
  const general = rows.filter(({ object }) => object === null).map(({ power }) => power)
  const special = rows.filter((row): row is Power => row.object !== null)
  const names = new Map(served.map((table) => [`pg_class ${table.oid}`, fullName(table)]))
  const edges = special.length === 0 ? [] : ((await query(edgesSql)) as Edge[])
  const powers = [...general, ...reachOf(special, edges, names)]
  if (powers.length > 0) throw new PowerfulRole(powers.includes(superuser) ? [superuser] : powers, mend)
}
