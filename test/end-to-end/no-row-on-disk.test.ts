import { execFileSync } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { startIssuer, type TestIssuer } from '../support/issuer.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

const tmpfsMagic = 0x01021994
const isHere =
  process.platform === 'linux' &&
  (await statfs('/dev/shm').then(
    ({ type }) => type === tmpfsMagic,
    () => false,
  ))
if (!isHere) console.warn('The test of rows on the disk of the hub is skipped: it needs Linux with a tmpfs at /dev/shm')

const rows = 200_000
const mark = 'this-is-a-row-of-a-spoke'
const table = (spoke: string) =>
  `id,note\n${Array.from({ length: rows }, (_, at) => `${at},${mark} ${spoke} ${at} ${'x'.repeat(80)}`).join('\n')}\n`

/** Bytes that a process has sent to storage, and kilobytes of it that are swapped out. */
async function touched(pid: number): Promise<{ written: number; swapped: number }> {
  const [io, status] = await Promise.all([readFile(`/proc/${pid}/io`, 'utf8'), readFile(`/proc/${pid}/status`, 'utf8')])
  return { written: Number(/^write_bytes: (\d+)$/m.exec(io)?.[1]), swapped: Number(/^VmSwap:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) }
}

/** Not the hub's: the spokes that it started, and the catalogue, whose profiles of open columns have a few values. */
const others = ['spokes', 'postgres']

/** Files below a folder that hold the mark of a row; what cannot be read is somebody else's. */
async function marked(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter(({ name }) => !others.includes(name))
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return marked(path)
      return entry.isFile() && (await readFile(path).catch(() => Buffer.alloc(0))).includes(mark) ? [path] : []
    }),
  )
  return found.flat()
}

describe.skipIf(!isHere)('no row of a spoke touches the disk of the hub', () => {
  let workspace: Workspace
  let hub: TestHub
  let issuer: TestIssuer
  let pid: number
  beforeAll(async () => {
    issuer = await startIssuer()
    workspace = await openWorkspace({
      'hub.yaml': `${hubYaml({ camden: childSpoke('camden'), barnet: childSpoke('barnet') })}
engineMemoryMb: 320
issuers: ${JSON.stringify([issuer.config])}
`,
      ...Object.fromEntries(
        ['camden', 'barnet'].flatMap((spoke) => [
          [`${spoke}/spoke.yaml`, spokeYaml(spoke)],
          [`${spoke}/data/notes.csv`, table(spoke)],
        ]),
      ),
    })
    hub = await startTestHub(workspace.hubYaml)
    await hub.harvested('camden', 'barnet')
    pid = Number(
      execFileSync('pgrep', ['-P', String(hub.process.pid)], { encoding: 'utf8' })
        .trim()
        .split('\n')[0],
    )
  })
  afterAll(async () => {
    expect(await hub.stop()).toBe(0)
    await issuer.close()
    await workspace.remove()
  })

  const from = { union: ['camden/notes/notes', 'barnet/notes/notes'] }
  const heavy = {
    from,
    groupBy: [{ column: 'note' }],
    measures: [{ function: 'MEDIAN', column: 'id' }],
    orderBy: [{ column: 'note' }],
    limit: 10,
  }
  const ask = (input: object, token?: string) =>
    hub.ask<{ query: { rows: unknown[][]; sources: { bytes: number }[] } }>(
      'query ($input: QueryInput!) { query(input: $input) { rows sources { bytes } } }',
      { input },
      token === undefined ? {} : { authorization: `Bearer ${token}` },
    )

  async function untouched(work: () => Promise<void>): Promise<void> {
    const before = await touched(pid)
    let looks = 0
    let isOver = false
    const looking = (async () => {
      for (; !isOver || looks === 0; looks++) {
        expect(await marked(hub.dataFolder)).toEqual([])
        expect((await readdir(tmpdir())).filter((name) => /duckdb|\.tmp$|\.block$/.test(name))).toEqual([])
      }
    })()
    await work().finally(() => {
      isOver = true
    })
    await looking
    const after = await touched(pid)
    expect(after.swapped).toBe(before.swapped)
    // Its log and its sockets are none of storage; what there is comes from neither rows nor parts.
    expect(after.written - before.written).toBeLessThan(256 * 1024)
  }

  it('where all of them are pulled to it, and counted', async () => {
    await untouched(async () => {
      const { data, errors } = await ask({
        from,
        measures: [
          { function: 'MEDIAN', column: 'id' },
          { function: 'COUNT_DISTINCT', column: 'id' },
        ],
      })
      expect(errors).toBeUndefined()
      expect(data?.query.rows).toEqual([[(rows - 1) / 2, rows]])
      expect(data?.query.sources.every(({ bytes }) => bytes > 100_000)).toBe(true)
    })
  })

  it('where they do not fit into its memory, which is RESULT_TOO_LARGE and names the operator', async () => {
    await untouched(async () => {
      const { errors } = await ask(heavy)
      expect(errors?.[0]?.extensions.code).toBe('RESULT_TOO_LARGE')
      expect(errors?.[0]?.message).toMatch(/AGGREGATE/)
    })
  })

  it('where they fit into the memory that is kept for tokens', async () => {
    const token = await issuer.token()
    await untouched(async () => {
      const { data, errors } = await ask(heavy, token)
      expect(errors).toBeUndefined()
      expect(data?.query.rows).toHaveLength(10)
    })
  })
})
