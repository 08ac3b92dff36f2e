/**
 * Types of the graph for GraphQL Code Generator (https://the-guild.dev/graphql/codegen): copy this folder, put your own queries under
 * `documents`, and run `npx graphql-codegen --config codegen.ts`. A running hub serves as `schema` too: http://localhost:4000/graphql
 */
export default {
  schema: '../../graphql/schema.graphql',
  documents: ['../../graphql/examples/*.graphql'],
  generates: {
    './graph.ts': {
      plugins: ['typescript-operations'],
      config: {
        // A scalar without a type here fails the run, instead of becoming `any`.
        strictScalars: true,
        useTypeImports: true,
        scalars: {
          DateTime: 'string',
          IRI: 'string',
          JSON: './cell.js#Row',
          Value: { input: 'string | number | boolean', output: './cell.js#Cell' },
        },
      },
    },
  },
}
