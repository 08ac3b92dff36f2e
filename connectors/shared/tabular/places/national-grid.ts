/** An ellipsoid by its two axes, in metres. */
interface Ellipsoid {
  readonly a: number
  readonly b: number
}
const airy: Ellipsoid = { a: 6_377_563.396, b: 6_356_256.909 }
const wgs84: Ellipsoid = { a: 6_378_137, b: 6_356_752.314245 }

/** The projection of EPSG:27700 (Ordnance Survey, A guide to coordinate systems in Great Britain, annexe A). */
const grid = { scale: 0.9996012717, latitude: radians(49), longitude: radians(-2), easting: 400_000, northing: -100_000 }

/** From OSGB36 to WGS84: metres, seconds of arc and parts per million (the same guide, 6.6, with the signs turned). */
const shift = { x: 446.448, y: -125.157, z: 542.06, rx: seconds(0.1502), ry: seconds(0.247), rz: seconds(0.8421), scale: 1 - 20.4894e-6 }

/** The grid's own range, in metres. Nothing outside it is in Great Britain. */
const extent = { easting: 700_000, northing: 1_300_000 }

/**
 * SQL steps from easting and northing to longitude and latitude, each over what the one before made; null outside the grid. The inverse of
 * the projection by Krüger's series, then the seven parameters of Ordnance Survey at height 0: right to about 5 metres, as is said of these.
 * @param prefix begins the names of all steps. The last has `<prefix>longitude` and `<prefix>latitude`, in degrees.
 */
export function nationalGridSteps(easting: string, northing: string, prefix: string): Record<string, string>[] {
  const at = (name: string) => `${prefix}${name}`
  const { n, radius, beta, delta } = krueger
  const square = 1 - (airy.b / airy.a) ** 2
  const series = (factors: readonly number[], term: (times: number) => string) =>
    factors.map((factor, index) => `${factor} * ${term(2 * (index + 1))}`).join(' + ')
  const [e, north, xi, eta, chi, lon, lat, x, y, z] = ['e', 'n', 'xi', 'eta', 'chi', 'lon', 'lat', 'x', 'y', 'z'].map(at) as [
    ...(readonly [string, string, string, string, string, string, string, string, string, string]),
  ]
  const across = `(${airy.a} / sqrt(1 - ${square} * sin(${lat}) ** 2))`
  const second = (wgs84.a / wgs84.b) ** 2 - 1
  return [
    {
      e: `CASE WHEN ${easting} BETWEEN 0 AND ${extent.easting} AND ${northing} BETWEEN 0 AND ${extent.northing} THEN ${easting} END`,
      n: northing,
    },
    {
      u: `(${north} - ${grid.northing} + ${grid.scale * radius * meridian(n)}) / ${grid.scale * radius}`,
      v: `(${e} - ${grid.easting}) / ${grid.scale * radius}`,
    },
    {
      xi: `${at('u')} - (${series(beta, (times) => `sin(${times} * ${at('u')}) * cosh(${times} * ${at('v')})`)})`,
      eta: `${at('v')} - (${series(beta, (times) => `cos(${times} * ${at('u')}) * sinh(${times} * ${at('v')})`)})`,
    },
    { chi: `asin(sin(${xi}) / cosh(${eta}))`, lon: `${grid.longitude} + atan2(sinh(${eta}), cos(${xi}))` },
    { lat: `${chi} + ${series(delta, (times) => `sin(${times} * ${chi})`)}` },
    {
      x: `${across} * cos(${lat}) * cos(${lon})`,
      y: `${across} * cos(${lat}) * sin(${lon})`,
      z: `${across} * ${1 - square} * sin(${lat})`,
    },
    {
      p: `${shift.x} + ${shift.scale} * ${x} - ${shift.rz} * ${y} + ${shift.ry} * ${z}`,
      q: `${shift.y} + ${shift.rz} * ${x} + ${shift.scale} * ${y} - ${shift.rx} * ${z}`,
      r: `${shift.z} - ${shift.ry} * ${x} + ${shift.rx} * ${y} + ${shift.scale} * ${z}`,
    },
    {
      d: `sqrt(${at('p')} ** 2 + ${at('q')} ** 2)`,
      t: `atan2(${at('r')} * ${wgs84.a}, sqrt(${at('p')} ** 2 + ${at('q')} ** 2) * ${wgs84.b})`,
    },
    {
      longitude: `degrees(atan2(${at('q')}, ${at('p')}))`,
      latitude: `degrees(atan2(${at('r')} + ${second * wgs84.b} * sin(${at('t')}) ** 3, ${at('d')} - ${(1 - (wgs84.b / wgs84.a) ** 2) * wgs84.a} * cos(${at('t')}) ** 3))`,
    },
  ].map((step) => Object.fromEntries(Object.entries(step).map(([name, sql]) => [at(name), sql])))
}

/** Krüger's series for the Airy ellipsoid, to the fourth power of its third flattening (Karney, Transverse Mercator, 2011). */
const krueger = (() => {
  const n = (airy.a - airy.b) / (airy.a + airy.b)
  return {
    n,
    radius: (airy.a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64),
    beta: [
      n / 2 - (2 * n ** 2) / 3 + (37 * n ** 3) / 96 - n ** 4 / 360,
      n ** 2 / 48 + n ** 3 / 15 - (437 * n ** 4) / 1440,
      (17 * n ** 3) / 480 - (37 * n ** 4) / 840,
      (4397 * n ** 4) / 161_280,
    ],
    delta: [
      2 * n - (2 * n ** 2) / 3 - 2 * n ** 3 + (116 * n ** 4) / 45,
      (7 * n ** 2) / 3 - (8 * n ** 3) / 5 - (227 * n ** 4) / 45,
      (56 * n ** 3) / 15 - (136 * n ** 4) / 35,
      (4279 * n ** 4) / 630,
    ],
  }
})()

/** How far the true origin is from the equator along its meridian, over the radius. */
function meridian(n: number): number {
  const eccentricity = Math.sqrt(1 - (airy.b / airy.a) ** 2)
  const sine = Math.sin(grid.latitude)
  const conformal = Math.atan(Math.sinh(Math.asinh(Math.tan(grid.latitude)) - eccentricity * Math.atanh(eccentricity * sine)))
  const alpha = [
    n / 2 - (2 * n ** 2) / 3 + (5 * n ** 3) / 16 + (41 * n ** 4) / 180,
    (13 * n ** 2) / 48 - (3 * n ** 3) / 5 + (557 * n ** 4) / 1440,
    (61 * n ** 3) / 240 - (103 * n ** 4) / 140,
    (49_561 * n ** 4) / 161_280,
  ]
  return alpha.reduce((sum, factor, index) => sum + factor * Math.sin(2 * (index + 1) * conformal), conformal)
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

function seconds(arc: number): number {
  return radians(arc / 3600)
}
