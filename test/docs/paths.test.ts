import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...markdownIn('docs')]

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

/** Text between single backticks, outside of code blocks. */
const codeOf = (text: string) => [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
/** Files and folders of this repository; patterns such as `connectors/<kind>/` name none. */
const isPath = (code: string) =>
  /^(src|connectors|migrations|docs|graphql|schemas|examples|test|bench|bin)\/[\w./-]+$/.test(code) || code === '.dependency-cruiser.cjs'

test.each(pages)('%s links to nothing that is missing', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
  expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([])
})

// Decisions are history: they may name files of their time.
test.each(pages.filter((page) => !page.startsWith('docs/decisions')))('%s names only files that exist', (page) => {
  const paths = codeOf(readFileSync(join(root, page), 'utf8')).filter(isPath)
  if (page === 'docs/architecture.md') expect(paths.length).toBeGreaterThan(30)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test.each(['README.md', 'CONTRIBUTING.md'])('%s leads to the architecture', (page) => {
  expect(readFileSync(join(root, page), 'utf8')).toContain('](docs/architecture.md)')
})
