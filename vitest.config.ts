import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { isLong, long } from './test/support/long.js'
import { patienceMs } from './test/support/patience.js'

/** Only these have tests with the tag `long`, by themselves or by a suite of tests that they run; the others are not even read. */
const longFiles = () =>
  readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`)
    .filter((path) => /support\/long|connectorContract\(|describeSearchIndex\(/.test(readFileSync(path, 'utf8')))

export default defineConfig({
  resolve: {
    // One copy of graphql, or its instanceof checks fail with 'duplicate graphql modules'.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(new URL('node_modules/graphql/index.js', import.meta.url)) }],
  },
  test: {
    include: isLong ? longFiles() : ['test/**/*.test.ts'],
    // Without SEED random tests begin anywhere, and need no setup.
    setupFiles: process.env['SEED'] === undefined ? [] : ['test/support/seed.ts'],
    globalSetup: ['test/support/build.ts', 'test/support/global-setup.ts'],
    // As bin/dials.js sets it: what blocks with these threads would block a hub.
    env: { UV_THREADPOOL_SIZE: '24' },
    expect: { poll: { timeout: patienceMs } },
    testTimeout: 2 * patienceMs,
    hookTimeout: 2 * patienceMs,
    // Tests that wait for other programs leave a core to the rest.
    maxWorkers: 3,
    // RUNS asks for as many runs as somebody wants, in as much time as they take.
    tags: [
      {
        name: long,
        description: 'Runs longer, or only, in `npm run test:long`.',
        timeout: process.env['RUNS'] === undefined ? 60 * patienceMs : 0,
      },
    ],
    ...(isLong ? { tagsFilter: [long] } : {}),
  },
})
