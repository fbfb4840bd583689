// Generates the types of a schema and of operations on it, as graphql-codegen does with this in its codegen.ts.
//
//   node generate.mjs SCHEMA OPERATIONS OUT
import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

const [schema, documents, out] = process.argv.slice(2);

const config = {
  scalars: { BigInt: 'string', Bytes: 'string', Date: 'string', Decimal: 'string', JSON: 'unknown', Time: 'string', UUID: 'string' },
  strictScalars: true, // a scalar without a line above is an error
  enumsAsTypes: true,
  useTypeImports: true,
};

writeFileSync(out, await codegen({
  schema: parse(readFileSync(schema, 'utf8')),
  documents: [{ location: documents, document: parse(readFileSync(documents, 'utf8')) }],
  filename: out,
  config,
  plugins: [{ typescript: {} }, { operations: {} }],
  pluginMap: { typescript, operations },
}));
