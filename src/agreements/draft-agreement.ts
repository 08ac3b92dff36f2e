import { randomUUID } from 'node:crypto'
import { checkForm, faultText } from '../connector/check-form.js'
import { BadUserInput, DialsError } from '../errors.js'
import { type Agreement, agreementSchema, partiesOf } from '../policy/agreement.js'
import type { LegalBases } from '../policy/legal-bases.js'
import { lintAgreement, type LintFacts } from '../policy/lint.js'
import { columnObligation, tableLimits, Unenforceable } from '../policy/obligations.js'
import type { PurposeTree } from '../policy/purposes.js'
import { columnsOfRowFilter, readRowFilter, rowPredicate } from '../policy/row-filter.js'
import type { QueryTable } from '../catalogue/tables-for-query.js'

/** What a new agreement is checked against. */
export interface DraftContext {
  /** The organisation that makes it. */
  readonly organisation: string
  readonly purposes: PurposeTree
  readonly legalBases: LegalBases
  /** The tables with these ids that it may see. */
  tables(ids: readonly string[]): Promise<readonly QueryTable[]>
  /** Whether a spoke process holds the tables of a spoke: nothing else can carry out an agreement. */
  isProcess(spokeId: string): boolean
  /** Whether this hub knows an organisation. */
  isKnown(organisation: string): Promise<boolean>
}

/**
 * A new agreement, once all that it names is there, and can be enforced where the data are.
 * @throws BAD_USER_INPUT, UNKNOWN_TABLE, UNKNOWN_COLUMN or FORBIDDEN, with the place in the input.
 */
export async function draftAgreement(input: object, context: DraftContext): Promise<Agreement> {
  const checked = checkForm(agreementSchema, { ...input, id: randomUUID(), version: 1 })
  if ('faults' in checked) {
    const [fault] = checked.faults
    throw invalid(`The agreement is not right: ${fault === undefined ? '' : faultText(fault, 'the agreement')}`, fault?.path ?? [])
  }
  const agreement = checked.value
  if (!partiesOf(agreement).includes(context.organisation))
    throw new DialsError('FORBIDDEN', 'An organisation makes agreements of its own alone: it has to be the discloser or a recipient.')
  for (const [index, iri] of agreement.purposes.entries())
    if (!context.purposes.has(iri)) throw invalid(`This hub knows no purpose ${iri}: \`purposes\` lists them.`, ['purposes', index])
  for (const party of partiesOf(agreement))
    if (!(await context.isKnown(party)))
      throw invalid(`This hub knows no organisation ${party}.`, party === agreement.discloser ? ['discloser'] : ['recipients'])
  const sensitivities = await checkTables(agreement, context)
  const found = lintAgreement(agreement, { sensitivities, bases: context.legalBases, gateways: [] })
  const refused = found.find(({ level }) => level === 'REFUSED')
  if (refused !== undefined) throw invalid(`${refused.message} (${refused.law})`, refused.path)
  return agreement
}

/** @returns the sensitivities of the columns of its tables. */
async function checkTables({ tables, discloser }: Agreement, context: DraftContext): Promise<LintFacts['sensitivities']> {
  const ids = tables.map(({ table }) => table)
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index)
  if (twice >= 0) throw invalid(`The table ${ids[twice]} stands twice.`, ['tables', twice, 'table'])
  const known = new Map((await context.tables(ids)).map((table) => [table.id, table]))
  for (const [index, agreed] of tables.entries()) {
    const at = ['tables', index] as const
    const table = known.get(agreed.table)
    if (table === undefined)
      throw new DialsError('UNKNOWN_TABLE', `There is no table ${agreed.table}.`, { inputPath: ['input', ...at, 'table'] })
    if (table.organisationId !== discloser) throw invalid(`The table ${table.id} is not one of ${discloser}.`, [...at, 'table'])
    if (!context.isProcess(table.spokeId))
      throw invalid(`The table ${table.id} is not held by a spoke process, which alone can carry out an agreement.`, [...at, 'table'])
    const columns = new Map(table.columns.map((column) => [column.name, column]))
    enforceable([...at, 'obligations'], () => tableLimits(agreed.obligations))
    for (const [position, { column: name, uses, obligations }] of agreed.columns.entries()) {
      const place = [...at, 'columns', position] as const
      const column = columns.get(name)
      if (column === undefined)
        throw new DialsError('UNKNOWN_COLUMN', `The table ${table.id} has no column '${name}'.`, {
          inputPath: ['input', ...place, 'column'],
        })
      if (agreed.columns.findIndex((other) => other.column === name) !== position)
        throw invalid(`The column '${name}' stands twice.`, [...place, 'column'])
      if (uses.length === 1 && uses[0] === 'JOIN')
        throw invalid(
          'A column for JOIN alone cannot be enforced yet: its values would have to leave the spoke. Add SELECT, or leave it out.',
          [...place, 'uses'],
        )
      const shape = column.scale === null ? { type: column.type } : { type: column.type, scale: column.scale }
      enforceable([...place, 'obligations'], () => columnObligation(obligations, shape))
    }
    if (agreed.rowFilter !== null) {
      enforceable([...at, 'rowFilter'], () => {
        const filter = readRowFilter(agreed.rowFilter)
        const shapes = new Map(table.columns.map(({ name, type, scale }) => [name, scale === null ? { type } : { type, scale }]))
        for (const name of columnsOfRowFilter(filter))
          if (!shapes.has(name))
            throw new DialsError('UNKNOWN_COLUMN', `The table ${table.id} has no column '${name}'.`, {
              inputPath: ['input', ...at, 'rowFilter'],
            })
        rowPredicate(filter, (name) => ({ index: 0, shape: shapes.get(name) as { type: 'STRING' } }))
      })
    }
  }
  return new Map([...known.values()].map(({ id, columns }) => [id, new Map(columns.map(({ name, sensitivity }) => [name, sensitivity]))]))
}

/** What a spoke could not carry out is refused before it is signed, and not when somebody asks. */
function enforceable(path: readonly (string | number)[], read: () => unknown): void {
  try {
    read()
  } catch (thrown) {
    if (!(thrown instanceof Unenforceable)) throw thrown
    throw invalid(`This cannot be enforced: ${thrown.message}.`, path)
  }
}

function invalid(message: string, path: readonly PropertyKey[]): BadUserInput {
  return new BadUserInput(message, { inputPath: ['input', ...path.map((step) => (typeof step === 'number' ? step : String(step)))] })
}
