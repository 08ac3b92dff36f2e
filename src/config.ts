/** All that an operator sets: hub.yaml, spoke.yaml and the environment. Over 300 lines, since most of them describe a setting each. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { checkForm, type Fault } from './connector/check-form.js'
import { slugForm } from './connector/identifier-forms.js'
import { pathText } from './connector/issue-text.js'
import { offsetOf } from './connector/yaml-place.js'
import { beginningOf, ConfigError } from './errors.js'

const slug = z.string().regex(slugForm, 'must be lower-case letters, digits and single hyphens: camden').max(60)
const port = z.number().int().min(0).max(65_535)

const organisationSchema = z.strictObject({
  /** By default the name in kebab-case: london-borough-of-camden. */
  id: slug.optional(),
  name: z.string().min(1).max(300),
  /** The ONS code of the authority: E09000007. */
  gss: z
    .string()
    .regex(/^[A-Z]\d{8}$/, 'must be an ONS code: E09000007')
    .optional(),
})

const sourceConfig = { connector: z.string().min(1), config: z.unknown().optional() }

const tlsSchema = z.strictObject({ cert: z.string().min(1), key: z.string().min(1) })

/** Where a server listens. Other machines reach it over TLS, unless that is said twice: by `host` and by `plainHttp`. */
const listening = {
  /** Address to listen on. Default 127.0.0.1: put a TLS proxy in front, or give `tls`. 0.0.0.0 is every address of this machine. */
  host: z.string().min(1).optional(),
  /** Certificate and key, PEM files relative to this one. */
  tls: tlsSchema.optional(),
  /** Whether other machines may use plain HTTP, as a TLS proxy on another machine does. Default false. */
  plainHttp: z.boolean().optional(),
}

function isGuarded({ host, tls, plainHttp }: { host?: string | undefined; tls?: object | undefined; plainHttp?: boolean | undefined }) {
  return host === undefined || isLoopback(host) || tls !== undefined || plainHttp === true
}
const unguarded = {
  path: ['host'],
  error:
    'lets other machines in over plain HTTP, which anybody between may read: give tls: { cert, key }, or listen on 127.0.0.1 behind a TLS proxy. Where the proxy is on another machine, say it twice: plainHttp: true',
}

/** The address of a server that is trusted for what it says: HTTPS, except on loopback. */
export const webAddress = z
  .url({
    protocol: /^https?$/,
    abort: true,
    error: ({ input }) => (input === undefined ? undefined : 'must be a URL: https://identity.london.example'),
  })
  .refine(isSafe, 'is plain HTTP to another machine, or holds a password: use https, and no password')
  .refine(({ length }) => length <= 500, 'must have no more than 500 characters')

/** An issuer whose tokens are accepted: its keys, its organisations, and what its tokens may hold. */
const issuerEntry = z.strictObject({
  /** The exact `iss` of its tokens. */
  issuer: webAddress,
  /** The URL of its public keys (a JWK Set). HTTPS, except on loopback. */
  jwks: webAddress,
  /** The PEM file of the private authority that the certificate of `jwks` is from, relative to this file. Default: the public authorities. */
  ca: z.string().min(1).max(4096).optional(),
  /** The only accepted `aud`. */
  audience: z.string().min(1).max(500),
  /** Accepted signature algorithms. Default EdDSA, ES256, RS256, PS256. */
  algorithms: z
    .array(
      z.enum(
        ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
        "must be a signature by a private key, such as EdDSA or ES256: 'none' and the HS family are never taken",
      ),
    )
    .min(1)
    .max(20)
    .optional(),
  /** The claim with the id of the organisation that the token speaks for. Default `organisation`. */
  organisationClaim: z.string().min(1).max(200).optional(),
  /** The ids of the organisations that its tokens may name; a token with another is refused. */
  organisations: z.array(slug).max(1000),
  /** Scopes that its tokens may give; others are dropped. Default: all that do not begin with `hub:` or `audit:`. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'must be a scope: agreements:write'))
    .max(100)
    .optional(),
})
const usesAuthority = ({ jwks, ca }: { jwks?: string | undefined; ca?: string | undefined }) =>
  ca === undefined || jwks?.startsWith('https:') === true
const noAuthority = { path: ['ca'], error: 'is the authority of a certificate, so it needs a jwks that begins with https://' }
const issuerSchema = issuerEntry.refine(usesAuthority, noAuthority)
/** An issuer of tokens in hub.yaml or spoke.yaml. */
export type IssuerConfig = z.infer<typeof issuerSchema>

const haveNoTwins = (issuers: readonly { issuer: string }[]) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length
const twins = 'two entries have one issuer: make them one'

/** Issuers without duplicates. */
export const issuersSchema = z.array(issuerSchema).max(100).refine(haveNoTwins, twins)

/** The same at a spoke, which verifies no viewer's token: it needs no keys and no audience, but takes them. */
const pinnedIssuersSchema = z
  .array(issuerEntry.partial({ jwks: true, audience: true }))
  .max(100)
  .refine(haveNoTwins, twins)

/** Organisations, and the public keys by which they sign agreements. */
const signatoriesSchema = z
  .array(
    z.strictObject({
      id: slug,
      /** The file of its public keys (a JWK Set), relative to this one. Keys that it used before stay in it: what they have signed goes on to count. */
      keys: z.string().min(1).max(4096),
    }),
  )
  .max(1000)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two entries have one id: make them one')

/** Limits of a harvest, and how it decides which datasets are gone. */
const harvestLimitsSchema = z.strictObject({
  /** If a source sends more records, the rest is not read and nothing is removed. Default 1,000,000. */
  recordsMax: z.number().int().min(1).max(100_000_000).optional(),
  /** Kilobytes of one dataset's description; a larger one becomes a problem. Default 4096. */
  recordKbMax: z.number().int().min(1).max(65_536).optional(),
  /** After this time the harvest has failed; what it has read is kept. Default 30. */
  timeoutMinutes: z.number().min(0.01).max(1_440).optional(),
  /** The next complete harvest archives a dataset that has been missing for so long. Default 30. */
  archiveAfterDays: z.number().min(0).max(36_500).optional(),
  /** A harvest is held, and removes nothing, if it would remove more than this share of the datasets. Default 50. */
  shrinkPercentMax: z.number().min(0).max(100).optional(),
  /** Fewer than so many may always be removed. Default 10. */
  shrinkFrom: z.number().int().min(1).max(1_000_000).optional(),
  /** A source that sends only changes is read in full again after so many days. Default 7. */
  wholeEveryDays: z.number().min(0).max(365).optional(),
})
/** The limits in hub.yaml, for all spokes or for one. */
export type HarvestLimitsConfig = z.infer<typeof harvestLimitsSchema>

/** hub.yaml */
export const hubConfigSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    /** The issuer of this hub's own tokens; spokes pin it. Default: made from the name (`urn:seven-dials:…`). */
    issuer: z.string().min(1).max(500).optional(),
    ...listening,
    /** Default 4000; 0 takes any free port. `--port` overrides it. */
    port: port.optional(),
    /**
     * Origins whose pages may use the graph from a browser (`https://dashboards.example`), `loopback` for pages of the browser's own machine
     * at any port, or `*` for all, which is safe because cookies are never used. Default: only the hub's own.
     */
    cors: z
      .strictObject({
        origins: z
          .array(
            z.union([
              z.literal('*'),
              z.literal('loopback'),
              z.string().regex(/^https?:\/\/[^/\s]+$/, 'must be an origin, without a path: https://dashboards.example'),
            ]),
          )
          .max(1000),
      })
      .optional(),
    /** Addresses or networks of proxies whose `X-Forwarded-For` header is trusted (10.0.0.0/8). Default: none. */
    trustedProxies: z
      .array(z.string().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'must be an address or a network: 10.0.0.0/8'))
      .max(100)
      .optional(),
    /** Minutes between two harvests of a spoke. Default 60. */
    harvestEveryMinutes: z.number().min(0.1).max(10_080).optional(),
    /** Spokes that are harvested at once. Default 50. */
    harvestsAtOnce: z.number().int().min(1).max(500).optional(),
    /** Harvest limits for spokes that set none of their own. */
    harvest: harvestLimitsSchema.optional(),
    /** What the audit log records. */
    audit: z
      .strictObject({
        /**
         * Reads of OPEN data without a token: each one by itself, with a receipt; or, for an open portal under load, as a count for each table and
         * hour, without. Default EACH.
         */
        anonymousOpenReads: z.enum(['EACH', 'COUNTED']).optional(),
      })
      .optional(),
    /** Megabytes of the engine's memory, for all queries together. A fifth of it is for queries without a token. Default 1024. */
    engineMemoryMb: z.number().int().min(64).max(1_000_000).optional(),
    /** The prefix of this hub's index names on the Meilisearch server of MEILI_URL, which several hubs may share. Default `seven-dials-`. */
    searchPrefix: z
      .string()
      .regex(/^[a-zA-Z0-9_-]{1,100}$/, 'must be letters, digits, hyphens and underscores: london-')
      .optional(),
    /** Organisations that make agreements here, with the public keys by which they sign. Default none: then nobody can sign one. */
    organisations: signatoriesSchema.optional(),
    /** A file of purposes of this hub, beside those of the program. */
    purposes: z.string().min(1).max(4096).optional(),
    /** Issuers whose tokens this graph accepts, beside the hub's own operator tokens. Default none. */
    issuers: issuersSchema.optional(),
    spokes: z
      .array(
        z.strictObject({
          id: slug,
          title: z.string().min(1).max(300).optional(),
          organisation: organisationSchema,
          harvest: harvestLimitsSchema.optional(),
          ...sourceConfig,
        }),
      )
      .min(1)
      .max(500)
      .refine((spokes) => new Set(spokes.map(({ id }) => id)).size === spokes.length, 'two spokes have one id: give each its own'),
  })
  .refine(isGuarded, unguarded)
/** hub.yaml, checked. */
export type HubConfig = z.infer<typeof hubConfigSchema>

/** spoke.yaml */
export const spokeConfigSchema = z
  .strictObject({
    id: slug,
    /** The only hub whose tokens this spoke accepts. May only be absent if a hub starts this spoke itself. */
    hub: z.strictObject({ issuer: z.string().min(1).max(500), jwks: z.string().min(1) }).optional(),
    /**
     * Issuers by whose tokens viewers may read what is shared with their organisation, and the organisations that each may speak for here. The
     * hub states who asks, and verifies the token: only `issuer` and `organisations` count here. Default none.
     */
    issuers: pinnedIssuersSchema.optional(),
    /**
     * The id of the organisation whose data this spoke has, as hub.yaml gives it. Its own tokens open all tables here. Default: what the hub
     * that starts this spoke says; without that, no organisation's.
     */
    organisation: slug.optional(),
    /**
     * Organisations whose agreements this spoke believes, with the keys that it pins: both parties of an agreement have to be here. Default: those
     * of the hub that starts this spoke; without that none, and no agreement opens anything.
     */
    organisations: signatoriesSchema.optional(),
    /** A file of purposes of this organisation, beside those of the program. */
    purposes: z.string().min(1).max(4096).optional(),
    /** Whether its own organisation may read the columns that identify people too. Default false. */
    ownerReadsPersonal: z.boolean().optional(),
    ...listening,
    /** Default 4100; 0 takes any free port. `--port` overrides it. */
    port: port.optional(),
    engineMemoryMb: z.number().int().min(64).max(1_000_000).optional(),
    sources: z.array(z.strictObject(sourceConfig)).min(1).max(100),
  })
  .refine(isGuarded, unguarded)
/** spoke.yaml, checked. */
export type SpokeConfig = z.infer<typeof spokeConfigSchema>

/** A place in a configuration: `['spokes', 0, 'config']`. */
type Path = readonly PropertyKey[]

/** A loaded configuration, with the folder that its relative paths start from. */
export interface Loaded<T> {
  readonly file: string
  readonly folder: string
  readonly value: T
  /** Values that came from the environment: they never appear in a log, an error or an answer. */
  readonly secrets: readonly string[]
  /** The line of a value, or of the nearest thing around it. */
  readonly lineOf: (path: Path) => number | undefined
}

/** Settings from the environment. Only this file reads it. */
export interface Environment {
  readonly databaseUrl: string | undefined
  /** A Meilisearch server to use in place of the database's own search. */
  readonly meilisearch: { readonly url: string; readonly key: string | undefined } | undefined
  readonly logLevel: string
  readonly production: boolean
  readonly threadPoolSize: number
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** The process's environment, frozen. */
export function readEnvironment(variables: Record<string, string | undefined> = process.env): Environment {
  return Object.freeze({
    databaseUrl: variables['DATABASE_URL'] || undefined,
    meilisearch: variables['MEILI_URL']
      ? Object.freeze({ url: variables['MEILI_URL'], key: variables['MEILI_KEY'] || undefined })
      : undefined,
    logLevel: variables['LOG_LEVEL'] || 'info',
    production: variables['NODE_ENV'] === 'production',
    threadPoolSize: Number(variables['UV_THREADPOOL_SIZE'] ?? 4),
    variables: Object.freeze({ ...variables }),
  })
}

/** Reads hub.yaml. Throws ConfigError with the file, the path in it, and what to do. */
export function loadHubConfig(file: string, environment: Environment): Loaded<HubConfig> {
  return load(file, hubConfigSchema, environment)
}

/** Reads spoke.yaml. Throws ConfigError. */
export function loadSpokeConfig(file: string, environment: Environment): Loaded<SpokeConfig> {
  return load(file, spokeConfigSchema, environment)
}

/** Checks a connector's own `config`, as part of its file. Throws ConfigError. */
export function parseConnectorConfig<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  loaded: Pick<Loaded<unknown>, 'file' | 'lineOf'>,
  base: Path,
): T {
  const checked = checkForm(schema, raw ?? {})
  if ('value' in checked) return checked.value
  throw configError(loaded, base, checked.faults[0])
}

/** A file beside a configuration, read as text. Throws ConfigError. */
export function readBeside(loaded: Loaded<unknown>, name: string, path: string): string {
  try {
    return readFileSync(resolve(loaded.folder, name), 'utf8')
  } catch (thrown) {
    throw new ConfigError(loaded.file, path, `the file ${name} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause: thrown,
    })
  }
}

/** Whether a URL is HTTPS or on loopback, without a user or password. */
function isSafe(url: string): boolean {
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || isLoopback(hostname)
}

/** Whether a host means this machine alone. */
export function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host)
}

function load<T>(file: string, schema: z.ZodType<T>, environment: Environment): Loaded<T> {
  const secrets: string[] = []
  const { content, lineOf } = parseYaml(file)
  const checked = checkForm(schema, substitute(content, environment, file, '', secrets))
  if ('faults' in checked) throw configError({ file, lineOf }, [], checked.faults[0])
  return { file, folder: dirname(resolve(file)), value: checked.value, secrets, lineOf }
}

function parseYaml(file: string): { content: unknown } & Pick<Loaded<unknown>, 'lineOf'> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    throw new ConfigError(file, '', code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown'})`, {
      cause: thrown,
    })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line
  const [problem] = document.errors
  if (problem !== undefined)
    throw new ConfigError(file, `line ${lines.linePos(problem.pos[0]).line}`, `it is not YAML: ${beginningOf(problem.message)}`)
  try {
    return { content: document.toJS({ maxAliasCount: 100 }) as unknown, lineOf }
  } catch (thrown) {
    throw new ConfigError(file, '', 'its aliases are too many, or refer to themselves', { cause: thrown })
  }
}

/** Names in the configuration that the graph shows to everybody. */
const shown = /^(name|id|(spokes\[\d+\]\.(id|title|connector|organisation\..*))|sources\[\d+\]\.connector)$/

/** Replaces `${NAME}` in any text by that variable; `$${` is a plain `${`. */
function substitute(value: unknown, environment: Environment, file: string, path: string, secrets: string[]): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (found, name: string | undefined) => {
      if (name === undefined) return '${'
      if (shown.test(path))
        throw new ConfigError(file, path, `is shown to everybody, and ${found} may be a secret: write the text itself here`)
      const secret = environment.variables[name]
      if (secret === undefined || secret === '') throw new ConfigError(file, path, `${found} is not set in the environment`)
      secrets.push(secret)
      return secret
    })
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, environment, file, `${path}[${index}]`, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, environment, file, path === '' ? key : `${path}.${key}`, secrets)]),
  )
}

/** Values are left out, because they may be secrets. */
function configError({ file, lineOf }: Pick<Loaded<unknown>, 'file' | 'lineOf'>, base: Path, fault: Fault): ConfigError {
  const path = [...base, ...fault.path]
  const key = fault.code === 'unrecognized_keys' ? fault.keys.slice(0, 1) : []
  return new ConfigError(file, pathText(path), fault.message, { line: lineOf([...path, ...key]) })
}
