import { execFileSync } from 'node:child_process'

/** Builds the program before the tests that run it, since they run the built one, as users do. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
}
