import { readFile, stat } from 'node:fs/promises'
import { Unreadable } from '../unreadable.js'
import { eachElement, eachMember } from './members.js'
import { parse } from './parse.js'
import { elementBytesMax } from './slicer.js'

/**
 * Turns a file with a member for each column (a list of its values, or an object with row numbers as keys) into rows, as texts of objects
 * (latin1).
 * @throws Unreadable if the file is too large to be turned in memory.
 */
export async function columnsAsRows(path: string, start: number, signal: AbortSignal): Promise<string[]> {
  const { size } = await stat(path)
  if (size > elementBytesMax) {
    throw new Unreadable(
      `The file holds its columns one after the other and is larger than ${elementBytesMax / 1024 ** 2} MiB. Publish a list of objects, one for each row.`,
    )
  }
  const bytes = await readFile(path, { signal })
  const parsed = parse(bytes.toString('latin1', start))
  if (parsed === undefined) throw new Unreadable('The file is not valid JSON. Write it again with a JSON library.')
  const rows: string[][] = []
  const places = new Map<string, number>()
  eachMember(parsed.text, (name, column) => {
    const put = (place: number, value: string) => (rows[place] ??= []).push(`${name}:${value}`)
    if (column.startsWith('[')) {
      let place = 0
      eachElement(column, (value) => put(place++, value))
      return
    }
    eachMember(column, (key, value) => {
      const place = places.get(key) ?? places.size
      places.set(key, place)
      put(place, value)
    })
  })
  return Array.from(rows, (members) => `{${members.join(',')}}`)
}
