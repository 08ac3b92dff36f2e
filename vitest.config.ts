import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { isLong, long } from './test/support/long.js'
import { patienceMs } from './test/support/patience.js'

export default defineConfig({
  resolve: {
    // One copy of graphql, or its instanceof checks fail with 'duplicate graphql modules'.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(new URL('node_modules/graphql/index.js', import.meta.url)) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts', 'test/support/global-setup.ts'],
    // As bin/dials.js sets it: what blocks with these threads would block a hub.
    env: { UV_THREADPOOL_SIZE: '24' },
    expect: { poll: { timeout: patienceMs } },
    testTimeout: 2 * patienceMs,
    hookTimeout: 2 * patienceMs,
    // Tests that wait for other programs leave a core to the rest.
    maxWorkers: 3,
    tags: [{ name: long, description: 'Runs longer, or only, in `npm run test:long`.', timeout: 60 * patienceMs }],
    ...(isLong ? { tagsFilter: [long] } : {}),
  },
})
