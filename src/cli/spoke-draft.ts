import { stringify } from 'yaml'
import { isLoopback, spokeConfigSchema, webAddress } from '../config.js'
import { kebab } from './hub-identity.js'
import type { Question } from './questions.js'

/** Answers that mean a database, in place of a folder. */
export const databases: readonly string[] = ['postgres', 'mysql']
/** The variable with the address of a database, which holds a password and so does not stand in the file. */
const databaseVariable = 'SPOKE_DATABASE_URL'
const accesses = ['OPEN', 'SHARED', 'CLOSED']
const { id: idSchema, port: portSchema } = spokeConfigSchema.shape

/** What spoke.yaml is written from. */
export const spokeQuestions = {
  organisation: {
    asks: 'The full name of the organisation',
    value: 'name',
    problem: (name) => (/^[^\p{Cc}]{1,300}$/u.test(name) && kebab(name) !== '' ? undefined : 'has to be a name: London Borough of Camden'),
  },
  id: {
    asks: 'The id of its spoke, the first part of the name of every table',
    value: 'id',
    fallback: ({ organisation = '' }) => kebab(organisation.replace(/^.*\b(?:borough|city) of /i, '')),
    problem: (id) => (idSchema.safeParse(id).success ? undefined : 'has to be lower-case letters, digits and single hyphens: camden'),
  },
  data: {
    asks: 'Its data: a folder of files, or one of postgres and mysql',
    value: 'folder',
    fallback: './data',
    problem: (data) =>
      data !== '' && !data.includes('://')
        ? undefined
        : `has to be a folder, postgres or mysql: the address of a database goes into the variable ${databaseVariable}`,
  },
  listen: {
    asks: 'Where it listens, as host:port; 0.0.0.0 lets other machines in, over TLS',
    value: 'host:port',
    fallback: '127.0.0.1:4100',
    problem: (text) => (listenOf(text) === undefined ? 'has to be a host and a port: 0.0.0.0:4100' : undefined),
  },
  hub: {
    asks: 'The address of the hub',
    value: 'url',
    problem: (url) =>
      webAddress.safeParse(url).success ? undefined : 'has to be a URL of https, or of this machine: https://hub.london.example',
  },
  access: {
    asks: 'Who may read what catalogue.yaml says nothing of: OPEN is everybody, CLOSED nobody else',
    value: 'access',
    fallback: 'CLOSED',
    problem: (access) => (accesses.includes(access) ? undefined : `has to be one of ${accesses.join(', ')}`),
  },
} as const satisfies Record<string, Question>

/** An answer to each question. */
export type SpokeAnswers = Readonly<Record<keyof typeof spokeQuestions, string>>

/** The text of a spoke.yaml, and what its operator does next, a line each. */
export interface SpokeDraft {
  readonly yaml: string
  readonly next: readonly string[]
}

/** @param hub what its tokens are issued by, and the file of its keys beside spoke.yaml. @param file what spoke.yaml is called. */
export function draftSpoke(
  { organisation, id, data, listen, access }: SpokeAnswers,
  hub: { issuer: string; jwks: string },
  file: string,
): SpokeDraft {
  const { host, port } = listenOf(listen) as Listen
  const isForAll = !isLoopback(host)
  const tls = { cert: './spoke.pem', key: './spoke-key.pem' }
  const value = { id, hub, host, port, ...(isForAll ? { tls } : {}), sources: [sourceOf(data, access)] }
  const name = ['0.0.0.0', '::'].includes(host) ? '<this machine>' : host.includes(':') ? `[${host}]` : host
  const url = `${isForAll ? 'https' : 'http'}://${name}:${port}`
  return {
    yaml: `# The spoke of ${organisation}. Every setting: schemas/spoke.schema.json\n${stringify(value, { lineWidth: 0 })}`,
    next: [
      'Next, at the spoke:',
      ...(isForAll ? [`  put its certificate into ${tls.cert} and the key of that into ${tls.key}`] : []),
      ...(databases.includes(data)
        ? [`  set the variable ${databaseVariable} to the address of the database: docs/connectors/${data}.md`]
        : []),
      `  npx dials connector check --config ${file}`,
      `  npx dials spoke --config ${file}`,
      'At the hub:',
      `  npx dials hub add-spoke --config hub.yaml --id ${id} --organisation ${JSON.stringify(organisation)} --url ${url}`,
    ],
  }
}

function sourceOf(data: string, defaultAccess: string): object {
  if (!databases.includes(data)) return { connector: 'files', config: { folder: data, defaultAccess } }
  const schemas = data === 'postgres' ? ['public'] : ['*']
  return { connector: data, config: { url: `\${${databaseVariable}}`, schemas, defaultAccess } }
}

interface Listen {
  readonly host: string
  readonly port: number
}

/** `0.0.0.0:4100`, or `[::1]:4100`. */
function listenOf(text: string): Listen | undefined {
  const { host, six, port } = /^(?:\[(?<six>[\da-f:.]+)\]|(?<host>[\w.-]+)):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {}
  const parsed = portSchema.safeParse(Number(port))
  return parsed.data === undefined ? undefined : { host: (six ?? host) as string, port: parsed.data }
}
