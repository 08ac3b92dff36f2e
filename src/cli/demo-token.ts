import { readFile } from 'node:fs/promises'
import { BadUserInput, DialsError } from '../errors.js'
import { type DemoNote, demoNoteFile } from './demo-issuer.js'

/**
 * Gets an access token for an organisation from the running demonstration with that data directory. Throws SOURCE_UNAVAILABLE if none runs,
 * and BAD_USER_INPUT for an organisation or a scope that its issuer does not know.
 * @param scopes may be empty.
 */
export async function demoToken(dataFolder: string, organisation: string, scopes: readonly string[] = []): Promise<string> {
  const note = await readNote(dataFolder)
  const secret = Object.hasOwn(note.secrets, organisation) ? note.secrets[organisation] : undefined
  if (secret === undefined)
    throw new BadUserInput(`The demonstration has no organisation ${organisation}. It has ${Object.keys(note.secrets).join(', ')}.`)
  const form = { grant_type: 'client_credentials', resource: note.audience, ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }) }
  const response = await fetch(`${note.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${organisation}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  }).catch((thrown: unknown) => {
    throw notRunning(dataFolder, thrown)
  })
  const answer = (await response.json().catch(() => ({}))) as { access_token?: string; scope?: string; error_description?: string }
  if (answer.access_token === undefined)
    throw new BadUserInput(`The demonstration's issuer gives no token: ${answer.error_description ?? response.status}.`)
  const given = (answer.scope ?? '').split(' ')
  const missing = scopes.filter((scope) => !given.includes(scope))
  if (missing.length > 0)
    throw new BadUserInput(`The demonstration's issuer does not give the scope ${missing.join(' or ')} to an organisation.`)
  return answer.access_token
}

async function readNote(dataFolder: string): Promise<DemoNote> {
  try {
    return JSON.parse(await readFile(demoNoteFile(dataFolder), 'utf8')) as DemoNote
  } catch (thrown) {
    throw notRunning(dataFolder, thrown)
  }
}

function notRunning(dataFolder: string, cause: unknown): DialsError {
  const message = `No demonstration runs with the data directory ${dataFolder}. Start one with 'npm start', or give its --data-dir.`
  return new DialsError('SOURCE_UNAVAILABLE', message, { cause })
}
