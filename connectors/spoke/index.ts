import { resolve } from 'node:path'
import { z } from 'zod'
import type { Connector } from '../../src/connector/source.js'
import { readTlsFiles } from '../shared/database/tls.js'
import { isLoopback } from './loopback.js'
import { SpokeSource } from './spoke-source.js'

const configSchema = z
  .strictObject({
    /** Where the spoke process listens. Must be https, except on loopback. */
    url: z
      .url({ protocol: /^https?$/, abort: true })
      .refine(isSafe, 'is plain HTTP to another machine: use https')
      .refine(isAnonymous, 'holds a user or a password: a hub shows its own tokens')
      .optional(),
    /** The PEM file of the authority that its certificate is from, relative to hub.yaml. Default: the public authorities. */
    ca: z.string().min(1).max(4096).optional(),
    /** The path of its spoke.yaml. The hub starts the process itself and keeps it running. */
    process: z.string().min(1).optional(),
  })
  .refine(
    ({ url, process }) => (url === undefined) !== (process === undefined),
    'needs either url (a spoke process that runs elsewhere) or process (a spoke.yaml to start)',
  )
  .refine(({ url, ca }) => ca === undefined || url?.startsWith('https:') === true, {
    path: ['ca'],
    error: 'is the authority of a certificate, so it needs a url that begins with https://',
  })
/** Inferred from its schema. */
export type SpokeConfig = z.infer<typeof configSchema>

/** A spoke process of ours, which runs beside its organisation's data. */
export const spoke: Connector<SpokeConfig> = {
  kind: 'spoke',
  configSchema,
  async open({ url, ca, process }, context) {
    const { signer, startSpoke } = context
    if (signer === undefined || startSpoke === undefined) throw new Error('the spoke connector runs in a hub only')
    if (url === undefined) return new SpokeSource(context, signer, startSpoke(resolve(context.baseFolder, process as string)))
    const trusted = await readTlsFiles({ ca }, context.baseFolder)
    return new SpokeSource(context, signer, fixed(url), trusted.ca)
  },
}

function fixed(url: string) {
  return { url: () => Promise.resolve(url.replace(/\/+$/, '')), stop: () => Promise.resolve() }
}

function isAnonymous(url: string): boolean {
  const { username, password } = new URL(url)
  return username === '' && password === ''
}

function isSafe(url: string): boolean {
  return new URL(url).protocol === 'https:' || isLoopback(url)
}
