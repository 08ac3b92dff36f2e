import type { EngineSession } from '../../../../src/connector/engine.js'
import { fileLiteral } from '../../engine-sql.js'
import { z } from 'zod'

const metadataBytesMax = 1_000_000

const geoSchema = z.object({
  columns: z.record(z.string(), z.object({ encoding: z.string(), crs: z.unknown().optional() })),
})

/** What GeoParquet's metadata says of a column. */
export interface GeoColumn {
  encoding: string
  /** Its coordinate system. GeoParquet's default is WGS84. */
  crs: 'WGS84' | 'unknown' | 'other'
}

/** The columns that the file's key `geo` describes, by name. Empty if the key is missing or damaged. */
export async function geoColumnsOf(session: EngineSession, path: string): Promise<ReadonlyMap<string, GeoColumn>> {
  const sql = `SELECT decode(value) AS value FROM parquet_kv_metadata(${fileLiteral(path)}) WHERE key = 'geo'::BLOB AND octet_length(value) < ${metadataBytesMax} LIMIT 1`
  const [row] = await session.rows(sql).catch(() => [])
  const geo = typeof row?.value === 'string' ? geoSchema.safeParse(parsed(row.value)).data : undefined
  return new Map(Object.entries(geo?.columns ?? {}).map(([name, { encoding, crs }]) => [name, { encoding, crs: crsOf(crs) }]))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param crs PROJJSON; undefined means WGS84, null means unknown. */
function crsOf(crs: unknown): GeoColumn['crs'] {
  if (crs === undefined) return 'WGS84'
  if (crs === null) return 'unknown'
  return namesWgs84(crs) ? 'WGS84' : 'other'
}

const idSchema = z.object({ id: z.object({ authority: z.string(), code: z.union([z.string(), z.number()]) }) })

/** Whether a coordinate system is WGS84, in any notation. */
export function namesWgs84(crs: unknown): boolean {
  const id = idSchema.safeParse(crs).data?.id
  return /^(?:OGC:CRS84|EPSG:4326)$/i.test(id === undefined ? String(crs) : `${id.authority}:${id.code}`)
}
