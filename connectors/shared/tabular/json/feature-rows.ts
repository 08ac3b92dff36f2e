import type { StagedTable } from '../staged-table.js'
import type { Conversion } from '../conversion.js'
import { Extent } from './coordinates.js'
import { coordinateProblems } from './geo-notes.js'
import { eachElement, eachMember } from './members.js'
import type { PageSigns } from './page.js'
import { isRecord, parse } from './parse.js'
import type { RowWriter } from './row-writer.js'
import { stageRows } from './stage-rows.js'
import type { Troubles } from './troubles.js'

const geometryTypes = new Set(['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection'])
const foreignMax = 5
/** Members of a feature or collection that may be dropped without a report: those of RFC 7946, and what services say about themselves. */
const ordinary =
  /^"(?:type|id|bbox|properties|geometry|geometry_name|features|name|crs|links|capabilities|filtersApplied|totalFeatures|number(?:Matched|Returned)|time[sS]tamp|generator|copyright|metadata|exceededTransferLimit|xy_coordinate_resolution|properties|description|license|licence|attribution|\$schema|context|@context|conformsTo|stac_version|count|total|next|collection)"$/

/** Turns features into rows: their properties, their ids if any has one, and their geometries as GeoJSON text. */
export class FeatureRows {
  #crs: string | undefined
  readonly #extent = new Extent()
  readonly #foreign = new Set<string>()
  #bare = 0

  constructor(
    private readonly writer: RowWriter,
    private readonly troubles: Troubles,
    private readonly page: PageSigns,
  ) {}

  /** Adds a member beside the features of a collection: `"name": value`. */
  beside(text: string): void {
    const [, key = '', value = ''] = /^("(?:[^"\\]|\\[^]){0,10000}")\s*:\s*([^]*)$/.exec(text) ?? []
    if (key === '"crs"') this.#crs = value
    if (!ordinary.test(key) && this.#foreign.size <= foreignMax) this.#foreign.add(key)
    this.page.see(text)
  }

  /**
   * Adds a feature, a collection of features, or a geometry. Returns false for anything else.
   * @param text valid JSON (latin1).
   * @param value the same, parsed.
   */
  add(text: string, value: Record<string, unknown>, number: number): boolean {
    if (isCollection(value)) {
      let place = 0
      eachMember(text, (key, part) => {
        if (key !== '"features"') this.beside(`${key}:${part}`)
        else {
          eachElement(part, (feature) => {
            const parsed = parse(feature)
            // Features are numbered across all collections of the file.
            const at = number + place++
            if (!isRecord(parsed?.value) || !this.add(parsed.text, parsed.value, at)) this.troubles.note('foreign', at)
          })
        }
      })
      return true
    }
    if (isGeometry(value)) {
      this.#bare++
      this.#extent.see(value, number)
      this.writer.add('{}', { geometry: text })
      return true
    }
    if (!isFeature(value)) return false
    this.#feature(text, value, number)
    return true
  }

  /** The table of the added rows, of which there must be at least one. */
  async stage(conversion: Conversion, problems: readonly string[]): Promise<StagedTable> {
    const { writer } = this
    const reported = [...problems, ...coordinateProblems(this.#crs, this.#extent)]
    if (this.#bare > 0)
      reported.push(
        'The file holds geometries without features: they have no properties, and its only column is geometry. Publish features.',
      )
    if (this.#foreign.size > 0) {
      const names = [...this.#foreign].slice(0, foreignMax).map((key) => Buffer.from(key, 'latin1').toString('utf8').slice(0, 60))
      reported.push(
        `Members beside the properties of features, or beside their list, were set aside (${names.join(', ')}${this.#foreign.size > foreignMax ? ' …' : ''}). Put into the properties what is to be a column.`,
      )
    }
    const taken = writer.columns().find(({ name }) => name.trim().toLowerCase() === 'id')
    const own = writer.own(taken === undefined ? 'id' : 'feature_id')
    if (own?.shape.type === 'JSON') Object.assign(own, { shape: { type: 'STRING' }, sql: own.text })
    if (own !== undefined && taken !== undefined)
      reported.push('The features have ids besides a property id; they are in the column feature_id.')
    const geometry = {
      key: 'geometry',
      name: 'geometry',
      shape: { type: 'GEOMETRY' as const },
      reads: 'JSON',
      sql: 'CAST(geometry AS VARCHAR)',
    }
    return stageRows(writer, conversion, reported, { columns: [geometry], own })
  }

  #feature(text: string, value: Record<string, unknown>, number: number): void {
    let properties = '{}'
    let id: string | undefined
    const beside: Record<string, string> = {}
    eachMember(text, (key, part) => {
      if (key === '"properties"') properties = part === 'null' ? '{}' : part
      else if (key === '"geometry"') beside.geometry = part
      else if (key === '"id"') id = part
      else if (!ordinary.test(key) && this.#foreign.size <= foreignMax) this.#foreign.add(key)
    })
    if (!properties.startsWith('{')) return this.troubles.note('properties', number)
    const { geometry } = beside
    if (geometry !== undefined && geometry !== 'null') {
      if (geometry.startsWith('{')) {
        this.#extent.see(value.geometry, number)
      } else {
        delete beside.geometry
        this.troubles.note('geometry', number)
      }
    }
    this.writer.add(properties, beside, id)
  }
}

/** Whether a value is a FeatureCollection of RFC 7946. */
export function isCollection(value: Record<string, unknown>): boolean {
  return value.type === 'FeatureCollection' && Array.isArray(value.features)
}

/** Whether a value is a feature of RFC 7946. */
export function isFeature(value: Record<string, unknown>): boolean {
  return value.type === 'Feature'
    ? 'geometry' in value || 'properties' in value
    : value.type === undefined && ('properties' in value || 'geometry' in value)
}

/** Whether a value is a geometry of RFC 7946 and nothing else. */
export function isGeometry(value: Record<string, unknown>): boolean {
  const isOne =
    typeof value.type === 'string' && geometryTypes.has(value.type) && (Array.isArray(value.coordinates) || Array.isArray(value.geometries))
  return isOne && Object.keys(value).every((key) => ['type', 'coordinates', 'geometries', 'bbox', 'crs'].includes(key))
}
