/** Matches a number in the engine's WKT. */
const n = '(-?[0-9][-0-9.e+]*)'

/** SQL: the body of a WKT geometry, with positions as JSON lists. The third number is a height; a measure (M) is left out. */
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
 * SQL: a geometry as GeoJSON text. The engine writes WKT with enough digits to tell its numbers apart, and GeoJSON differs from WKT only in
 * brackets. NULL for geometry collections and for coordinates that are not numbers.
 */
export function geoJsonSql(geometry: string): string {
  const wkt = `CAST(${geometry} AS VARCHAR)`
  const body = `replace(regexp_extract(${wkt}, '\\(.*\\)'), ', ', ',')`
  const lists = `translate(${positions(body, wkt)}, '()', '[]')`
  const cases = names.map((name) => {
    // WKT puts the single position of a point in brackets too.
    const coordinates = name === 'Point' ? `substr(${lists}, 2, length(${lists}) - 2)` : lists
    return `WHEN '${name.toUpperCase()}' THEN '{"type":"${name}","coordinates":' || CASE WHEN suffix(${wkt}, 'EMPTY') THEN '[]' ELSE ${coordinates} END || '}'`
  })
  return `CASE WHEN regexp_matches(${wkt}, 'nan|inf') THEN NULL ELSE CASE regexp_extract(${wkt}, '^[A-Z]+') ${cases.join(' ')} END END`
}
