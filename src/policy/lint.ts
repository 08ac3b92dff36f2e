import type { Sensitivity } from '../connector/column.js'
import type { Agreement, AgreedTable } from './agreement.js'
import { isOfArticle, type LegalBases, type LegalGateway, unknownGateways } from './legal-bases.js'
import { covers, type PurposeTree } from './purposes.js'

/** REFUSED: no hub takes it. WARNING: somebody has to answer for it. NOTE: somebody should know of it. */
export type FindingLevel = 'REFUSED' | 'WARNING' | 'NOTE'

/** The rules, each with its level and the law, or the document, that says so. */
const rules = {
  ENDS_BEFORE_IT_BEGINS: ['REFUSED', 'Seven Dials, docs/agreements.md'],
  LEGITIMATE_INTERESTS: ['REFUSED', 'UK GDPR, Article 6(1), last sentence'],
  UNKNOWN_LEGAL_BASIS: ['REFUSED', 'UK GDPR, Articles 6(1) and 9(2)'],
  NO_ARTICLE_6_BASIS: ['REFUSED', 'UK GDPR, Article 6(1)'],
  NO_ARTICLE_9_BASIS: ['REFUSED', 'UK GDPR, Article 9(1) and (2)'],
  NO_REAL_END: ['WARNING', 'UK GDPR, Article 24(1)'],
  WIDER_PURPOSE: ['WARNING', 'UK GDPR, Article 5(1)(b)'],
  NOT_NEEDED: ['WARNING', 'UK GDPR, Article 5(1)(c)'],
  NO_IMPACT_ASSESSMENT: ['WARNING', 'UK GDPR, Article 35(1)'],
  NO_RETENTION: ['WARNING', 'UK GDPR, Article 5(1)(e)'],
  ONWARD_SHARING: ['WARNING', 'UK GDPR, Article 5(1)(b)'],
  NO_GATEWAY: ['NOTE', 'UK GDPR, Article 6(3)'],
  UNKNOWN_GATEWAY: ['NOTE', 'UK GDPR, Article 6(3)'],
  PERSONAL_AS_IT_IS: ['NOTE', 'UK GDPR, Article 25(1)'],
} as const satisfies Record<string, readonly [FindingLevel, string]>
/** The code of a rule of the lint. */
export type LintRule = keyof typeof rules

/** What a rule found in an agreement. */
export interface Finding {
  readonly level: FindingLevel
  /** The rule's code, as `LintRule` has it; a reader of files adds codes of its own. */
  readonly rule: string
  /** The law behind the rule: `UK GDPR, Article 6(1), last sentence`. */
  readonly law: string
  /** Sentences: what is wrong, and what to do. */
  readonly message: string
  /** The place in the agreement. */
  readonly path: readonly (string | number)[]
}

/** What is known beside the text of an agreement. A rule whose facts are missing finds nothing. */
export interface LintFacts {
  /** The sensitivities of columns by table, as far as they are known. */
  readonly sensitivities: ReadonlyMap<string, ReadonlyMap<string, Sensitivity>>
  readonly bases: LegalBases
  readonly gateways: readonly LegalGateway[]
  /** The purposes for which the discloser itself holds the data, and the tree that they stand in. */
  readonly disclosersPurposes?: { readonly tree: PurposeTree; readonly own: readonly string[] }
  /** The columns that the purposes need, by table. */
  readonly needed?: ReadonlyMap<string, ReadonlySet<string>>
}

const yearsMax = 5
const legitimateInterests = /#A6-1-f(-|$)/

/** A column of which values pass, and that tells about people. */
interface PersonalColumn {
  readonly table: string
  readonly name: string
  readonly path: Finding['path']
}

/** What is wrong with an agreement, or unwise about it: what is refused first, then warnings, then notes. It never throws. */
export function lintAgreement(agreement: Agreement, facts: LintFacts): Finding[] {
  const personal = agreement.tables.flatMap((table, index) => personalColumns(table, agreement.kind, index, facts))
  return [
    ...endsBeforeItBegins(agreement),
    ...legalBases(agreement, facts),
    ...specialCategories(agreement, facts),
    ...noRealEnd(agreement),
    ...widerPurposes(agreement, facts),
    ...notNeeded(personal, facts),
    ...personalPasses(agreement, personal),
    ...gateways(agreement, facts),
    ...asTheyAre(agreement, facts),
  ]
}

function finding(rule: LintRule, path: Finding['path'], message: string): Finding {
  const [level, law] = rules[rule]
  return { level, rule, law, message, path }
}

function endsBeforeItBegins({ validFrom, validUntil }: Agreement): Finding[] {
  if (Date.parse(validFrom) < Date.parse(validUntil)) return []
  return [finding('ENDS_BEFORE_IT_BEGINS', ['validUntil'], 'validUntil has to be later than validFrom.')]
}

function legalBases({ legalBases: named }: Agreement, { bases }: LintFacts): Finding[] {
  const each = named.flatMap((iri, index) => {
    const at = ['legalBases', index]
    if (legitimateInterests.test(iri))
      return [finding('LEGITIMATE_INTERESTS', at, 'A public authority cannot rest its tasks on legitimate interests.')]
    if (bases.has(iri)) return []
    return [finding('UNKNOWN_LEGAL_BASIS', at, 'A legal basis is a term of https://w3id.org/dpv/legal/eu/gdpr, of Article 6 or 9.')]
  })
  if (named.some((iri) => legitimateInterests.test(iri) || isOfArticle(bases.get(iri), 6))) return each
  const message = 'There is no legal basis of Article 6. Article 9 allows a special category beside one, and never alone.'
  return [...each, finding('NO_ARTICLE_6_BASIS', ['legalBases'], message)]
}

/** Columns count here however they are used: a basis is needed to process them at all. */
function specialCategories({ legalBases: named, tables }: Agreement, { bases, sensitivities }: LintFacts): Finding[] {
  if (named.some((iri) => isOfArticle(bases.get(iri), 9))) return []
  return tables.flatMap(({ table, columns }) =>
    columns
      .filter(({ column }) => sensitivities.get(table)?.get(column) === 'SPECIAL_CATEGORY')
      .map(({ column }) => {
        const message = `The column '${column}' of ${table} is of a special category: it needs a legal basis of Article 9 too.`
        return finding('NO_ARTICLE_9_BASIS', ['legalBases'], message)
      }),
  )
}

function noRealEnd({ validFrom, validUntil }: Agreement): Finding[] {
  const latest = new Date(validFrom)
  latest.setUTCFullYear(latest.getUTCFullYear() + yearsMax)
  if (!(Date.parse(validUntil) > latest.getTime())) return []
  const message = `It runs for more than ${yearsMax} years, so nobody has to look at it again. End it sooner, and renew it after a review.`
  return [finding('NO_REAL_END', ['validUntil'], message)]
}

function widerPurposes({ purposes, discloser }: Agreement, { disclosersPurposes: known }: LintFacts): Finding[] {
  if (known === undefined) return []
  return purposes.flatMap((iri, index) =>
    known.own.some((own) => covers(known.tree, own, iri))
      ? []
      : [
          finding(
            'WIDER_PURPOSE',
            ['purposes', index],
            `${discloser} does not hold the data for ${iri}, nor for a purpose that covers it. Say why the one is compatible with the other.`,
          ),
        ],
  )
}

function notNeeded(personal: readonly PersonalColumn[], { needed }: LintFacts): Finding[] {
  return personal
    .filter(({ table, name }) => needed?.get(table)?.has(name) === false)
    .map(({ table, name, path }) =>
      finding('NOT_NEEDED', path, `The purposes do not need the personal column '${name}' of ${table}. Leave it out.`),
    )
}

/** What an agreement has to say once values about people pass. */
function personalPasses({ impactAssessment, retentionDays, onwardSharing }: Agreement, personal: readonly PersonalColumn[]): Finding[] {
  const [first] = personal
  if (first === undefined) return []
  const more = personal.length === 1 ? '' : ` and ${personal.length - 1} more`
  const passing = `Personal columns pass ('${first.name}' of ${first.table}${more})`
  const findings: Finding[] = []
  if (impactAssessment === null)
    findings.push(
      finding(
        'NO_IMPACT_ASSESSMENT',
        ['impactAssessment'],
        `${passing}, and no impact assessment is named. Make one, or say why none is needed.`,
      ),
    )
  if (retentionDays === null)
    findings.push(
      finding('NO_RETENTION', ['retentionDays'], `${passing}, and nothing says how long recipients keep them. Give retentionDays.`),
    )
  if (onwardSharing)
    findings.push(
      finding(
        'ONWARD_SHARING',
        ['onwardSharing'],
        `${passing}, and recipients may pass them on. No program can hold others to this agreement.`,
      ),
    )
  return findings
}

function gateways({ legalGateway }: Agreement, { gateways: known }: LintFacts): Finding[] {
  if (legalGateway === null)
    return [finding('NO_GATEWAY', ['legalGateway'], 'No law is named that lets the data pass. Name the Act and the section.')]
  return unknownGateways(known, legalGateway).map((text) =>
    finding('UNKNOWN_GATEWAY', ['legalGateway'], `The list of this program has no gateway '${text}'. Have a lawyer read it.`),
  )
}

/** In a receipt the obligations of the disclosure count too, so that only a disclosure is looked at. */
function asTheyAre({ kind, tables }: Agreement, facts: LintFacts): Finding[] {
  if (kind === 'RECEIPT') return []
  return tables.flatMap(({ table, columns }, at) =>
    columns.flatMap(({ column, uses, obligations }, position) =>
      uses.includes('SELECT') && obligations.length === 0 && isPersonal(facts, table, column)
        ? [
            finding(
              'PERSONAL_AS_IT_IS',
              ['tables', at, 'columns', position],
              `The values of the personal column '${column}' of ${table} leave as they are. Would less do: a year, a district, a pseudonym?`,
            ),
          ]
        : [],
    ),
  )
}

/** The personal columns of which values pass. A receipt without columns takes whatever the disclosure lets out, so all of the table. */
function personalColumns({ table, columns }: AgreedTable, kind: Agreement['kind'], index: number, facts: LintFacts): PersonalColumn[] {
  const at = ['tables', index] as const
  const passing =
    kind === 'RECEIPT' && columns.length === 0
      ? [...(facts.sensitivities.get(table)?.keys() ?? [])].map((name) => ({ table, name, path: [...at, 'columns'] }))
      : columns.flatMap(({ column: name, uses, obligations }, position) =>
          uses.length === 0 || obligations.some(({ type }) => type === 'drop') ? [] : [{ table, name, path: [...at, 'columns', position] }],
        )
  return passing.filter(({ name }) => isPersonal(facts, table, name))
}

function isPersonal({ sensitivities }: LintFacts, table: string, column: string): boolean {
  return ['PERSONAL', 'SPECIAL_CATEGORY'].includes(sensitivities.get(table)?.get(column) ?? 'NONE')
}
