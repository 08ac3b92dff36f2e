import { stat } from 'node:fs/promises'
import type { ColumnDescription, ColumnType } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import type { Format } from './formats.js'
import { stageGeoJson, stageJson, stageNdjson } from './json/json.js'
import type { Manifest } from './manifest.js'
import { stageParquet } from './parquet.js'
import type { StagedTable } from './staged-table.js'
import { stageCsv, stageTsv } from './text/stage-delimited.js'
import { writeTable } from './write-table.js'
import { stageWorkbook } from './xlsx/workbook.js'

/** What a reader works with. */
export interface Conversion {
  session: EngineSession
  /** An empty folder for files under way; removed afterwards. */
  scratch: string
  /** Types that the publisher demands, by column name. */
  types: ReadonlyMap<string, ColumnType>
  /** The columns that the file's table had when it was last harvested: those of a file that holds no rows now. */
  known?: readonly KnownColumn[]
  /** What is to be told of the file as a whole. */
  problems: string[]
  signal: AbortSignal
}

/** What is kept of a column for a table without rows. */
export type KnownColumn = Pick<ColumnDescription, 'name' | 'type' | 'scale'>

type Reader = (path: string, conversion: Conversion) => AsyncIterable<StagedTable>

const readers: Record<Format, Reader> = {
  parquet: stageParquet,
  csv: stageCsv,
  tsv: stageTsv,
  geojson: stageGeoJson,
  ndjson: stageNdjson,
  json: stageJson,
  xlsx: stageWorkbook,
}

/**
 * Converts one file into copies in `folder`, a table at a time.
 * @throws Unreadable where the file is no data; DialsError where the engine or a limit ends it.
 */
export async function convertFile(path: string, format: Format, folder: string, parts: Omit<Conversion, 'problems'>): Promise<Manifest> {
  const conversion: Conversion = { ...parts, problems: [] }
  const manifest: Manifest = { tables: [], problems: conversion.problems }
  const { size: fileBytes } = await stat(path)
  for await (const staged of readers[format](path, conversion)) {
    conversion.signal.throwIfAborted()
    manifest.tables.push(await writeTable(conversion.session, staged, { folder, name: `t${manifest.tables.length}`, fileBytes }))
  }
  return manifest
}
