/** Collections in collections that are looked into. RFC 7946 advises against any. */
const collectionsDeep = 2

/**
 * SQL of a geometry, JSON text, whose rings run as RFC 7946, 3.1.6 wants them: outer rings anticlockwise, holes clockwise. What has no rings stays
 * as it is, and so does a ring that is none. Positions keep all that they have beside longitude and latitude.
 */
export function woundSql(geometry: string): string {
  return `CASE WHEN contains(${geometry}, 'Polygon') THEN CAST(${geometrySql(geometry, collectionsDeep)} AS VARCHAR) ELSE ${geometry} END`
}

function geometrySql(geometry: string, deep: number): string {
  const member = (name: string) => `json_extract(${geometry}, '$.${name}')`
  const inner = `geometry${deep}`
  const branches = [
    ['Polygon', 'coordinates', polygonSql(member('coordinates'))],
    ['MultiPolygon', 'coordinates', eachSql(member('coordinates'), 'polygon', polygonSql('polygon'))],
    ...(deep > 0 ? [['GeometryCollection', 'geometries', eachSql(member('geometries'), inner, geometrySql(inner, deep - 1))]] : []),
  ].map(([type, name, value]) => {
    const isMeant = `json_extract_string(${geometry}, '$.type') = '${type}' AND json_type(${geometry}, '$.${name}') = 'ARRAY'`
    return `WHEN ${isMeant} THEN json_merge_patch(${geometry}, json_object('${name}', ${value}))`
  })
  return `CASE ${branches.join(' ')} ELSE ${geometry} END`
}

/** The first ring of a polygon is the outer one. */
function polygonSql(rings: string): string {
  const backwards = `sign(${areaSql('ring')}) = CASE WHEN place = 1 THEN -1 ELSE 1 END`
  return eachSql(rings, 'ring, place', `CASE WHEN ${backwards} THEN to_json(list_reverse(json_transform(ring, '["JSON"]'))) ELSE ring END`)
}

/** A JSON array with each of its members as `sql` has it; other JSON stays as it is. @param names of a member, and of its place from 1. */
function eachSql(array: string, names: string, sql: string): string {
  return `coalesce(to_json(list_transform(json_transform(${array}, '["JSON"]'), lambda ${names}: ${sql})), ${array})`
}

/**
 * Twice the area of a ring, below 0 where it runs clockwise, and NaN where something is no number. It is reckoned from the first position,
 * since the area of a small ring vanishes beside the products of its coordinates.
 */
function areaSql(ring: string): string {
  const from = (position: string, axis: 1 | 2) => `(${position}[${axis}] - positions[1][${axis}])`
  const product = `${from('positions[place]', 1)} * ${from('next', 2)} - ${from('next', 1)} * ${from('positions[place]', 2)}`
  const area = `list_sum(list_transform(positions[2:], lambda next, place: coalesce(${product}, CAST('NaN' AS DOUBLE))))`
  // A list of one is a name for it: what is named twice would be read twice.
  return `list_transform([json_transform(${ring}, '[["DOUBLE"]]')], lambda positions: ${area})[1]`
}
