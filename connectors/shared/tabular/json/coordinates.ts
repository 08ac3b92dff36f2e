const shownMax = 5

/** Collects the extent of a file's coordinates. */
export class Extent {
  #outside = 0
  readonly #shown: number[] = []
  #broken = 0
  readonly #shownBroken: number[] = []
  #isBroken = false
  #west = Infinity
  #south = Infinity
  #east = -Infinity
  #north = -Infinity

  /** Adds a geometry. @param geometry a GeoJSON geometry, parsed. @param number the feature's number. */
  see(geometry: unknown, number: number): void {
    this.#isBroken = false
    const isOutside = this.#walk(geometry, 0)
    if (this.#isBroken) {
      this.#broken++
      if (this.#shownBroken.length < shownMax) this.#shownBroken.push(number)
    }
    if (!isOutside) return
    this.#outside++
    if (this.#shown.length < shownMax) this.#shown.push(number)
  }

  /** How many geometries have a position outside the range of degrees, and the numbers of the first ones. */
  get outside(): { total: number; shown: readonly number[] } {
    return { total: this.#outside, shown: this.#shown }
  }

  /** How many geometries have no coordinates, or positions that are not pairs of numbers, and the numbers of the first ones. */
  get broken(): { total: number; shown: readonly number[] } {
    return { total: this.#broken, shown: this.#shownBroken }
  }

  /** Whether there was no position. */
  get isEmpty(): boolean {
    return this.#west === Infinity
  }

  /** Whether all positions lie within the box. */
  within(west: number, south: number, east: number, north: number): boolean {
    return !this.isEmpty && this.#west >= west && this.#south >= south && this.#east <= east && this.#north <= north
  }

  /** Whether a position lies outside the range of degrees. */
  #walk(geometry: unknown, depth: number): boolean {
    if (typeof geometry !== 'object' || geometry === null || depth > 8) return false
    const { coordinates, geometries } = geometry as { coordinates?: unknown; geometries?: unknown }
    if (Array.isArray(coordinates)) return this.#positions(coordinates, 0)
    if (!Array.isArray(geometries)) {
      this.#isBroken = true
      return false
    }
    let outside = false
    for (const one of geometries) if (this.#walk(one, depth + 1)) outside = true
    return outside
  }

  #positions(list: readonly unknown[], depth: number): boolean {
    const [x, y] = list
    if (typeof x === 'number' && typeof y === 'number') {
      if (x < this.#west) this.#west = x
      if (x > this.#east) this.#east = x
      if (y < this.#south) this.#south = y
      if (y > this.#north) this.#north = y
      return x > 180 || x < -180 || y > 90 || y < -90
    }
    if (depth > 5) return false
    let outside = false
    for (const one of list) {
      if (!Array.isArray(one)) this.#isBroken = true
      else if (this.#positions(one, depth + 1)) outside = true
    }
    return outside
  }
}
