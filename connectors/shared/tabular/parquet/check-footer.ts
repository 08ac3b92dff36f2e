import { Pace } from '../../../../src/connector/next-turn.js'
import { eachThrift } from '../../../../src/parquet/read-thrift.js'
import type { Thrift } from '../../../../src/parquet/thrift.js'
import { columnsMax, tooManyColumns } from '../columns-max.js'
import { Unreadable } from '../unreadable.js'

/** The most bytes of a footer. The engine takes up to forty times as many to hold it. */
export const footerBytesMax = 16 * 1024 * 1024
/** The engine reads a schema by recursion, and a deep one would end the process. */
const depthMax = 100
/** Columns and what they hold. The engine compares the names of columns pair by pair. */
const elementsMax = 20_000

/** The fields of a footer and of an element of its schema: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const schemaField = 2
const childrenField = 5

/** The refusal of a footer that is too large. */
export const footerTooLarge = `The file's footer is larger than ${footerBytesMax / 1024 ** 2} MiB: it has too many row groups, columns or notes. Write it again with larger row groups.`

/**
 * Checks a file's footer before the engine reads it. @param most how many columns it may have. @throws Unreadable if the engine could not
 * hold it, or if it is damaged.
 */
export async function checkFooter(footer: Buffer, most = columnsMax): Promise<void> {
  const pace = new Pace()
  /** How many elements are still to come, at each open level. */
  const open = [1]
  let [elements, columns, read] = [0, 0, 0]
  for (const { value, end } of eachWhole(footer)) {
    await pace.before((end - read) / 4)
    read = end
    if (value === undefined) continue
    while (open.length > 1 && open.at(-1) === 0) open.pop()
    open[open.length - 1] = (open.at(-1) as number) - 1
    if (open.length === 2 && ++columns > most) throw new Unreadable(tooManyColumns())
    if (++elements > elementsMax)
      throw new Unreadable(`The file's columns hold more than ${elementsMax} columns within them. Publish them as several tables.`)
    const children = childrenOf(value)
    if (children > 0 && open.push(children) > depthMax)
      throw new Unreadable(`The file nests columns deeper than ${depthMax} levels. Publish what they hold as columns of their own.`)
  }
}

function* eachWhole(footer: Buffer): ReturnType<typeof eachThrift> {
  try {
    yield* eachThrift(footer, (id) => id === schemaField)
  } catch (cause) {
    throw new Unreadable('The file could not be read as Parquet: its footer is damaged. Write it again.', { cause })
  }
}

function childrenOf(element: Thrift): number {
  const children = element.kind === 'struct' ? element.fields.find(([id]) => id === childrenField)?.[1] : undefined
  return children?.kind === 'int' ? children.value : 0
}
