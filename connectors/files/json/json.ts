import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Conversion } from '../convert.js'
import type { StagedTable } from '../staged-table.js'
import { asUtf8, type Utf8Text } from '../text/as-utf8.js'
import { list } from '../text/column-names.js'
import { Unreadable } from '../unreadable.js'
import { elementsOf } from './elements.js'
import { stageFeatures } from './geojson.js'
import { linesOf } from './lines.js'
import { isObject } from './members.js'
import { RowWriter } from './row-writer.js'
import { stageRows } from './stage-rows.js'

const linesShown = 5
const headBytes = 65_536

/** A JSON file: a list of objects, an object a line, or a GeoJSON FeatureCollection under another name. */
export async function* stageJson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  const text = await asUtf8(path, conversion)
  const head = await beginning(text.path, text.start)
  if (/^\s*\{/.test(head)) {
    const line = head.trimStart().split('\n', 1)[0] as string
    const whole = isObject(line)
    // A whole object on the first line is one row of many, unless it says that it is the collection.
    if (/"type"\s*:\s*"FeatureCollection"/.test(whole ? line.slice(0, 1000) : head)) yield* stageFeatures(text, conversion)
    else if (whole || line.length > headBytes / 2) yield* stageLines(text, conversion)
    else throw new Unreadable('The file is one JSON object, not a list of objects: its rows cannot be told. Publish the list alone, or an object a line.')
    return
  }
  const writer = new RowWriter(join(conversion.scratch, 'rows'))
  try {
    let number = 0
    for await (const elements of elementsOf(text.path, { start: text.start, signal: conversion.signal })) {
      for (const element of elements) {
        number++
        if (!isObject(element)) throw new Unreadable(`Element ${number} of the list is not a JSON object: every row needs the names of its columns.`)
        writer.add(element)
      }
      await writer.flush()
    }
  } finally {
    await writer.close()
  }
  yield stageRows(writer, conversion, text.problems)
}

/** An NDJSON file: an object a line. A line that is none is left out, and told. */
export async function* stageNdjson(path: string, conversion: Conversion): AsyncGenerator<StagedTable> {
  yield* stageLines(await asUtf8(path, conversion), conversion)
}

async function* stageLines(text: Utf8Text, conversion: Conversion): AsyncGenerator<StagedTable> {
  const writer = new RowWriter(join(conversion.scratch, 'rows'))
  const bad: number[] = []
  let badTotal = 0
  let number = 0
  try {
    for await (const lines of linesOf(text.path, text.start, conversion.signal)) {
      for (const line of lines) {
        number++
        if (line.trim() === '') continue
        if (isObject(line)) writer.add(line)
        else if (++badTotal <= linesShown) bad.push(number)
      }
      await writer.flush()
    }
  } finally {
    await writer.close()
  }
  if (writer.rows === 0) throw new Unreadable('No line of the file is a JSON object. It must hold a list of objects, or an object a line.')
  const told = `${list(bad, 'Line', 'Lines', badTotal)}: not a JSON object; left out. A last such line means that the file was cut short.`
  yield stageRows(writer, conversion, badTotal === 0 ? text.problems : [...text.problems, told])
}

async function beginning(path: string, start: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, start)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
