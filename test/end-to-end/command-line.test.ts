import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dials } from '../support/dials.js'

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = dials(args)
  return { code: await program.exited, output: program.output() }
}

test('dials --version prints that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(await run('--version')).toEqual({ code: 0, output: `${version}\n` })
})

test('dials spoke and dials hub run without another word, and know no other', async () => {
  expect(await run('spoke')).toMatchObject({ code: 2, output: expect.stringContaining("required option '--config <file>'") as unknown })
  expect(await run('hub', '--config', 'none.yaml')).toMatchObject({ code: 2, output: 'dials: none.yaml: there is no such file\n' })
  expect((await run('spoke', 'innit')).code).toBe(2)
})

// Nobody may make a folder there, not even root.
test.skipIf(process.platform !== 'linux')('a data directory that this user may not use is told in words', async () => {
  const { code, output } = await run('hub', '--config', 'examples/london/hub.yaml', '--port', '0', '--data-dir', '/sys/dials')
  expect(output).toMatch(
    /^dials: \/sys\/dials: this user may not use it \(E\w+\)\. Give --data-dir a folder of this user, or run as the user whose it is\.$/m,
  )
  expect(code).toBe(1)
})
