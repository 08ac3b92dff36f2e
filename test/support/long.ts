/** `npm run test:long` sets it, and runs nothing but the tests with the tag `long`. */
export const isLong = process.env['LONG'] === '1'

/** The tag of what `npm run test:long` runs (vitest.config.ts). */
export const long = 'long'

/**
 * How often a random test runs: `usual` times in `npm test`, `atLength` times in `npm run test:long`. `RUNS` stands in for either. Give
 * the test the tag `long`.
 */
export const runsOf = (usual: number, atLength: number): number => Number(process.env['RUNS'] ?? (isLong ? atLength : usual))

/** Where random tests begin: at `SEED`, which a failure reports, or anywhere. test/support/seed.ts sets it for all of them. */
export const seed: { seed?: number } = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
