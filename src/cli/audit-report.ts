import { formulaBegins } from '../engine/text/csv-row.js'
import type { ListedEntry } from './audit-entries.js'

/** One recipient, purpose, agreement and table, and how often it was disclosed. */
export interface Disclosure {
  /** The organisation that asked. Null: nobody who said who they are. */
  readonly recipient: string | null
  readonly purpose: string | null
  readonly legalBasis: string | null
  readonly agreement: string | null
  readonly table: string
  /** Transactions. */
  readonly times: number
  /** Those whose end is not in the log: they count as disclosed. */
  readonly unfinished: number
  /** Times that it was refused instead. */
  readonly refused: number
  /** The columns that were used, each once. */
  readonly columns: readonly string[]
}

/** Adds up the entries of an organisation as a discloser. */
export async function disclosuresOf(organisation: string, entries: AsyncIterable<ListedEntry>): Promise<Disclosure[]> {
  const groups = new Map<string, { one: Omit<Disclosure, 'columns'>; columns: Set<string> }>()
  const ended = new Set<string>()
  // The latest comes first: an end before its beginning.
  for await (const entry of entries) {
    const { party, part, phase, transaction, organisation: recipient, purpose, legalBasis, agreement, tables, columns } = entry
    // Who asks has an entry too, with the tables of others.
    if (party !== organisation || part !== 'DISCLOSER') continue
    if (phase === 'OUTCOME') {
      ended.add(transaction)
      continue
    }
    for (const table of tables) {
      const key = JSON.stringify([recipient, purpose, legalBasis, agreement, table])
      const { one, columns: known } = groups.get(key) ?? {
        one: { recipient, purpose, legalBasis, agreement, table, times: 0, unfinished: 0, refused: 0 },
        columns: new Set<string>(),
      }
      for (const column of columns) known.add(column)
      const isRefused = phase === 'DENY'
      groups.set(key, {
        columns: known,
        one: {
          ...one,
          times: one.times + (isRefused ? 0 : 1),
          unfinished: one.unfinished + (isRefused || ended.has(transaction) ? 0 : 1),
          refused: one.refused + (isRefused ? 1 : 0),
        },
      })
    }
  }
  return [...groups.values()]
    .map(({ one, columns }) => ({ ...one, columns: [...columns].sort() }))
    .sort((left, right) => right.times - left.times || (left.table < right.table ? -1 : 1))
}

const names = ['Recipient', 'Purpose', 'Legal basis', 'Agreement', 'Table', 'Disclosures', 'Unfinished', 'Refused', 'Columns'] as const

function cells(one: Disclosure): string[] {
  return [
    one.recipient ?? 'not named',
    one.purpose ?? 'none said',
    one.legalBasis ?? '',
    one.agreement ?? '',
    one.table,
    String(one.times),
    String(one.unfinished),
    String(one.refused),
    one.columns.join('; '),
  ]
}

/** The table as CSV (RFC 4180). Cells that a spreadsheet would run as a formula begin with an apostrophe. */
export function reportCsv(disclosures: readonly Disclosure[]): string {
  const cell = (text: string) => {
    const safe = text !== '' && formulaBegins.includes(text.charAt(0)) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [[...names], ...disclosures.map(cells)].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** What an information governance officer sends on, as Markdown. */
export function reportMarkdown(
  { organisation, from, to }: { organisation: string; from: string; to: string },
  disclosures: readonly Disclosure[],
): string {
  const total = disclosures.reduce((sum, { times }) => sum + times, 0)
  const refused = disclosures.reduce((sum, one) => sum + one.refused, 0)
  const row = (values: readonly string[]) => `| ${values.map((value) => value.replaceAll(/[|\\\r\n]/g, ' ')).join(' | ')} |`
  const table = [row(names), row(names.map(() => '---')), ...disclosures.map((one) => row(cells(one)))].join('\n')
  return `# Disclosures of ${organisation}

From ${from} until before ${to} (UTC): ${total.toLocaleString('en-GB')} disclosures, ${refused.toLocaleString('en-GB')} refused.

${disclosures.length === 0 ? 'Nothing was disclosed.' : table}

A disclosure is one table in one query or download. One whose end is not in the log is unfinished, and counts as disclosed. The entries behind
these numbers are in \`auditLog\`, each with a proof.
`
}
