import { tileHeight, tileWidth } from '../merkle/stored-hashes.js'

/** One tile: `width` hashes of one level. */
export interface Tile {
  /** A level of hashes, or `entries` for the leaves themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256. */
  readonly width: number
}

/** The path of a tile below the prefix of the log: `tile/0/x001/234.p/12` (C2SP tlog-tiles). */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) as string[]
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`
}

/** The tile of a path. Undefined where it is none. */
export function tileOfPath(path: string): Tile | undefined {
  const [, level = '', groups = '', width] =
    /^tile\/(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? []
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const tile = { level: level === 'entries' ? level : Number(level), index, width: Number(width ?? tileWidth) } as const
  // Each tile has one path.
  return groups !== '' && tilePath(tile) === path ? tile : undefined
}

/** All tiles of a log of `size` leaves, from the leaves upwards. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0; ; level++) {
    const hashes = Math.floor(size / 2 ** (tileHeight * level))
    if (hashes === 0) return
    for (let index = 0; index * tileWidth < hashes; index++) {
      const width = Math.min(tileWidth, hashes - index * tileWidth)
      if (level === 0) yield { level: 'entries', index, width }
      yield { level, index, width }
    }
  }
}
