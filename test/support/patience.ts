/**
 * How long tests wait for what has to happen at last, in milliseconds. Many times what it takes on an idle machine: tests run beside
 * others, and no test asserts a duration. Nothing takes longer by it, but a test that fails.
 */
export const patienceMs = 60_000
