import { isWebUrl } from '../connector/web-url.js'

/** An event without the URLs that may not be offered as links, and the places where they were. */
interface Kept {
  readonly event: unknown
  readonly leftOut: readonly string[]
}

/** Leaves out URLs of a dataset that are not of the web, such as `javascript:`. Nothing of the event is checked yet. */
export function keepWebUrls(event: unknown): Kept {
  const leftOut: string[] = []
  const without = (value: unknown, place: string, ...names: string[]): unknown => {
    const bad = names.filter((name) => isUnsafe(memberOf(value, name)))
    if (bad.length === 0) return value
    leftOut.push(...bad.map((name) => `${place}${name}`))
    return Object.fromEntries(Object.entries(value as object).filter(([name]) => !bad.includes(name)))
  }
  const dataset = without(memberOf(event, 'dataset'), '', 'landingPage')
  const licence = without(memberOf(dataset, 'licence'), 'licence.', 'url')
  const given = memberOf(dataset, 'distributions')
  const distributions: unknown = Array.isArray(given)
    ? given.map((one, at) => without(one, `distributions.${at}.`, 'accessUrl', 'downloadUrl'))
    : given
  if (leftOut.length === 0) return { event, leftOut }
  const kept = { ...(dataset as object), ...(licence === undefined ? {} : { licence }), distributions }
  return { event: { ...(event as object), dataset: kept }, leftOut }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function isUnsafe(value: unknown): boolean {
  return typeof value === 'string' && !isWebUrl(value)
}
