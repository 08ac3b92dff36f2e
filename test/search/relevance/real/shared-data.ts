import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../../../shared/data', import.meta.url))

export const sharedDataIsPresent = existsSync(folder)

export const sharedPath = (path: string) => join(folder, path)

/** Anything that JSON may hold: recorded answers are read as they are. */
export interface Json {
  readonly [key: string]: unknown
}

export const readJson = (path: string) => JSON.parse(readFileSync(sharedPath(path), 'utf8')) as Json

/** Paths of the files in a folder whose names match, in binary order. */
export const pathsIn = (path: string, name: RegExp) => readdirSync(sharedPath(path)).filter((file) => name.test(file)).toSorted().map((file) => `${path}/${file}`)

export const listOf = (value: unknown) => (Array.isArray(value) ? (value as Json[]) : [])
export const textOf = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
export const textsOf = (value: unknown) => (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? [])

/** Milliseconds since 1970, of any date that JavaScript reads. */
export function timeOf(value: unknown): number | null {
  const time = Date.parse(textOf(value) ?? '')
  return Number.isNaN(time) ? null : time
}
