import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Conversion } from './conversion.js'
import type { Format } from './formats.js'
import { stageGeoJson, stageJson, stageNdjson } from './json/stage-json.js'
import type { Manifest } from './copies/manifest.js'
import { stageParquet } from './parquet/stage-parquet.js'
import type { StagedTable } from './staged-table.js'
import { stageCsv, stageTsv } from './text/stage-delimited.js'
import { Unreadable } from './unreadable.js'
import { writeTable } from './write-table.js'
import { stageWorkbook } from './xlsx/stage-workbook.js'

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
 * @param geojson the path of the same data as GeoJSON, whose geometries are joined where it is certain to which rows they belong.
 * @throws Unreadable if the file is not data; DialsError if the engine or a limit ends the conversion.
 */
export async function convertFile(
  path: string,
  format: Format,
  folder: string,
  parts: Omit<Conversion, 'problems'>,
  geojson?: string,
): Promise<Manifest> {
  const conversion: Conversion = { ...parts, problems: [] }
  const manifest: Manifest = { tables: [], problems: conversion.problems }
  const { size: fileBytes } = await stat(path)
  const features = geojson === undefined ? undefined : () => readFeatures(geojson, parts)
  for await (const staged of readers[format](path, conversion)) {
    conversion.signal.throwIfAborted()
    const place = { folder, scratch: conversion.scratch, name: `t${manifest.tables.length}`, fileBytes }
    manifest.tables.push(await writeTable(conversion.session, staged, place, conversion, features))
  }
  return manifest
}

/** The features of a GeoJSON file, in a folder of its own for temporary files. Undefined where it is not data. */
async function readFeatures(path: string, parts: Omit<Conversion, 'problems'>): Promise<StagedTable | undefined> {
  const scratch = join(parts.scratch, 'features')
  await mkdir(scratch)
  const { known: _, ...rest } = parts
  try {
    for await (const staged of stageGeoJson(path, { ...rest, scratch, problems: [] })) return staged
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
  }
  return undefined
}
