import type { Conversion } from '../conversion.js'
import type { StagedTable } from '../staged-table.js'
import { asUtf8, type Utf8Text } from '../text/as-utf8.js'
import { rowNames } from './choose-table.js'
import { columnsAsRows } from './columns-as-rows.js'
import { elementsOf } from './elements.js'
import { linesOf } from './lines.js'
import { memberOf } from './outline.js'
import { type JsonKind, planReading, type Reading } from './plan-reading.js'
import { RowSink } from './row-sink.js'

/** Reads a JSON file: a list of objects, alone or inside an object; objects in sequence; columns; or GeoJSON with another ending. */
export function stageJson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stage(path, conversion, 'json')
}

/** Reads an NDJSON file: one object a line. Any other line is left out and reported. */
export function stageNdjson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stage(path, conversion, 'ndjson')
}

/**
 * Reads a GeoJSON file (RFC 7946), or a sequence of features (RFC 8142). Each feature is a row: its properties, its id, then its geometry
 * as GeoJSON text.
 */
export function stageGeoJson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  return stage(path, conversion, 'geojson')
}

/** How many names of members beside the list are kept. */
const asideMax = 100

async function* stage(path: string, conversion: Conversion, kind: JsonKind): AsyncGenerator<StagedTable> {
  const text = await asUtf8(path, conversion)
  const reading = await planReading(text, kind, conversion.signal)
  const sink = new RowSink(conversion, reading.hints)
  try {
    if (reading.kind === 'lines') await readLines(text, reading, sink, conversion.signal)
    else if (reading.kind === 'columns') await readColumns(text, reading, sink, conversion.signal)
    else await readElements(text, reading, sink, conversion.signal)
  } finally {
    await sink.close()
  }
  yield await sink.stage(text.problems)
}

async function readLines(text: Utf8Text, { end }: Reading & { kind: 'lines' }, sink: RowSink, signal: AbortSignal): Promise<void> {
  let number = 0
  for await (const lines of linesOf(text.path, text.start, signal, end)) {
    for (const line of lines) {
      number++
      const trimmed = line.trim()
      // A byte order mark remains where files were joined; a record separator where they are a sequence.
      if (trimmed !== '' && trimmed !== '\x1e' && trimmed !== '\xef\xbb\xbf')
        sink.add(trimmed.charCodeAt(0) === 0x1e ? trimmed.slice(1) : trimmed, number)
    }
    await sink.flush()
  }
}

async function readElements(text: Utf8Text, reading: Reading & { kind: 'elements' }, sink: RowSink, signal: AbortSignal): Promise<void> {
  const { elements, list } = reading
  const aside: string[] = []
  const beside = {
    member: (member: string) => {
      sink.beside(member)
      const [name] = memberOf(member)
      if (list !== undefined && name !== undefined && aside.length < asideMax) aside.push(name)
    },
    stray: () =>
      sink.note(
        'More text stands around the list of the file than belongs to it; it was left out. The file may be several files put together.',
      ),
    another: () => sink.note('The file holds several lists after each other; they were read as one.'),
  }
  let number = 0
  for await (const found of elementsOf(text.path, elements, { start: text.start, signal, beside })) {
    for (const element of found) {
      number++
      if (elements.kind !== 'members') sink.add(element, number)
      else addMember(sink, element, number)
    }
    await sink.flush()
  }
  for (const note of reading.notes) sink.note(note)
  if (list !== undefined) noteList(sink, list, [...new Set(aside)])
}

/** Reports which list was read, unless the file has only a list with a usual name. */
function noteList(sink: RowSink, list: string, aside: readonly string[]): void {
  const shown = aside.slice(0, 5).map((name) => name.slice(0, 60))
  if (aside.length > 0)
    sink.note(
      `The list "${list}" of the file was read as its table; what stands beside it (${shown.join(', ')}${aside.length > shown.length ? ' …' : ''}) was set aside.`,
    )
  else if (!rowNames.test(list)) sink.note(`The list "${list}" of the file was read as its table.`)
}

/** Adds a member as a row, with its name as the first column, `key`. */
function addMember(sink: RowSink, member: string, number: number): void {
  const [name, value] = memberOf(member)
  const key = name === undefined ? '' : `"key":${Buffer.from(JSON.stringify(name), 'utf8').toString('latin1')},`
  sink.add(value ?? '', number, key)
}

async function readColumns(text: Utf8Text, reading: Reading & { kind: 'columns' }, sink: RowSink, signal: AbortSignal): Promise<void> {
  const rows = await columnsAsRows(text.path, text.start, signal)
  for (const [position, row] of rows.entries()) {
    sink.add(row, position + 1)
    if (position % 10_000 === 0) await sink.flush()
  }
  await sink.flush()
  for (const note of reading.notes) sink.note(note)
}
