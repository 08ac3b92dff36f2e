import { readFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose'
import { replaceFile } from '../../../../connectors/shared/replace-file.js'
import { ConfigError } from '../../../errors.js'

const help = `
The first file is the secret: keep it where only those are who sign for the organisation. The second, <file>.jwks.json, is for the operators of the hub and of the
spokes, who name it under organisations. A later key is added to it, so that what the earlier ones have signed goes on to count.
`

/** `dials agreement keygen` */
export function agreementKeygenCommand(): Command {
  return new Command('keygen')
    .description('make a key by which an organisation signs agreements')
    .requiredOption('--out <file>', 'where to write the private key (a JWK); it is never replaced')
    .option('--public <file>', 'the JWK Set of its public keys, to which the new one is added (default: <file>.jwks.json)')
    .addHelpText('after', help)
    .action(async ({ out, public: name = `${out}.jwks.json` }: { out: string; public?: string }) => {
      const known = await publicKeys(name)
      const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
      const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
      const text = JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'EdDSA', use: 'sig' })
      await writeFile(out, `${text}\n`, { flag: 'wx', mode: 0o600 }).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== 'EEXIST') throw thrown
        throw new ConfigError(out, '', 'is there already, and a key is never replaced: give --out another name')
      })
      const added = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
      await replaceFile(name, `${JSON.stringify({ keys: [added, ...known.keys] })}\n`)
      process.stdout.write(`Written: ${out}, the private key ${kid}\nWritten: ${name}, for the operators of hub and spokes\n`)
    })
}

async function publicKeys(file: string): Promise<JSONWebKeySet> {
  const text = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return '{"keys":[]}'
    throw thrown
  })
  try {
    const known = JSON.parse(text) as JSONWebKeySet
    if (Array.isArray(known.keys)) return known
  } catch {
    // Told below.
  }
  throw new ConfigError(file, '', 'is not a JWK Set: give --public another name')
}
