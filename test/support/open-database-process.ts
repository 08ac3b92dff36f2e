/**
 * A process that `startHubProcess` starts: opens the database of the given folder, prints a line, and closes the database when its input
 * ends.
 */
import { openDatabase } from '../../src/database/open-database.js'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

try {
  const database = await openDatabase({ dataFolder: process.argv[2] ?? '', log })
  await database.knex.raw('select 1')
  console.log(JSON.stringify({ url: database.url }))
  process.stdin.resume().once('end', () => void database.close())
} catch (error) {
  const { name, message } = error as Error
  console.log(JSON.stringify({ refused: { name, message } }))
}
