import { PowerfulRole } from '../shared/database/powerful-role.js'

/** Privileges that change nothing and read no more than rows, definitions and the state of replication. */
const harmless = new Set([
  ...['USAGE', 'SELECT', 'SHOW DATABASES', 'SHOW VIEW', 'SHOW CREATE ROUTINE', 'EXECUTE', 'REFERENCES'],
  ...['REPLICATION CLIENT', 'BINLOG MONITOR', 'SLAVE MONITOR', 'REPLICA MONITOR'],
])

const mend = "CREATE USER 'seven_dials'@'%' IDENTIFIED BY '…'; GRANT SELECT ON … TO 'seven_dials'@'%'; and name it in the url."

/** Makes sure that the user, and every role that it has, can only read. @throws PowerfulRole if they can do more. */
export async function checkUser(query: (sql: string) => Promise<unknown[]>): Promise<void> {
  const grantsOf = async (suffix = '') => ((await query(`SHOW GRANTS${suffix}`)) as object[]).map((row) => String(Object.values(row)[0]))
  const [version] = (await query('SELECT VERSION() AS version')) as { version: string }[]
  const own = await grantsOf()
  const roles = [...new Set(own.flatMap(rolesIn))]
  if (roles.length > 0 && version?.version.includes('MariaDB') !== true) {
    const grants = await grantsOf(` FOR CURRENT_USER() USING ${roles.join(', ')}`)
    return refuse(grants.flatMap(powersIn))
  }
  // MariaDB shows what the roles may do that are taken on at login, and of no other.
  const unseen = roles.filter((role) => !own.some((grant) => grant.includes(` TO ${role}`) && !grant.includes(` TO ${role}@`)))
  refuse([...own.flatMap(powersIn), ...unseen.map((role) => `may take on the role ${role}, which is not its default role`)])
}

function refuse(powers: readonly string[]): void {
  if (powers.length > 0) throw new PowerfulRole([...new Set(powers)], mend)
}

/** The quoted names of the roles that a line of SHOW GRANTS gives. Such a line has no ON. */
export function rolesIn(grant: string): string[] {
  const found = /^GRANT ((?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?(?:, ?)?)+) TO /.exec(grant)
  return found === null ? [] : ((found[1] as string).match(/`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?/g) ?? [])
}

/** What a line of SHOW GRANTS allows beyond reading, each as `DELETE ON town.*`. What is not understood counts. */
export function powersIn(grant: string): string[] {
  if (rolesIn(grant).length > 0 || /^SET DEFAULT ROLE /.test(grant)) return []
  // Names may hold anything, so they are taken out before the words are read.
  const names: string[] = []
  const plain = grant.replace(/`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'/g, (name) => `@${names.push(name) - 1}@`)
  const found = /^GRANT (.+?) ON (?:TABLE |FUNCTION |PROCEDURE |PACKAGE |PACKAGE BODY )?(\S+) TO (.*)$/.exec(plain)
  if (found === null) return ['has a grant that this version does not know']
  const [, list = '', place = '', rest = ''] = found
  const where = place.replace(/@(\d+)@/g, (_, at: string) => (names[Number(at)] as string).slice(1, -1))
  const privileges = list
    .replace(/\([^)]*\)/g, '')
    .split(',')
    .map((one) => one.trim())
  const more = privileges.filter((one) => !harmless.has(one))
  return [...more, ...(/\bWITH\b.*\bGRANT OPTION\b/.test(rest) ? ['GRANT OPTION'] : [])].map((one) => `has ${one} ON ${where}`)
}
