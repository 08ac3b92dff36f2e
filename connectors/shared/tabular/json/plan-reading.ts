import { open } from 'node:fs/promises'
import type { Utf8Text } from '../text/as-utf8.js'
import { Unreadable } from '../unreadable.js'
import { chooseTable } from './choose-table.js'
import type { Elements } from './elements.js'
import { linesOf } from './lines.js'
import { surveyOf } from './outline.js'
import { isRecord, parse } from './parse.js'
import type { RowHints } from './row-sink.js'

/** How to read a JSON file. */
export type Reading =
  | { kind: 'lines'; end: '\n' | '\r'; hints: RowHints }
  | {
      kind: 'elements'
      elements: Elements
      hints: RowHints
      /** Reports for the file. */ notes: string[]
      /** The list's path, and whether to report what stands beside it. */ list?: string
    }
  | { kind: 'columns'; hints: RowHints; notes: string[] }

/** The kind of JSON that a file's ending names. */
export type JsonKind = 'json' | 'ndjson' | 'geojson'

const headBytes = 65_536
const linesShown = 20
const listsShown = 5

/** Decides from a file's beginning and, if it is one object, from its outline. @throws Unreadable if the file is not data. */
export async function planReading(text: Utf8Text, kind: JsonKind, signal: AbortSignal): Promise<Reading> {
  const head = await beginning(text.path, text.start)
  const first = head.trimStart()
  const end = head.includes('\n') || !head.trim().includes('\r') ? '\n' : '\r'
  const features = kind === 'geojson'
  const lines: Reading = { kind: 'lines', end, hints: { one: 'Line', features } }
  const values: Reading = { kind: 'elements', elements: { kind: 'values' }, hints: { one: 'Object', features }, notes: [] }
  // An empty NDJSON file is a table without rows. Any other empty file is not JSON.
  if (first === '' && kind === 'ndjson') return lines
  if (first === '') throw new Unreadable('The file is empty.')
  if (first.startsWith('\x1e')) return values
  const shown = first.split(end, linesShown)
  if (first.startsWith('[')) {
    if (shown.length > 1 && areLists(shown.slice(0, 2))) return lines
    return { kind: 'elements', elements: { kind: 'list' }, hints: { one: 'Element', features }, notes: [] }
  }
  if (!first.startsWith('{')) {
    // The first line of NDJSON may be broken. Anything else without JSON at its start may still be lines.
    if (kind === 'ndjson' || /^[ \t]*\{.*\}[ \t]*\r?$/m.test(first)) return lines
    throw new Unreadable(
      'The file is not JSON: it must begin with [ or {, or hold an object a line. Take away what stands before the first bracket.',
    )
  }
  const whole = shown.map(isObjectLine)
  if (whole[0] === true && whole[1] === true) return lines
  const survey = await surveyOf(text.path, text.start, signal)
  if (survey.kind === 'several') return shown.some(isWholeLine) || (await firstLineIsObject(text, end, signal)) ? lines : values
  if (survey.kind === 'cut') {
    // A line that is not closed hides those after it, so the file is read as lines.
    if (kind === 'ndjson' || shown.some(isWholeLine)) return lines
    throw new Unreadable(
      'The file ends in the middle of its first object: it was cut short, or a bracket or a quote is missing. Fetch or save it again.',
    )
  }
  const choice = chooseTable(survey.outline)
  if (choice.kind === 'refused') throw new Unreadable(choice.reason)
  // In NDJSON a single line is a record, whatever lists it holds, unless it is a feature collection.
  if (kind === 'ndjson' && !(choice.kind === 'list' && choice.features)) return whole[0] === true ? lines : values
  switch (choice.kind) {
    case 'list': {
      const { path, others, unnamed = 0, names } = choice
      const notes = others.length === 0 ? [] : [severalLists(path, others, unnamed)]
      const hints: RowHints = {
        one: choice.features ? 'Feature' : 'Element',
        features: choice.features || features,
        ...(names === undefined ? {} : { names }),
      }
      return { kind: 'elements', elements: { kind: 'at', path }, hints, notes, ...(choice.features ? {} : { list: path.join('.') }) }
    }
    case 'columns':
      return {
        kind: 'columns',
        hints: { one: 'Element' },
        notes: ['The file holds a member for each column; its values were read as rows.'],
      }
    case 'keyed':
      return {
        kind: 'elements',
        elements: { kind: 'members' },
        hints: { one: 'Member', features },
        notes: ["The file is an object with a member for each row; the members' names are in the column key."],
      }
    case 'row':
      return {
        ...values,
        notes: isGeo(survey.outline.members)
          ? []
          : ['The file is one JSON object, not a list: it was read as one row. Publish a list of objects, or an object a line.'],
      }
  }
}

/** Reports lists that were left out: the first by name, and how many more there are. */
function severalLists(path: readonly string[], others: readonly string[], unnamed: number): string {
  const shown = others.slice(0, listsShown).map((name) => `"${name}"`)
  const more = others.length - shown.length + unnamed
  const all = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `The file holds several lists: "${path.join('.')}" was taken, and left out were ${all}. Publish each as a file of its own.`
}

function isGeo(members: ReadonlyMap<string, unknown>): boolean {
  return members.has('geometry') || members.has('coordinates') || members.has('geometries')
}

function isObjectLine(line: string): boolean {
  return line.trim().startsWith('{') && isRecord(parse(line)?.value)
}

/** Whether a line is a whole value of its own: not part of another value, and without a comma after it. */
function isWholeLine(line: string): boolean {
  const parsed = line.startsWith('{') ? parse(line) : undefined
  return parsed !== undefined && parsed.slips === undefined && isRecord(parsed.value)
}

/** Whether the lines are lists of single values: a table without names, as JSON Lines describes. */
function areLists(lines: readonly string[]): boolean {
  return lines.every((line) => {
    const value = line.trim().startsWith('[') ? parse(line)?.value : undefined
    return (
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((cell) => typeof cell !== 'object' || cell === null) &&
      !line.trim().endsWith(',')
    )
  })
}

async function firstLineIsObject({ path, start }: Utf8Text, end: '\n' | '\r', signal: AbortSignal): Promise<boolean> {
  for await (const lines of linesOf(path, start, signal, end)) {
    const line = lines.find((one) => one.trim() !== '')
    if (line !== undefined) return isObjectLine(line)
  }
  return false
}

async function beginning(path: string, start: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, start)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
