import { readdirSync } from 'node:fs'
import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath } from '../support/chromium.js'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const config = file('examples/london/hub.yaml')

let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  database = await freshDatabase()
  hub = await startTestHub(config, { env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet', 'lambeth', 'wandsworth', 'gla')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
})

/** The undecoded answer; `fetch` would decode it. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(`${hub.url}${path}`, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string>, body: Buffer.concat(chunks) }),
      )
    }).on('error', reject)
  })
}

describe('the page', () => {
  test('allows only scripts in the hub’s own files, no other host and no frame around it', async () => {
    const { status, headers, body } = await raw('/graphiql')
    expect(status).toBe(200)
    const policy = headers['content-security-policy'] ?? ''
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy.split('; ')).toContain(rule)
    }
    expect(policy).not.toMatch(/unsafe-eval|wasm|https?:|\*/)
    expect(
      policy
        .split('; ')
        .filter((rule) => rule.includes('unsafe-inline'))
        .map((rule) => rule.split(' ')[0]),
      'attributes of the editor’s lines',
    ).toEqual(['style-src-attr'])
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    expect(body.toString()).not.toMatch(/https?:/)
  })

  test('has a nonce of its own each time', async () => {
    const nonces = await Promise.all([raw('/graphiql'), raw('/graphiql')]).then((pages) =>
      pages.map(({ headers }) => /nonce-([^']+)/.exec(headers['content-security-policy'] ?? '')?.[1]),
    )
    expect(new Set(nonces).size).toBe(2)
  })

  test('is where only a browser that opens /graphql is redirected', async () => {
    const html = 'text/html,application/xhtml+xml,*/*;q=0.8'
    expect(await raw('/graphql', { accept: html })).toMatchObject({ status: 303, headers: { location: 'graphiql' } })
    expect((await raw('/graphql?query=%7B__typename%7D', { accept: html, 'apollo-require-preflight': 'yes' })).status).toBe(200)
    expect((await raw('/graphql', { accept: 'application/json' })).status).toBe(400)
  })
})

describe('its files', () => {
  const script = async () => /src="(graphiql\/[\d.]+\/graphiql\.js)"/.exec((await raw('/graphiql')).body.toString())?.[1] ?? ''

  test('are compressed as the browser accepts, may be cached for ever, and are not sent again', async () => {
    const path = `/${await script()}`
    const plain = await raw(path)
    expect(plain).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
    })
    const brotli = await raw(path, { 'accept-encoding': 'gzip, deflate, br' })
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' })
    expect(brotli.body.length).toBeLessThan(plain.body.length / 3)
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true)
    const zipped = await raw(path, { 'accept-encoding': 'gzip' })
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
    expect(new Set([plain, brotli, zipped].map(({ headers }) => headers['etag'])).size).toBe(3)
    const again = await raw(path, { 'accept-encoding': 'br', 'if-none-match': brotli.headers['etag'] ?? '' })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test('of our own are revalidated each time', async () => {
    const first = await raw('/graphiql/start.js')
    expect(first.headers['cache-control']).toBe('no-cache')
    expect((await raw('/graphiql/start.js', { 'if-none-match': first.headers['etag'] ?? '' })).status).toBe(304)
  })

  test('are no others', async () => {
    const folder = (await script()).replace('graphiql.js', '')
    for (const path of [`/${folder}favicon`, `/${folder}constructor`, '/graphiql/page.html', '/graphiql/..%2f..%2fpackage.json'])
      expect((await raw(path)).status, path).toBe(404)
  })
})

if (chromiumPath === undefined)
  console.warn('NOT RUN: GraphiQL in a browser. There is no chromium in PATH; on Debian: apt-get install --no-install-recommends chromium')

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let browser: Browser
  let page: Page
  let requests: { url: string; method: string; authorization: string | undefined; body: string }[]
  let complaints: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }), args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    requests = []
    complaints = []
    page = await (await browser.newContext()).newPage()
    page.on('request', (request) =>
      requests.push({
        url: request.url(),
        method: request.method(),
        authorization: request.headers()['authorization'],
        body: request.postData() ?? '',
      }),
    )
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error('violated', violatedDirective, blockedURI))`,
    )
    await page.goto(`${hub.url}/graphiql`)
    await page.getByRole('button', { name: /execute/i }).waitFor()
  })
  afterEach(() => page.context().close())

  const operations = (text: string) => requests.filter(({ method, body }) => method === 'POST' && body.includes(text))
  const answer = () => page.locator('.result-window')

  /** After a change of tabs the editor briefly runs the operation of the tab before, so the run is repeated. */
  async function run(press: () => Promise<void>, answered: string): Promise<void> {
    const attempt = async () => {
      await press()
      return answer()
        .getByText(answered)
        .first()
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        )
    }
    await expect.poll(attempt).toBe(true)
  }
  const execute = () => page.getByRole('button', { name: /execute/i }).click()

  /** Presses Tab until an element that fits has the focus. */
  async function tabTo(selector: string): Promise<void> {
    for (let pressed = 0; pressed < 40; pressed += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return
    }
    throw new Error(`Tab does not lead to ${selector}`)
  }

  test('shows the examples, runs one, and requests nothing from other hosts', async () => {
    const names = readdirSync(file('graphql/examples')).length
    expect(await page.getByRole('tab').count()).toBeGreaterThanOrEqual(names)
    await page.getByRole('tab', { name: 'Spokes' }).click()
    await run(execute, '"London Borough of Camden"')
    // The three workers of the editor run too.
    await expect
      .poll(() =>
        requests
          .filter(({ url }) => url.endsWith('-worker.js'))
          .map(({ url }) => url.replace(/.*\//, ''))
          .sort(),
      )
      .toEqual(expect.arrayContaining(['editor-worker.js', 'graphql-worker.js', 'json-worker.js']))
    expect(requests.filter(({ url }) => !url.startsWith(`${hub.url}/`) && !url.startsWith('data:'))).toEqual([])
    expect(complaints).toEqual([])
    expect(new Set(operations('Spokes').map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
    expect(page.url(), 'no query text in the address').toBe(`${hub.url}/graphiql`)
  })

  test('by the keyboard alone a token is given and an example is run; the token is sent, and kept for this tab only', async () => {
    const token = (await printedToken()).trim()
    await tabTo('#token')
    expect(await page.getByLabel('Bearer token').isVisible()).toBe(true)
    await page.keyboard.insertText(token)
    await tabTo('.graphiql-tab-button')
    for (let more = 0; more < 12 && !(await page.evaluate(`document.activeElement?.textContent === 'Spokes'`)); more += 1)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Spokes', selected: true }).waitFor()
    await tabTo('.graphiql-editor')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(`document.activeElement.matches('.graphiql-editor *')`), 'Enter leads into the editor').toBe(true)
    // As the page explains: until then Tab indents.
    await page.keyboard.press('Control+m')
    await tabTo('.graphiql-execute-button')
    await run(() => page.keyboard.press('Enter'), '"London Borough of Camden"')
    expect(new Set(operations('Spokes').map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${token}`]))

    expect(await page.evaluate('Object.values(sessionStorage)')).toEqual([token])
    expect(JSON.stringify(await page.evaluate('Object.entries(localStorage)'))).not.toContain(token)
    await page.reload()
    expect(await page.getByLabel('Bearer token').inputValue()).toBe(token)
    expect(complaints).toEqual([])
  })

  test.each([
    ['a telephone', 390, 844],
    ['1280 × 800 at 400 %', 320, 200],
    ['1280 × 800', 1280, 800],
  ])('fits %s: nothing is cut, panes stack where there is no room beside, and the help folds', async (_what, width, height) => {
    await page.setViewportSize({ width, height })
    const boxOf = async (selector: string) => {
      const box = await page.locator(selector).first().boundingBox()
      return box ?? expect.fail(`${selector} is not there`)
    }
    const isStacked = width < 800
    await expect.poll(async () => (await boxOf('.graphiql-editors')).height).toBeGreaterThan(300)
    const [editors, response, run] = await Promise.all(['.graphiql-editors', '.graphiql-response', '.graphiql-execute-button'].map(boxOf))
    for (const box of [editors, response, run]) {
      expect(box!.x).toBeGreaterThanOrEqual(0)
      expect(box!.x + box!.width).toBeLessThanOrEqual(width)
    }
    if (isStacked) expect(response!.y).toBeGreaterThanOrEqual(editors!.y + editors!.height)
    else expect(response!.x).toBeGreaterThanOrEqual(editors!.x + editors!.width)
    // What is taller than a small window is scrolled to; on a large one all is in sight.
    const [pageWidth, pageHeight] = (await page.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]',
    )) as [number, number]
    expect(pageWidth).toBe(width)
    if (isStacked) expect(pageHeight).toBeGreaterThanOrEqual(response!.y + response!.height)
    else expect(pageHeight).toBe(height)
    const help = page.getByText('Sent with each operation')
    expect(await help.isVisible()).toBe(false)
    await page.getByText('Help', { exact: true }).click()
    expect(await help.isVisible()).toBe(true)
    expect(complaints).toEqual([])
  })

  test('an invalid token is answered with its error', async () => {
    await page.getByLabel('Bearer token').fill('Bearer not.a.token')
    await run(execute, 'UNAUTHENTICATED')
    expect(operations('CataloguePage').at(-1)?.authorization).toBe('Bearer not.a.token')
  })
})

/** A token as an operator makes it. */
async function printedToken(): Promise<string> {
  const program = dials(['token', '--config', config, '--data-dir', hub.dataFolder])
  expect(await program.exited).toBe(0)
  return program.output()
}
