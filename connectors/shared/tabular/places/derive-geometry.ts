import type { ColumnDescription } from '../../../../src/connector/column.js'
import { counted } from '../../../../src/connector/counted.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt } from '../../engine-sql.js'
import { rulesFor } from '../../recognise/recognise.js'
import { columnsMax } from '../columns-max.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { nationalGridSteps } from './national-grid.js'

/** The name of the derived column. */
export const geometryName = 'geometry'

/** What a problem says where it cannot be told which columns are the coordinates. */
const noneDerived = 'so no geometry was derived, and no box finds these rows'

/** Problems without those that say so: for a table that has a geometry from elsewhere. */
export const withoutNone = (problems: readonly string[]): string[] => problems.filter((problem) => !problem.includes(noneDerived))

/** The semantic types of two columns that say where a row is, the better ones first. */
const systems = [
  { x: 'LONGITUDE', y: 'LATITUDE' },
  { x: 'EASTING', y: 'NORTHING' },
] as const

/** Two columns, by position, from which a place can be derived. */
export interface Coordinates {
  readonly system: (typeof systems)[number]
  readonly x: number
  readonly y: number
}

/**
 * The columns of a table that are its coordinates, by their names and types, or by what the publisher says they are: the only longitude and
 * the only latitude, else the only easting and the only northing. A text instead says why none can be told.
 * @param said semantic types that the publisher gives, by name of the column.
 */
export function coordinatesOf(
  columns: readonly Pick<StagedColumn, 'name' | 'shape'>[],
  said: ReadonlyMap<string, string>,
): Coordinates | string | undefined {
  if (columns.some(({ shape }) => shape.type === 'GEOMETRY') || columns.length >= columnsMax) return undefined
  const mayBe = (semanticType: string) =>
    columns.flatMap(({ name, shape: { type } }, position) => {
      const given = said.get(name)
      const is = given === undefined ? rulesFor({ name, type }).some((rule) => rule.semanticType === semanticType) : given === semanticType
      return is ? [position] : []
    })
  const found = systems.map((system) => ({ system, xs: mayBe(system.x), ys: mayBe(system.y) }))
  const [one] = found.flatMap(({ system, xs: [x, otherX], ys: [y, otherY] }) =>
    x === undefined || y === undefined || otherX !== undefined || otherY !== undefined ? [] : [{ system, x, y }],
  )
  if (one === undefined) {
    const several = found.find(({ xs, ys }) => xs.length > 0 && ys.length > 0)
    return several === undefined
      ? undefined
      : `Several columns may be ${several.system.x.toLowerCase()} or ${several.system.y.toLowerCase()}, ${noneDerived}: say in catalogue.yaml which are not, by another semanticType.`
  }
  const taken = columns.find(({ name }) => name.toLowerCase() === geometryName)
  return taken === undefined
    ? one
    : `Column ${taken.name} is not a geometry, and has the name under which one would be derived from ${columns[one.x]?.name} and ${columns[one.y]?.name}: no box finds these rows.`
}

/** A staged table, and where its last column was derived from if it was. */
export type WithGeometry = StagedTable & { readonly coordinates?: Coordinates }

/** Adds a column of points to a table that has coordinates and no geometry. */
export function withGeometry(staged: StagedTable, said: ReadonlyMap<string, string>): WithGeometry {
  const coordinates = coordinatesOf(staged.columns, said)
  if (coordinates === undefined) return staged
  if (typeof coordinates === 'string') return { ...staged, problems: [...staged.problems, coordinates] }
  const { otherwise } = staged
  return {
    ...staged,
    from: placed(staged, coordinates),
    columns: [...staged.columns, { name: geometryName, shape: { type: 'GEOMETRY' }, sql: `${prefix}point` }],
    coordinates,
    ...(otherwise === undefined ? {} : { otherwise: async (column) => withGeometry(await otherwise(column), said) }),
  }
}

const prefix = 'derived_'

/** SQL: a table expression with the point of each row as GeoJSON text, beside what it had. */
function placed({ from, columns }: StagedTable, { system, x, y }: Coordinates): string {
  const valueOf = (position: number) => `try_cast((${columns[position]?.sql}) AS DOUBLE)`
  const [east, north] = [`${prefix}east`, `${prefix}north`]
  const isPlace = `NOT (${east} = 0 AND ${north} = 0)`
  const steps: Record<string, string>[] = [{ [east]: valueOf(x), [north]: valueOf(y) }]
  if (system.x === 'LONGITUDE') {
    const isOnGlobe = `${east} BETWEEN -180 AND 180 AND ${north} BETWEEN -90 AND 90`
    steps.push({ [`${prefix}point`]: `CASE WHEN ${isOnGlobe} AND ${isPlace} THEN ${point(east, north)} END` })
  } else {
    const [longitude, latitude] = [`round(${prefix}longitude, 7)`, `round(${prefix}latitude, 7)`]
    steps.push(...nationalGridSteps(east, north, prefix), {
      [`${prefix}point`]: `CASE WHEN ${isPlace} THEN ${point(longitude, latitude)} END`,
    })
  }
  return steps.reduce(
    (below, step) =>
      `(SELECT *, ${Object.entries(step)
        .map(([name, sql]) => `${sql} AS ${name}`)
        .join(', ')} FROM ${below})`,
    from,
  )
}

const point = (longitude: string, latitude: string) =>
  `'{"type":"Point","coordinates":[' || CAST(${longitude} AS VARCHAR) || ',' || CAST(${latitude} AS VARCHAR) || ']}'`

/** Where at least this share of the other rows is in the United Kingdom, a row that is there with its degrees exchanged is meant to be. */
const homeShare = 0.9

/** What became of a derived column: its description and what is to be told, or why it is not to be had. */
export type Settled = { readonly description: string; readonly problems: readonly string[] } | { readonly none: string }

/**
 * Checks a derived column against the values, which show what the names only promise: their semantic types must have been recognised,
 * degrees must not be exchanged, and eastings not be kilometres.
 * @param copy a table expression of columns c0 …, the last of which is derived.
 * @param columns as recognised, without the derived one.
 */
export async function settleGeometry(
  session: EngineSession,
  copy: string,
  columns: readonly ColumnDescription[],
  said: ReadonlyMap<string, string>,
  { system, x, y }: Coordinates,
): Promise<Settled> {
  const [east, north] = [columns[x], columns[y]] as [ColumnDescription, ColumnDescription]
  const names = `${east.name} and ${north.name}`
  const valueOf = (position: number) => `try_cast(${columnAt(position)} AS DOUBLE)`
  const isExchanged = `${valueOf(x)} BETWEEN 49 AND 61 AND ${valueOf(y)} BETWEEN -9 AND 3`
  const isHome = `${valueOf(x)} BETWEEN -9 AND 3 AND ${valueOf(y)} BETWEEN 49 AND 61`
  // The grid has no land within 1.4 km of both of its edges, and is 1,300 km long.
  const isKilometres = `abs(${valueOf(x)}) < 1400 AND abs(${valueOf(y)}) < 1400`
  const isPlaced = `${columnAt(columns.length)} IS NOT NULL`
  const [row = {}] = await session.rows(
    `SELECT count(*) AS n, count_if(${isPlaced}) AS placed, count_if(${isExchanged}) AS exchanged, count_if(${isHome}) AS home, count_if(${isPlaced} AND ${isKilometres}) AS kilometres FROM ${copy}`,
  )
  const [rows, placedRows, exchanged] = [Number(row.n), Number(row.placed), Number(row.exchanged)]
  const typeOf = ({ name, semanticType }: ColumnDescription) => said.get(name) ?? semanticType
  const areMeant = rows === 0 || (placedRows > 0 && typeOf(east) === system.x && typeOf(north) === system.y)
  if (!areMeant)
    return {
      none: `Columns ${names} are named like coordinates, and too few of their values are: no geometry was derived, and no box finds these rows.`,
    }
  if (system.x === 'LONGITUDE' && placedRows > 0 && exchanged === placedRows)
    return {
      none: `Columns ${names} look as if they were exchanged: no geometry was derived, and no box finds these rows. Exchange their names.`,
    }
  if (system.x === 'EASTING' && placedRows > 0 && Number(row.kilometres) === placedRows)
    return {
      none: `Columns ${names} look as if they were kilometres: no geometry was derived, and no box finds these rows. Publish them in metres.`,
    }
  const without = rows - placedRows
  const isGrid = system.x === 'EASTING'
  // Of places of the whole world, some may be where others look exchanged.
  const isMixed = !isGrid && exchanged > 0 && Number(row.home) >= homeShare * (placedRows - exchanged)
  const how = isGrid
    ? `Derived from ${names}, taken to be of British National Grid (EPSG:27700), by the seven parameters of Ordnance Survey: right to about 5 metres.`
    : `Derived from ${names}, taken to be of WGS84.`
  return {
    description: `${how} Null where one of them is empty, no number or out of range, or both are 0.`,
    problems: [
      ...(isGrid
        ? [`Column ${geometryName}: derived from ${names}, taken to be of British National Grid (EPSG:27700); right to about 5 metres.`]
        : []),
      ...(isMixed
        ? [
            `Column ${geometryName}: in ${counted(exchanged, 'row')} ${names} look as if they were exchanged: no box over the United Kingdom finds these rows.`,
          ]
        : []),
      ...(without > 0
        ? [
            `Column ${geometryName}: null in ${counted(without, 'row')}, where ${names} are empty, no numbers or out of range, or both are 0: no box finds these rows.`,
          ]
        : []),
    ],
  }
}
