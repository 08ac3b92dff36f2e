/** A number as the engine writes it in WKT. */
const n = '(-?[0-9][-0-9.e+]*)'

/** The body of a WKT geometry with its positions as JSON lists. The third number is a height; a measure (M) is left out. */
function positions(body: string, wkt: string): string {
  const of = (pattern: string, list: string) => `regexp_replace(${body}, '${pattern}', '${list}', 'g')`
  return (
    `CASE WHEN regexp_matches(${wkt}, '^[A-Z]+ ZM ') THEN ${of(`${n} ${n} ${n} ${n}`, '[\\1,\\2,\\3]')} ` +
    `WHEN regexp_matches(${wkt}, '^[A-Z]+ Z ') THEN ${of(`${n} ${n} ${n}`, '[\\1,\\2,\\3]')} ` +
    `WHEN regexp_matches(${wkt}, '^[A-Z]+ M ') THEN ${of(`${n} ${n} ${n}`, '[\\1,\\2]')} ELSE ${of(`${n} ${n}`, '[\\1,\\2]')} END`
  )
}

const names = ['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon']

/**
 * A geometry of the engine as GeoJSON text, in SQL. The engine writes WKT with as many digits as tell its numbers apart, and GeoJSON is WKT
 * with other brackets. NULL for collections of geometries, and for coordinates that are no numbers.
 */
export function geoJsonSql(geometry: string): string {
  const wkt = `CAST(${geometry} AS VARCHAR)`
  const body = `replace(regexp_extract(${wkt}, '\\(.*\\)'), ', ', ',')`
  const lists = `translate(${positions(body, wkt)}, '()', '[]')`
  const cases = names.map((name) => {
    // WKT puts brackets around the one position of a point as well.
    const coordinates = name === 'Point' ? `substr(${lists}, 2, length(${lists}) - 2)` : lists
    return `WHEN '${name.toUpperCase()}' THEN '{"type":"${name}","coordinates":' || CASE WHEN suffix(${wkt}, 'EMPTY') THEN '[]' ELSE ${coordinates} END || '}'`
  })
  return `CASE WHEN regexp_matches(${wkt}, 'nan|inf') THEN NULL ELSE CASE regexp_extract(${wkt}, '^[A-Z]+') ${cases.join(' ')} END END`
}
