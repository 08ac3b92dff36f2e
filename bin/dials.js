#!/usr/bin/env node
// Node reads UV_THREADPOOL_SIZE once, when it starts: each running query holds one of these threads, and with the default of four, four
// long queries would stop files, DNS and every further query. So what runs queries does so as a child with the size set: sixteen queries at
// once, and some for all else. No more than that: a query takes the thread that rested longest, whose memory has grown cold or was given
// back.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * glibc reads these once, too. What many threads free, it keeps in an arena for each thread, and a large buffer in the middle of an arena
 * keeps all below it: two arenas, and a place of its own for each large buffer, give memory back after a burst of large requests.
 */
const malloc = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '4194304' }

const main = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url))
if (!existsSync(main)) {
  process.stderr.write("dials: it is not built yet: run 'npm ci' or 'npm run build' first\n")
  process.exit(1)
}
const command = process.argv[2] ?? ''
if (['demo', 'hub', 'spoke', 'connector'].includes(command)) runWithThreads()
else {
  // What only asks a hub runs no query itself, and begins in half the time without a second process.
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(main).href)
}

function runWithThreads() {
  // What serves others runs as in production unless it is told otherwise: libraries leave out checks that only developers need.
  const serves = command === 'hub' || command === 'spoke'
  // Compiled when it is first called: what answers a query now and then is never called often enough to be compiled otherwise, and a hub
  // asks many such. The heap grows by a third of what lives before it is swept: by itself Node lets garbage grow to hundreds of megabytes on a
  // large machine, and keeps them.
  const flags = ['--enable-source-maps', ...(serves ? ['--always-sparkplug', '--heap-growing-percent=33'] : [])]
  const child = spawn(process.execPath, [...flags, main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { UV_THREADPOOL_SIZE: '24', ...malloc, ...(serves ? { NODE_ENV: 'production' } : {}), ...process.env },
  })
  // Where a terminal or a supervisor sends a signal to both, the program takes the two for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm ends only the shell between it and this program, which then has another parent.
  const { ppid } = process
  const orphaned = () => process.ppid !== ppid && child.kill('SIGTERM')
  if (process.env.npm_lifecycle_event !== undefined) globalThis.setInterval(orphaned, 500).unref()
  child.once('exit', (code, signal) => {
    if (signal !== null) process.stderr.write(`dials: the program was ended by ${signal}\n`)
    process.exit(signal === null ? code : 1)
  })
}
