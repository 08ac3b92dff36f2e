import { counted } from '../connector/counted.js'
import type { Capabilities } from '../connector/capabilities.js'
import { unseenText } from './seen-text.js'
import { type Brought, type Check, isWell, type Step } from './check-connector.js'

/** So many problems and datasets of a source are printed; `--json` prints all. */
const linesMax = 50

/** Formats a check of a source. */
export function checkText(name: string, connector: string, check: Check): string {
  const { health, catalogue, capabilities, reads } = check
  const steps = [
    ['health', stepText(health, ({ status, message }) => `${status}${message === undefined ? '' : `: ${message}`}`)],
    ['catalogue', stepText(catalogue, catalogueText)],
    ['capabilities', stepText(capabilities, capabilitiesText)],
    ...reads.map((read) => [
      'first row',
      stepText(read, (value) => `of ${read.table}${value === 'refused' ? ': refused, because it is not open, as it should be' : ''}`),
    ]),
  ]
  const { datasets = [], problems = [] } = catalogue.value ?? {}
  const tables = datasets.flatMap(({ id, access, tables: own }) => own.map((table) => ({ ...table, id: `${id}/${table.id}`, access })))
  const brought = tables.map(
    ({ id, rowCount, columns, access }) =>
      `${id}: ${rowCount === undefined ? 'rows unknown' : counted(rowCount, 'row')}, ${counted(columns.length, 'column')}, ${access}`,
  )
  const wrong = [
    ...problems.map(({ sourceId, message }) => `${sourceId}: ${message}`),
    ...tables.flatMap((table) => table.problems.map((message) => `${table.id}: ${message}`)),
  ]
  return [
    `${name} (${connector}): ${isWell(check) ? 'well' : 'NOT WELL'}`,
    ...steps.map(([step = '', text]) => `  ${step.padEnd(12)}  ${text}`),
    ...some('would bring', brought),
    ...some('who sees it', [unseenText(datasets) ?? []].flat()),
    ...some('problems', wrong),
  ].join('\n')
}

function catalogueText({ datasets, problems, complete, malformed }: Brought): string {
  const tables = datasets.flatMap((dataset) => dataset.tables)
  const columns = tables.reduce((sum, { columns: own }) => sum + own.length, 0)
  const whole = complete ? '' : '; NOT COMPLETE: datasets that it did not send would be kept'
  const broken = malformed === 0 ? '' : `; events that break the connector contract: ${malformed}`
  return `${counted(datasets.length, 'dataset')}, ${counted(tables.length, 'table')}, ${counted(columns, 'column')}; records that could not be read: ${problems.length}${whole}${broken}`
}

function stepText<T>({ ms, value, error }: Step<T>, text: (value: T) => string): string {
  const time = ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`
  return `${error === undefined ? text(value as T) : `FAILED: ${error}`} (${time})`
}

function capabilitiesText({ project, union, filter, aggregate, sort, limit }: Capabilities): string {
  const flags = Object.entries({ project, union, sort, limit }).flatMap(([name, has]) => (has === true ? [name] : []))
  const sets = Object.entries({ filter, aggregate }).flatMap(([name, has]) =>
    has === undefined ? [] : [`${name} (${[...has].join(', ').toLowerCase()})`],
  )
  return [...flags, ...sets].join('; ') || 'none: the hub does everything'
}

function some(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length - linesMax
  const end = more > 0 ? [`    and ${more} more: --json has all of them`] : []
  return [`  ${title}`, ...lines.slice(0, linesMax).map((line) => `    ${line}`), ...end]
}
