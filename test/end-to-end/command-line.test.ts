import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dials } from '../support/dials.js'
import { startTestSpoke } from '../support/spoke.js'

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

test.skipIf(process.platform === 'win32')('a TERM that npm passes to its shell alone ends the program behind the shell', async () => {
  const spoke = await startTestSpoke({ 'libraries.csv': 'Name\nKilburn\n' })
  await spoke.close()
  const command = `${process.execPath} bin/dials.js spoke --config ${spoke.folder}/spoke.yaml --port 0 --data-dir ${spoke.folder}/store; :`
  const shell = spawn('sh', ['-c', command], { env: { ...process.env, npm_lifecycle_event: 'start' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const closed = once(shell, 'close')
  const listening = new Promise<void>((resolve) => {
    for (const stream of [shell.stdout, shell.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('The spoke camden: ')) resolve()
      })
  })
  await Promise.race([listening, closed])
  shell.kill('SIGTERM')
  // The output ends only when no process has it any more.
  await closed
  expect(output).toContain('"msg":"stopped"')
  await spoke.remove()
})
