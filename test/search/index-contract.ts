import { describe } from 'vitest'
import type { SearchIndex } from '../../src/search/port.js'
import { changingPages } from './contract/changing-pages.js'
import { conditions } from './contract/conditions.js'
import { finding } from './contract/finding.js'
import { highlighting } from './contract/highlighting.js'
import { injection } from './contract/injection.js'
import { paging } from './contract/paging.js'
import { ranking } from './contract/ranking.js'
import { rebuilding } from './contract/rebuilding.js'
import { visibility } from './contract/visibility.js'
import { writing } from './contract/writing.js'

/** An index of its own, empty and prepared. */
export interface OpenIndex {
  readonly index: SearchIndex
  close(): Promise<void>
}

export type OpenSearchIndex = () => Promise<OpenIndex>

/** What every search index has to do, whatever is behind it. Each group opens one of its own. */
export function describeSearchIndex(name: string, open: OpenSearchIndex): void {
  describe(name, () => {
    describe('finds', () => finding(open))
    describe('ranks and sorts', () => ranking(open))
    describe('holds conditions and counts facets', () => conditions(open))
    describe('pages', () => paging(open))
    describe('pages while others write', () => changingPages(open))
    describe('highlights', () => highlighting(open))
    describe('shows nobody what it may not see', () => visibility(open))
    describe('takes text as text', () => injection(open))
    describe('is written', () => writing(open))
    describe('is built anew', () => rebuilding(open))
  })
}
