import fc from 'fast-check'
import { type Capabilities, everything } from '../../../src/connector/capabilities.js'
import type { ColumnType, Shape } from '../../../src/connector/column.js'
import { aggregateFunctions } from '../../../src/connector/relation.js'
import { type Cell, decimalOf } from './cells.js'
import type { TableInput, WorldTable } from './world.js'

/** Draws one value with fast-check, which can shrink it. */
export type Draw = <T>(of: fc.Arbitrary<T>) => T

/** A table, or a stack of tables. */
export interface WorldSide {
  readonly from: TableInput
  /** Its columns, under their shared names. */
  readonly shared: readonly ({ name: string } & Shape)[]
}

export interface World extends WorldSide {
  readonly tables: readonly WorldTable[]
  /** What is joined to `from`, in order. */
  readonly joined?: readonly WorldSide[]
  /** Whether DOUBLEs may be NaN, infinite or −0, of which not every measure has a value. */
  readonly odd?: boolean
  /** The spokes that do not answer. */
  readonly failed?: ReadonlySet<string>
  readonly capabilities: Readonly<Record<string, Capabilities>>
  /** Rows of each part, for sources that answer in several small parts. */
  readonly chunkRows: Readonly<Record<string, number | undefined>>
}

const names = ['a', 'Ward Name', '__proto__', 'constructor', 'it\'s "b"', 'x.y', 'Größe', 'count']
const spokes = ['camden', 'barnet', 'the-city', 'b2']
const types = ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'GEOMETRY'] as const

const texts = ['', 'a', 'A', 'ab', '007', '7', '%', "O'Brien", 'é', 'e\u0301', '日本', '😀', 'a\nb', 'null', '\u2028"\\']
const whole = [0n, 1n, -1n, 2n, 3n, 7n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]
const doubles = [0, 0.1, -0.5, 1.5, 1e-7, 3, -2.25, 123456.789, 1e20]
const points = [
  '{"type":"Point","coordinates":[-0.1,51.5]}',
  '{"type":"Point","coordinates":[2,48]}',
  '{"type":"Point","coordinates":[]}',
  '{"type":"LineString","coordinates":[[-0.1,51.5],[0.5,51]]}',
]
const times = [
  '2026-03-29T00:30:00',
  '2026-03-29T23:30:00',
  '2026-10-25T01:30:00',
  '2026-10-25T23:59:59.5',
  '2025-12-31T23:00:00',
  '2026-01-05T00:00:00',
  '1969-07-20T20:17:40',
]

/** Numbers that differ only where a comparison loses a digit, or that are equal though they look unlike. */
const numbers = ['0', '1', '0.5', '0.1', '3', '9007199254740992', '9007199254740993', '9223372036854775807', '-0.5', '-9007199254740992']
const oddDoubles = [-0, NaN, Infinity, -Infinity, 0.1 + 0.2]
const keyTexts = ['', ' ', 'a', 'A', 'a ', '\u00a0a', '007', '7', '7.0', 'é', 'e\u0301', '😀', '\uff5e', 'NaN']
const plain = { texts: keyTexts, numbers }

/** Keys of things as people and programs write them, and damage them. What is alike stands together. */
const written: Readonly<Record<Thing, { texts: readonly string[]; numbers: readonly string[] }>> = {
  TEXT: {
    texts: [
      ...[
        'é',
        'e\u0301\u200b',
        '1',
        ' 1',
        '\u00a0é',
        '1.0',
        '01',
        '0.5',
        '0',
        '-0.5',
        '9007199254740992',
        'nan',
        'true',
        'True',
        '2026-03-29',
        '2026-03-29T00:30:00',
      ],
      ...['É', ' '],
    ],
    numbers: ['1', '0.5', '0', '9007199254740992', '-0.5'],
  },
  UPRN: {
    texts: [
      ...[
        '10094055034',
        '010094055034',
        '1.00E+11',
        '\u00a010094055034 ',
        '10094055034.0',
        '0010094055034',
        '10094055034.',
        '10094055034.5',
      ],
      ...['1', '000000000001', '100000000000', '010000000', '0', '', '-1', '10,094,055,034', 'not known'],
    ],
    numbers: ['10094055034', '1', '0', '10094055034.5', '10094055034', '10000000', '1000000000001', '-1'],
  },
  POSTCODE: {
    texts: [
      ...['NW1 2DB', 'nw1 2db', 'NW12DB', 'NW1-2DB', '\u00a0NW1\u2003 2DB', '\u212a1 2DB', 'EH 1JS', 'SW1A 2AO', 'SWIA2A0', 'swia 2ao'],
      ...['AB!1 2CD', 'S01 2AA', 'SO1 2AA', 'NW1', '01 OAA', 'O1 0AA', ''],
    ],
    numbers: ['1', '0'],
  },
}
type Thing = 'TEXT' | 'UPRN' | 'POSTCODE'

const things = ['TEXT', 'UPRN', 'POSTCODE'] as const
const typesOf = {
  TEXT: [...types, ...types.map(() => 'STRING' as const)],
  UPRN: ['STRING', 'STRING', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE'],
  POSTCODE: ['STRING', 'STRING', 'STRING', 'INT64'],
} as const satisfies Record<Thing, readonly ColumnType[]>

/** Which values a column of a world of joins has: few, so that keys meet each other. */
interface Few {
  readonly at: readonly number[]
  readonly odd: boolean
  /** What the values are, where they are to be normalised. */
  readonly thing: Thing | undefined
}

/** Some of the values that a key of this shape may have. */
function keyOf(shape: Shape, few: Few): fc.Arbitrary<Exclude<Cell, null>> {
  const { at } = few
  const all = valuesOf(shape, few)
  return fc.constantFrom(...at.map((index) => all[index % all.length] as Exclude<Cell, null>))
}

function valuesOf({ type, scale = 0 }: Shape, { odd, thing }: Few): readonly Exclude<Cell, null>[] {
  const { texts: keyTexts, numbers } = thing === undefined ? plain : written[thing]
  const digits = (text: string) => text.split('.')[1]?.length ?? 0
  switch (type) {
    case 'STRING':
      return keyTexts
    case 'BOOLEAN':
      return [true, false]
    case 'INT64':
      return numbers.map((text) => BigInt(digits(text) === 0 ? text : '1'))
    case 'DECIMAL':
      return numbers.map((text) => decimalOf(digits(text) <= scale ? text : '1', scale))
    case 'DOUBLE':
      return [...numbers.map(Number), ...(odd ? [...oddDoubles, ...oddDoubles] : [])]
    case 'GEOMETRY':
      return points
    default:
      return times.map((time) => (type === 'DATE' ? time.slice(0, 10) : type === 'TIMESTAMPTZ' ? `${time}Z` : time))
  }
}

/** Values of a shape, from a range so small that they repeat. */
export function cellOf({ type, scale = 0 }: Shape): fc.Arbitrary<Exclude<Cell, null>> {
  switch (type) {
    case 'STRING':
      return fc.constantFrom(...texts)
    case 'BOOLEAN':
      return fc.boolean()
    case 'INT64':
      return fc.constantFrom(...whole)
    case 'DOUBLE':
      return fc.constantFrom(...doubles)
    case 'DECIMAL':
      return fc.constantFrom(0n, 1n, -1n, 5n, 100n, 105n, -12345n, 99999999999n).map((unscaled) => ({ unscaled, scale }))
    case 'DATE':
      return fc.constantFrom(...times.map((time) => time.slice(0, 10)))
    case 'TIMESTAMP':
      return fc.constantFrom(...times)
    case 'TIMESTAMPTZ':
      return fc.constantFrom(...times.map((time) => `${time}Z`))
    default:
      return fc.constantFrom(...points)
  }
}

/** A column that tables of a world have in common. */
interface Shared {
  readonly name: string
  readonly type: ColumnType
  readonly scale: number
  readonly few?: Few
}

/** How large a world of so many joins may be: members of a stack, and rows of a table. */
function sizeOf(joins: number): { members: number; rows: readonly number[] } {
  if (joins === 0) return { members: 5, rows: [0, 1, 2, 5, 12] }
  if (joins === 1) return { members: 3, rows: [0, 1, 2, 5, 12] }
  return joins <= 3 ? { members: 2, rows: [0, 1, 3, 4, 4, 4] } : { members: 1, rows: [1, 2, 2, 3, 3] }
}

/** Draws tables with compatible columns, at sources with any capabilities, a `from` over them, and what is joined to it. */
export function drawWorld(draw: Draw): World {
  const some = <T>(of: readonly T[], minLength = 1) => draw(fc.subarray([...of], { minLength }))
  const chance = (of: number) => draw(fc.integer({ min: 1, max: of })) === 1
  const joins = draw(fc.constantFrom(0, 0, 0, 1, 1, 1, 2, 3, draw(fc.integer({ min: 4, max: 7 }))))
  const odd = joins > 0 && draw(fc.boolean())
  const thing = joins === 0 ? undefined : draw(fc.constantFrom(undefined, ...things))
  // Of things those that stand together, so that they meet.
  const near = draw(fc.nat({ max: 19 }))
  const places = thing === undefined ? fc.nat({ max: 19 }) : fc.integer({ min: near, max: near + 4 })
  const shared = some(names)
    .slice(0, 5)
    .map((name): Shared => ({
      ...{
        name,
        type: draw(fc.constantFrom(...(thing === undefined ? types : typesOf[thing]))),
        scale: draw(fc.integer({ min: 0, max: 4 })),
      },
      ...(joins === 0 ? {} : { few: { at: draw(fc.array(places, { minLength: 1, maxLength: 4 })), odd, thing } }),
    }))
  const used = some(spokes)
  const tables: WorldTable[] = []
  const sides: WorldSide[] = []
  for (let at = 0; at <= joins; at++) {
    const again = at > 0 && chance(5)
    sides.push(again ? draw(fc.constantFrom(...sides)) : drawSide(draw, tables, used, at === 0 ? shared : some(shared), sizeOf(joins)))
  }
  const holders = [...new Set(tables.map(({ spokeId }) => spokeId))]
  const [first, ...joined] = sides as [WorldSide, ...WorldSide[]]
  return {
    tables,
    ...first,
    joined,
    odd,
    // One answers: a row of measures is the source's own where there is no other.
    failed: new Set(joins > 0 && chance(4) ? some(holders).slice(1) : []),
    capabilities: Object.fromEntries(used.map((spokeId) => [spokeId, drawCapabilities(draw)])),
    chunkRows: Object.fromEntries(used.map((spokeId) => [spokeId, draw(fc.constantFrom(undefined, undefined, 1, 3))])),
  }
}

/** Draws a table or a stack, and adds its tables to those of the world. */
function drawSide(
  draw: Draw,
  tables: WorldTable[],
  used: readonly string[],
  shared: readonly Shared[],
  size: { members: number; rows: readonly number[] },
): WorldSide {
  const count = draw(fc.integer({ min: 1, max: size.members }))
  const members = Array.from({ length: count }, () => {
    const member = drawMember(draw, tables.length, draw(fc.constantFrom(...used)), shared, size.rows)
    tables.push(member.table)
    return member
  })
  const plain = members.every(({ columns, table }) =>
    columns.every(({ column, as, type }) => as === undefined && type === undefined && table.columns.some(({ name }) => name === column)),
  )
  const ids = members.map(({ table }) => table.id)
  if (draw(fc.integer({ min: 0, max: 9 })) === 0) ids.push(ids[0] as string)
  const from: TableInput = !plain
    ? { members: members.map(({ table, columns }) => ({ table: table.id, columns })) }
    : ids.length === 1
      ? { table: ids[0] as string }
      : { union: ids }
  const inUnion = shared.filter(({ name }) => members.some(({ columns }) => columns.some(({ column, as }) => (as ?? column) === name)))
  return { from, shared: inUnion.map(({ name, type, scale }) => commonShape(name, type, scale, members)) }
}

interface Member {
  table: WorldTable
  columns: { column: string; as?: string; type?: ColumnType }[]
  shapes: Map<string, Shape>
}

function drawMember(draw: Draw, index: number, spokeId: string, shared: readonly Shared[], sizes: readonly number[]): Member {
  const present = shared.filter(() => draw(fc.integer({ min: 0, max: 4 })) > 0)
  const chosen = present.length === 0 ? shared.slice(0, 1) : present
  const columns = chosen.map(({ name, type, scale, few }) => {
    const shape = drawShape(draw, type, scale)
    const readFrom = shape.type === 'INT64' && draw(fc.integer({ min: 0, max: 5 })) === 0
    const readAs = shape.type === 'STRING' && draw(fc.integer({ min: 0, max: 5 })) === 0
    const own: Shape = readFrom ? { type: 'STRING' } : readAs ? { type: 'INT64' } : shape
    const renamed = draw(fc.integer({ min: 0, max: 3 })) === 0
    const member = {
      column: renamed ? `${name} of ${index}` : name,
      ...(renamed ? { as: name } : {}),
      ...(readFrom || readAs ? { type: shape.type } : {}),
    }
    return {
      own: { name: member.column, ...own },
      member,
      name,
      shape,
      cell: readFrom ? fc.constantFrom('7', ' 007', '-3', '+0', '12') : few === undefined ? cellOf(own) : keyOf(own, few),
    }
  })
  const rows = draw(fc.constantFrom(...sizes))
  return {
    table: {
      // A table's name may begin with what is an alias of another.
      id: `${spokeId}/t-${index}/${draw(fc.constantFrom('', '', '', 'x.', 'al.'))}t-${index}`,
      spokeId,
      columns: columns.map(({ own }) => own),
      rows: Array.from({ length: rows }, () =>
        columns.map(({ cell }) => draw(fc.option(cell as fc.Arbitrary<Exclude<Cell, null>>, { freq: 5 }))),
      ),
    },
    columns: columns.map(({ member }) => member),
    shapes: new Map(columns.map(({ name, shape }) => [name, shape])),
  }
}

/** A number may be combined with another type of number. */
function drawShape(draw: Draw, type: ColumnType, scale: number): Shape {
  const numbers = ['INT64', 'DOUBLE', 'DECIMAL'] as const
  const own =
    (numbers as readonly string[]).includes(type) && draw(fc.integer({ min: 0, max: 3 })) === 0 ? draw(fc.constantFrom(...numbers)) : type
  return own === 'DECIMAL' ? { type: own, scale: type === 'DECIMAL' ? scale : draw(fc.integer({ min: 0, max: 4 })) } : { type: own }
}

function commonShape(name: string, type: ColumnType, scale: number, members: readonly Member[]): { name: string } & Shape {
  const shapes = members.flatMap(({ shapes: own }) => own.get(name) ?? [])
  const found = new Set(shapes.map((shape) => shape.type))
  if (found.has('DOUBLE')) return { name, type: 'DOUBLE' }
  if (found.has('DECIMAL')) return { name, type: 'DECIMAL', scale: Math.max(...shapes.map((shape) => shape.scale ?? 0)) }
  return found.has('INT64') ? { name, type: 'INT64' } : { name, type, ...(type === 'DECIMAL' ? { scale } : {}) }
}

const predicates = ['and', 'or', 'not', 'compare', 'in', 'isNull', 'startsWith', 'contains', 'withinBox'] as const

function drawCapabilities(draw: Draw): Capabilities {
  const often = () => draw(fc.integer({ min: 0, max: 3 })) > 0
  if (!often()) return everything
  return {
    ...(often() ? { project: true } : {}),
    ...(often() ? { union: true } : {}),
    ...(often() ? { join: true } : {}),
    ...(often() ? { sort: true } : {}),
    ...(often() ? { limit: true } : {}),
    ...(often() ? { filter: new Set(often() ? predicates : draw(fc.subarray([...predicates]))) } : {}),
    ...(often() ? { aggregate: new Set(often() ? aggregateFunctions : draw(fc.subarray([...aggregateFunctions]))) } : {}),
  }
}

/** A value as a client writes it: text for any type, or a number where JSON holds it exactly. */
export function drawOperand(draw: Draw, shape: Shape): unknown {
  if (shape.type === 'DECIMAL') {
    const text = draw(fc.constantFrom('0', '1', '1.05', '-123.45', '0.0100', '1.0049', '999999999.99', '-0.0001'))
    return draw(fc.boolean()) ? text : Number(text)
  }
  const cell = draw(cellOf(shape))
  const asText = draw(fc.boolean())
  if (typeof cell === 'bigint') return asText || cell > 2n ** 53n - 1n || cell < -(2n ** 53n) + 1n ? String(cell) : Number(cell)
  if (typeof cell === 'number') return asText ? String(cell) : cell
  return typeof cell === 'boolean' && asText ? String(cell) : cell
}
