import { listPlaces } from '../list-places.js'
import type { Extent } from './coordinates.js'
import { isRecord, parse } from './parse.js'

const wgs84 = /CRS:?84|EPSG:{1,2}(?:[\d.]*:)?4326|EPSG\/(?:0|[\d.]+)\/4326|epsg\.io\/4326|WGS ?_?84/i
const latitudeFirst = /EPSG:{2}(?:[\d.]*:)?4326|EPSG:[\d.]+:4326|EPSG\/(?:0|[\d.]+)\/4326/i

/** Reports problems of a GeoJSON file's coordinates. @param crs the text of its member `crs`, if it has one. */
export function coordinateProblems(crs: string | undefined, extent: Extent): string[] {
  const { total, shown } = extent.broken
  const broken =
    total === 0
      ? []
      : [
          `${listPlaces(shown, 'Feature', 'Features', total)}: a geometry without coordinates, or with some that are no pairs of numbers; kept as it is, and no box will find it. Write each position as [longitude, latitude].`,
        ]
  return [...broken, ...placeProblems(crs, extent)]
}

/** Reports where the coordinates lie, if that is not WGS84. */
function placeProblems(crs: string | undefined, extent: Extent): string[] {
  const named = crs === undefined || crs === 'null' ? undefined : nameOfCrs(crs)
  const { total, shown } = extent.outside
  if (named !== undefined && !wgs84.test(named)) {
    return [
      'The file names a coordinate system other than WGS84 (crs); its coordinates were kept as they are, and no box will find them. Publish it in WGS84 (EPSG:4326).',
    ]
  }
  if (total > 0) {
    return [
      `${listPlaces(shown, 'Feature', 'Features', total)}: coordinates beyond 180 or 90 degrees${guess(extent)}; kept as they are, and no box will find them. Publish the file in WGS84 (EPSG:4326), as RFC 7946 asks.`,
    ]
  }
  if (extent.within(49, -9, 61, 3)) {
    return [
      'The coordinates look as if latitude came first, which is against RFC 7946: they were kept as they are (longitude, latitude), and no box over the United Kingdom will find them. Swap them.',
    ]
  }
  if (named !== undefined && latitudeFirst.test(named) && !extent.isEmpty && !extent.within(-9, 49, 3, 61)) {
    return [
      'The file names EPSG:4326 (crs), by which latitude comes first; it was read with longitude first, as RFC 7946 asks. See on a map whether its places are right.',
    ]
  }
  return []
}

function guess(extent: Extent): string {
  if (extent.within(0, 0, 700_000, 1_300_000)) return ' look like British National Grid (EPSG:27700)'
  if (extent.within(-20_037_509, -20_048_967, 20_037_509, 20_048_967) && !extent.within(-1000, -1000, 1000, 1000))
    return ' look like metres, perhaps Web Mercator (EPSG:3857)'
  return ''
}

/** The name in a `crs` member: `{"type":"name","properties":{"name":…}}`, a link, or any other value. */
function nameOfCrs(crs: string): string {
  const value = parse(crs)?.value
  if (!isRecord(value)) return crs
  const { properties } = value
  const code =
    isRecord(properties) && (typeof properties.code === 'number' || typeof properties.code === 'string')
      ? `EPSG:${properties.code}`
      : undefined
  return code ?? crs
}
