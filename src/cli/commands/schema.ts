import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'

interface Options {
  write?: string
  directives?: string
  configSchemas?: string
}

/** `dials schema` */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the schema of the graph')
    .option('--write <file>', 'write it to a file instead')
    .option('--directives <file>', 'write the declarations of the access directives instead')
    .option('--config-schemas <folder>', 'write the JSON Schemas of hub.yaml and spoke.yaml instead')
    .action(async ({ write, directives, configSchemas }: Options) => {
      if (configSchemas !== undefined) {
        const { configJsonSchemas } = await import('../config-json-schemas.js')
        await mkdir(configSchemas, { recursive: true })
        for (const [name, schema] of Object.entries(configJsonSchemas()))
          await writeFile(join(configSchemas, name), `${JSON.stringify(schema, null, 2)}\n`)
        return
      }
      if (directives !== undefined) {
        const { directivesSdl } = await import('../../api/access/directives.js')
        await writeFile(directives, directivesSdl)
        return
      }
      const { createSchema, printGraph } = await import('../../api/schema.js')
      const text = printGraph(await createSchema())
      if (write === undefined) process.stdout.write(text)
      else await writeFile(write, text)
    })
}
