import type { ListOutline, ObjectOutline, Outline, ValueOutline } from './outline.js'
import { parse } from './parse.js'

/** The part of a file, which is a single object, that becomes its table. */
export type Choice =
  | {
      kind: 'list'
      path: string[]
      features: boolean
      names?: string[]
      /** Names of other lists of objects. */
      others: string[]
      /** How many more lists the file holds than its outline names. */
      unnamed?: number
    }
  /** Each member is a column: lists of equal length, or objects with the same keys. */
  | { kind: 'columns' }
  /** Each member is a row. */
  | { kind: 'keyed' }
  /** The object is the only row. */
  | { kind: 'row' }
  | { kind: 'refused'; reason: string }

interface Found {
  path: string[]
  list: ListOutline
}

/** Names that services give to their lists of rows. */
export const rowNames =
  /^(?:records|results?|items|value|values|data|rows|entries|elements|list|features|content|hits|observations|docs|dataset|table)$/i
const otherNames =
  /^(?:fields?|columns?|links?|_links|meta|metadata|facets|filters?|included|schema|headers?|warnings?|messages?|details|sort|aggregations|parameters|params|index|aliases|resources|distributions?|tags|extras|contributors|licenses|sources|keywords|definitions|properties|required)$/i
const errorNames = /^(?:errors?|exceptions?|faults?|violations|errormessages?|error_?codes?)$/i

const noRows =
  'The file is one JSON object, not a list of objects: it seems to describe data (fields, links, resources), and no list in it looks like rows. Publish the list of rows alone, or an object a line.'

/** Chooses the table from the outline alone. A refusal says why and what to do. */
export function chooseTable(root: ObjectOutline): Choice {
  const foreign = otherFormat(root)
  if (foreign !== undefined) return { kind: 'refused', reason: foreign }
  const type = valueOf(root, 'type')
  const features = root.members.get('features')
  if (features?.kind === 'list' && (type === 'FeatureCollection' || isFeature(features.items[0])))
    return { kind: 'list', path: ['features'], features: true, others: [] }
  if (isGeoJson(type, root)) return { kind: 'row' }

  const lists = listsOf(root, [])
  const ranked = lists.filter(({ list }) => list.objects > 0).sort(byRank)
  const [best, ...others] = ranked
  const [nested] = lists.filter(({ list }) => list.lists > 0).sort(byRank)
  // Socrata describes its columns in a list of objects, while its rows are lists.
  const isDescription = best !== undefined && nested !== undefined && rank(best) > rank(nested)
  const empty = lists.filter(({ list }) => list.count === 0).sort(byRank)[0]
  const isEmpty = empty !== undefined && rowNames.test(empty.path.at(-1) as string) && rank(empty) === 0
  const onlyDescribes = best !== undefined && !isDescription && rank(best) === 2
  // An empty list of rows stays the table, even beside lists that describe it.
  if (isEmpty && (onlyDescribes || best === undefined) && !isError(root))
    return { kind: 'list', path: empty.path, features: false, others: [] }
  if (onlyDescribes && !isError(root)) return { kind: 'refused', reason: noRows }
  if (best !== undefined && !isDescription && !onlyDescribes)
    return {
      kind: 'list',
      path: best.path,
      features: false,
      others: others.filter((one) => rank(one) < 2).map(({ path }) => path.join('.')),
      unnamed: unnamedLists(root),
    }
  if (isError(root)) {
    return {
      kind: 'refused',
      reason:
        'The file is a message of an error, not data: the service that was asked for it answered so. Fetch it again, and look at the answer.',
    }
  }
  if (nested !== undefined) {
    const names = namesOf(root, nested)
    return { kind: 'list', path: nested.path, features: false, others: [], ...(names === undefined ? {} : { names }) }
  }
  if (areColumns(root)) return { kind: 'columns' }
  if (areRows(root)) return { kind: 'keyed' }
  if (empty !== undefined && root.count === 1) return { kind: 'list', path: empty.path, features: false, others: [] }
  return { kind: 'row' }
}

/** Recognises other formats written as JSON: maps that are not GeoJSON, and statistical cubes. */
function otherFormat(root: ObjectOutline): string | undefined {
  const features = root.members.get('features')
  const isEsri =
    valueOf(root, 'geometryType')?.startsWith('esri') === true ||
    (features?.kind === 'list' && /"attributes"\s*:/.test(features.items[0] ?? '') && !/"properties"\s*:/.test(features.items[0] ?? '')) ||
    (features?.kind === 'list' && valueOf(root, 'type') === undefined && root.members.has('spatialReference'))
  if (isEsri)
    return 'The file is Esri JSON, not GeoJSON, and is not read yet. Ask the service for f=geojson in place of f=json, or export it as GeoJSON or CSV.'
  if (valueOf(root, 'type') === 'Topology' && root.members.has('arcs')) {
    return 'The file is TopoJSON, not GeoJSON, and is not read. Convert it to GeoJSON (topo2geo, mapshaper or ogr2ogr do so).'
  }
  if (root.members.has('dimension') && root.members.has('size') && root.members.has('value')) {
    return 'The file is JSON-stat, a cube of figures, and is not read. Ask the service for CSV, or convert it to a list of objects.'
  }
  const data = root.members.get('data')
  const isSdmx = root.members.has('dataSets') || (data?.kind === 'object' && data.members.has('dataSets'))
  if (isSdmx) return 'The file is SDMX-JSON, a cube of figures, and is not read. Ask the service for CSV (format=csv, or Accept: text/csv).'
  return undefined
}

const geometries = new Set(['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection'])

function isGeoJson(type: string | undefined, root: ObjectOutline): boolean {
  if (type === 'Feature') return root.members.has('geometry')
  return type !== undefined && geometries.has(type) && (root.members.has('coordinates') || root.members.has('geometries'))
}

function isFeature(text: string | undefined): boolean {
  return text !== undefined && /"(?:properties|geometry)"\s*:/.test(text)
}

function listsOf(object: ObjectOutline, path: readonly string[]): Found[] {
  return [...object.members].flatMap(([name, member]) => {
    if (errorNames.test(name)) return []
    if (member.kind === 'list') return [{ path: [...path, name], list: member }]
    return member.kind === 'object' ? listsOf(member, [...path, name]) : []
  })
}

/** How many lists an object holds that its outline counts but does not name. */
function unnamedLists({ lists, members }: ObjectOutline): number {
  const inner = [...members.values()]
  const named = inner.filter(({ kind }) => kind === 'list').length
  return lists - named + inner.reduce((sum, one) => sum + (one.kind === 'object' ? unnamedLists(one) : 0), 0)
}

/** Orders lists: those with a usual name for rows first, then those nearest to the top, then the longest. */
function byRank(left: Found, right: Found): number {
  return rank(left) - rank(right) || left.path.length - right.path.length || right.list.count - left.list.count
}

function rank({ path }: Found): number {
  const name = path.at(-1) as string
  if (path.some((one) => otherNames.test(one))) return 2
  return rowNames.test(name) ? 0 : 1
}

/** The column names for rows that are lists: a list beside the rows, or where Socrata has them. */
function namesOf(root: ObjectOutline, { path, list }: Found): string[] | undefined {
  const width = lengthOf(list.items[0])
  const lists = listsOf(root, []).filter(
    (one) => one.path.join('.') !== path.join('.') && /^(?:columns?|fields?|headers?|names?)$/i.test(one.path.at(-1) as string),
  )
  for (const { list: candidate } of lists) {
    const names = candidate.items.map(nameIn)
    if (names.length > 0 && names.length === candidate.count && names.length === width && names.every((name) => name !== undefined))
      return names as string[]
  }
  return undefined
}

function nameIn(text: string): string | undefined {
  const value = parse(Buffer.from(text, 'latin1').toString('utf8'))?.value
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number')) return value.join(' ')
  if (typeof value !== 'object' || value === null) return undefined
  const { name, id, field, label, title } = value as Record<string, unknown>
  return [name, label, title, field, id].find((one) => typeof one === 'string')
}

function lengthOf(text: string | undefined): number {
  const value = text === undefined ? undefined : parse(text)?.value
  return Array.isArray(value) ? value.length : -1
}

function areColumns({ members, count, lists, objects }: ObjectOutline): boolean {
  const all = [...members.values()]
  if (count === lists && count > 0) {
    const lengths = new Set(all.map((one) => (one as ListOutline).count))
    return lengths.size === 1 && !lengths.has(0)
  }
  // pandas writes a column as an object whose keys are row numbers.
  return count === objects && count > 0 && all.every((one) => isNumbered(one as ObjectOutline))
}

function isNumbered({ members, count }: ObjectOutline): boolean {
  return count > 0 && [...members.keys()].every((key, position) => key === String(position))
}

function areRows({ members, count, objects }: ObjectOutline): boolean {
  if (count < 2 || count !== objects) return false
  const [first, ...others] = [...members.values()].map((one) => [...(one as ObjectOutline).members.keys()])
  if (first === undefined || first.length === 0) return false
  const shared = others.filter((keys) => keys.some((key) => first.includes(key)))
  return shared.length >= others.length * 0.8
}

/** Whether an object without a table reports an error. */
function isError(root: ObjectOutline): boolean {
  const says = [...root.members].some(([name, member]) => errorNames.test(name) && isSaid(member))
  const failed =
    ['success', 'ok'].some((name) => valueOf(root, name) === 'false') || /^(?:error|fail(?:ed|ure)?)$/i.test(valueOf(root, 'status') ?? '')
  const code = ['code', 'status', 'statusCode', 'status_code', 'errorcode'].some(
    (name) => Number(valueOf(root, name)) >= 400 && Number(valueOf(root, name)) < 600,
  )
  const texts = ['message', 'Message', 'title', 'detail', 'msg', 'reason', 'description', 'error_description', 'statusText']
  const hasText = texts.some((name) => root.members.has(name))
  const nothingElse =
    /^(?:message|detail|details|title|type|status|status_?code|code|documentation_url|instance|timestamp|path|request_?id|msg|reason|hint|help|url|method|trace_?id|date)$/i
  const isMessage =
    ['message', 'Message', 'detail', 'msg'].some((name) => root.members.has(name)) &&
    [...root.members.keys()].every((name) => nothingElse.test(name))
  return says || failed || (code && hasText) || isMessage
}

function isSaid(member: Outline): boolean {
  return member.kind === 'value' ? !['null', 'false', '""', '0', "''"].includes(member.text) : member.count > 0
}

function valueOf(root: ObjectOutline, name: string): string | undefined {
  const member: Outline | undefined = root.members.get(name)
  return member?.kind === 'value' ? (member as ValueOutline).text.replace(/^["']|["']$/g, '') : undefined
}
