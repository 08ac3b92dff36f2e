import { test } from 'vitest'
import { isLong, long } from './long.js'

/** A test that takes too long for `npm test`, which skips it and says so. */
export function longTest(name: string, body: () => Promise<unknown>): void {
  test(name, { tags: [long] }, async (context) => {
    if (isLong) return void (await body())
    console.warn(`NOT RUN: ${context.task.fullTestName}. It takes long: npm run test:long`)
    context.skip('it takes long: npm run test:long')
  })
}
