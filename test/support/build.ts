import { execFileSync } from 'node:child_process'

/** Tests that run the program run what is built, as users do: so it is built first. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
}
