import { test } from 'vitest'
import { isLong, long } from './long.js'

/** A test that takes too long for `npm test`, which skips it and says so. */
export function longTest(name: string, body: () => Promise<unknown>): void {
  if (!isLong) console.warn(`NOT RUN: ${name}. It takes long: npm run test:long`)
  test(name, { tags: [long], skip: !isLong }, async () => {
    await body()
  })
}
