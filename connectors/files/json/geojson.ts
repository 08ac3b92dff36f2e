import { join } from 'node:path'
import type { Conversion } from '../convert.js'
import type { StagedTable } from '../staged-table.js'
import { asUtf8, type Utf8Text } from '../text/as-utf8.js'
import { Unreadable } from '../unreadable.js'
import { elementsOf } from './elements.js'
import { eachMember, isObject } from './members.js'
import { RowWriter } from './row-writer.js'
import { type BesideColumn, stageRows } from './stage-rows.js'

/** A GeoJSON file (RFC 7946): a row for each feature, its properties and then its geometry, as GeoJSON text. */
export async function* stageGeoJson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  yield* stageFeatures(await asUtf8(path, conversion), conversion)
}

/** The features of a FeatureCollection, streamed. @throws Unreadable where there are none. */
export async function* stageFeatures(text: Utf8Text, conversion: Conversion): AsyncGenerator<StagedTable> {
  const problems = [...text.problems]
  const writer = new RowWriter(join(conversion.scratch, 'rows'))
  const ids = { whole: 0, strings: 0 }
  const beside = (member: string) => {
    if (/^"crs"/.test(member) && !/CRS84|EPSG:{1,2}(?:6\.\d+:)?4326|EPSG::4326/.test(member)) {
      problems.push('The file names a coordinate system other than WGS84 (crs); its coordinates were kept as they are, and no box will find them.')
    }
  }
  try {
    for await (const features of elementsOf(text.path, { start: text.start, member: 'features', beside, signal: conversion.signal })) {
      for (const feature of features) addFeature(writer, feature, ids)
      await writer.flush()
    }
  } finally {
    await writer.close()
  }
  if (writer.rows === 0) throw new Unreadable('The file is a FeatureCollection without features: there is nothing to read.')
  const geometry: BesideColumn = { key: 'geometry', name: 'geometry', shape: { type: 'GEOMETRY' }, reads: 'JSON', sql: 'CAST(geometry AS VARCHAR)' }
  const named = writer.columns().some(({ name }) => name.toLowerCase() === 'id')
  yield stageRows(writer, conversion, problems, named ? [geometry] : [...idColumn(ids, writer.rows), geometry])
}

function addFeature(writer: RowWriter, feature: string, ids: { whole: number; strings: number }): void {
  if (!isObject(feature)) throw new Unreadable(`Feature ${writer.rows + 1} is not valid JSON.`)
  let properties = '{}'
  const beside: Record<string, string> = {}
  eachMember(feature, (key, value) => {
    if (key === '"properties"' && value !== 'null') properties = value
    else if (key === '"geometry"') beside.geometry = value
    else if (key === '"id"') beside.id = value
  })
  if (!properties.startsWith('{')) throw new Unreadable(`Feature ${writer.rows + 1} has properties that are not an object.`)
  if (!/^(?:\{|null$)/.test(beside.geometry ?? 'null')) throw new Unreadable(`Feature ${writer.rows + 1} has a geometry that is not an object.`)
  if (/^-?\d{1,18}$/.test(beside.id ?? '')) ids.whole++
  else if (beside.id?.startsWith('"') === true) ids.strings++
  writer.add(properties, beside)
}

/** The features' own ids are a column where every feature has one, all of one kind, and no property is called so. */
function idColumn(ids: { whole: number; strings: number }, rows: number): BesideColumn[] {
  if (ids.whole === rows) return [{ key: 'id', name: 'id', shape: { type: 'INT64' }, reads: 'BIGINT', sql: 'id' }]
  return ids.strings === rows ? [{ key: 'id', name: 'id', shape: { type: 'STRING' }, reads: 'VARCHAR', sql: 'id' }] : []
}
