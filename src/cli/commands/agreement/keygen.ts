import { Command } from 'commander'
import { makeAgreementKey } from '../../agreement-key.js'

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
      const kid = await makeAgreementKey(out, name)
      process.stdout.write(`Written: ${out}, the private key ${kid}\nWritten: ${name}, for the operators of hub and spokes\n`)
    })
}
