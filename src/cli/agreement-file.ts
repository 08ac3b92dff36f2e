import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { checkForm, faultText } from '../connector/check-form.js'
import { pathText } from '../connector/issue-text.js'
import { jsonSize } from '../connector/json-size.js'
import { ConfigError } from '../errors.js'
import { type Agreement, agreementSchema } from '../policy/agreement.js'
import { type LegalBases, readLegalBases, readLegalGateways } from '../policy/legal-bases.js'
import { type Finding, lintAgreement, type LintFacts } from '../policy/lint.js'
import { packageFile } from './package-file.js'
import { parseInput } from './query-input.js'
import { harmless } from './query-text.js'

/** What a file says that is to be an agreement. */
export interface AgreementFile {
  /** The input of createAgreement, as the file has it. */
  readonly input: object
  /** What a template asks for, and nobody has filled in: in the input, and in the text of a Markdown file. */
  readonly blanks: readonly Finding[]
}

/**
 * Reads the input of createAgreement from a file in YAML or JSON, or from the front matter of a Markdown file (`.md`).
 * @throws ConfigError where it cannot be read, or holds no object. The form of the input is not checked.
 */
export async function readAgreementFile(file: string): Promise<AgreementFile> {
  const text = await textOf(file)
  const { data, prose, line } = /\.md$/i.test(file) ? frontMatter(text, file) : { data: text, prose: '', line: 1 }
  const input = parseInput(data, file)
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new ConfigError(file, '', 'it holds no agreement: give the input of createAgreement, an object')
  if (jsonSize(JSON.stringify(input)).depth > nestingMax)
    throw new ConfigError(file, '', `it is nested deeper than ${nestingMax} levels, which no hub takes`)
  return { input, blanks: [...blanksOf(input), ...blanksOfText(prose, line)] }
}

/** An agreement has seven levels; a row filter may have more. */
const nestingMax = 60

/** The text of a file. @throws ConfigError where it cannot be read. */
export async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new ConfigError(file, '', thrown.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${thrown.code ?? 'unknown'})`)
  })
}

/** What a new agreement says, all but what the hub gives it. */
const inputSchema = agreementSchema.omit({ id: true, version: true })

/**
 * The agreement that a hub would make of an input, with an id of zeros: what may be left out is filled in as a hub does.
 * @throws ConfigError with the place of the first fault, where the input has not the form of an agreement.
 */
export function agreementOfInput(input: object, file: string): Agreement {
  const checked = checkForm(inputSchema, completed(input))
  if ('value' in checked) return { ...checked.value, id: '00000000-0000-0000-0000-000000000000', version: 1 }
  const [first, ...others] = checked.faults
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new ConfigError(file, '', `it is no agreement: ${faultText(first, 'the file')}${more}`)
}

const list = (path: string): unknown => parse(readFileSync(packageFile(path), 'utf8'))

/** The legal bases of the program. */
export const knownLegalBases = (): LegalBases => readLegalBases(list('vocabulary/legal-bases.yaml'))

/** Lints by the lists of the program. @param sensitivities of columns by table, as far as they are known. */
export function lintHere(agreement: Agreement, sensitivities: LintFacts['sensitivities'] = new Map()): Finding[] {
  const gateways = readLegalGateways(list('vocabulary/legal-gateways.yaml'))
  return lintAgreement(agreement, { sensitivities, bases: knownLegalBases(), gateways })
}

/** Three hyphens stand alone on the first line, and on the line after the data. A blank in place of the first keeps the lines' numbers. */
function frontMatter(text: string, file: string): { data: string; prose: string; line: number } {
  const [, data, prose] = /^\uFEFF?---[ \t]*\r?\n([^]*?\n)---[ \t]*(?:\r?\n([^]*))?$/.exec(text) ?? []
  if (data === undefined)
    throw new ConfigError(
      file,
      '',
      'it is a Markdown file without front matter: dials agreement new --template data-sharing-agreement makes one',
    )
  return { data: `\n${data}`, prose: prose ?? '', line: data.split('\n').length + 2 }
}

/** How the templates mark what is to be filled in. Without its last bracket it is still a blank. */
const blank = /\[to fill in\b:? ?([^\]]{0,300})/gi

function blanksOf(value: unknown, path: readonly (string | number)[] = []): Finding[] {
  if (typeof value === 'string') return [...value.matchAll(blank)].map(([, what = '']) => toFillIn(what, path))
  if (Array.isArray(value)) return value.flatMap((entry, index) => blanksOf(entry, [...path, index]))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, entry]) => blanksOf(entry, [...path, key]))
  return []
}

function blanksOfText(prose: string, first: number): Finding[] {
  return [...prose.matchAll(blank)].map(({ 1: what = '', index }) =>
    toFillIn(what.replaceAll(/\s+/g, ' '), [`line ${first + prose.slice(0, index).split('\n').length - 1}`]),
  )
}

function toFillIn(what: string, path: Finding['path']): Finding {
  return { level: 'REFUSED', rule: 'TO_FILL_IN', law: 'the template', message: `This is to be filled in: ${what}.`, path }
}

/** A finding on one line: `WARNING NO_RETENTION at retentionDays: … (UK GDPR, Article 5(1)(e))`. */
export function findingText({ level, rule, law, message, path }: Finding): string {
  return harmless(`${level.padEnd(7)} ${rule} at ${pathText(path)}: ${message} (${law})`)
}

/** What is absent is null, as in the text that is signed; times are in UTC, with milliseconds. What has another form stays for the check. */
function completed(input: object): object {
  const { tables, validFrom, validUntil, impactAssessment, onwardSharing, ...given } = input as Record<string, unknown>
  return {
    legalGateway: null,
    retentionDays: null,
    ...given,
    onwardSharing: onwardSharing ?? false,
    validFrom: inUtc(validFrom),
    validUntil: inUtc(validUntil),
    impactAssessment: isObject(impactAssessment) ? { url: null, ...impactAssessment } : (impactAssessment ?? null),
    tables: eachOf(tables, ({ columns, obligations, ...table }) => ({
      rowFilter: null,
      ...table,
      obligations: completedObligations(obligations),
      columns: eachOf(columns, ({ obligations: masks, ...column }) => ({ ...column, obligations: completedObligations(masks) })),
    })),
  }
}

const completedObligations = (obligations: unknown) => eachOf(obligations ?? [], (obligation) => ({ params: null, ...obligation }))

function eachOf(list: unknown, complete: (entry: Record<string, unknown>) => object): unknown {
  return Array.isArray(list) ? list.map((entry: unknown) => (isObject(entry) ? complete(entry) : entry)) : list
}

/** As a DateTime of the graph: an instant with its offset. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

function inUtc(time: unknown): unknown {
  return typeof time === 'string' && instant.test(time) && !Number.isNaN(Date.parse(time)) ? new Date(time).toISOString() : time
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
