import { Unreadable } from '../unreadable.js'
import type { Package } from './package.js'
import { RichText } from './rich-text.js'

const stringsBytesMax = 128 * 1024 * 1024
const stringsMax = 8_000_000

/** The texts that cells refer to by number. All are held in memory, because a cell may refer to any of them. */
export async function readSharedStrings(parts: Package, part: string): Promise<{ strings: string[]; oddities: number }> {
  const strings: string[] = []
  const text = new RichText()
  let inItem = false
  const oddities = await parts.read(
    part,
    'sst',
    {
      open: (name, attributes) => {
        if (name === 'si') {
          text.reset()
          inItem = true
        } else if (inItem) text.open(name, attributes)
      },
      close: (name) => {
        if (name !== 'si') return inItem ? text.close(name) : undefined
        inItem = false
        if (strings.length === stringsMax)
          throw new Unreadable(`The workbook holds more than ${stringsMax} different texts. Publish it as CSV or Parquet.`)
        strings.push(text.value)
      },
      text: (found) => text.add(found),
    },
    stringsBytesMax,
  )
  return { strings, oddities }
}
