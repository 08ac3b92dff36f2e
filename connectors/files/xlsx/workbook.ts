import type { StagedTable } from '../staged-table.js'
export async function* stageWorkbook(): AsyncGenerator<StagedTable> { throw new Error('not yet') }
