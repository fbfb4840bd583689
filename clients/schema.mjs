// Reads the schema of a running server as any client does, by introspection, and holds it against the SDL it was made
// from.
//
//   node schema.mjs URL OUT SDL...
//
// Writes the schema to OUT. Prints what is wrong with it, and ends with 1, where graphql-js refuses it or it is not the
// same as that of the SDL files: types, fields, arguments, defaults, deprecations, descriptions and directives.
import { readFileSync, writeFileSync } from 'node:fs';
import {
  buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, validateSchema,
} from 'graphql';

const [url, out, ...files] = process.argv.slice(2);

const response = await fetch(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
  body: JSON.stringify({
    query: getIntrospectionQuery({
      descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true,
      inputValueDeprecation: true, oneOf: true,
    }),
  }),
});
const { data, errors } = await response.json();
if (errors) fail(errors.map((e) => e.message));

const served = buildClientSchema(data);
const faults = validateSchema(served);
if (faults.length) fail(faults.map((e) => e.message));
writeFileSync(out, printSchema(served));

const written = buildSchema(files.map((f) => readFileSync(f, 'utf8')).join('\n'));
const [a, b] = [written, served].map((s) => printSchema(lexicographicSortSchema(s)).split('\n'));
const first = a.findIndex((line, i) => line !== b[i]);
if (first >= 0 || a.length !== b.length) {
  const at = first < 0 ? a.length : first;
  fail(['the SDL and what is served part here:', ...a.slice(at - 3, at + 3).map((l) => `- ${l}`), ...b.slice(at - 3, at + 3).map((l) => `+ ${l}`)]);
}
console.log(`${Object.keys(served.getTypeMap()).length} types`);

function fail(lines) {
  console.error(lines.join('\n'));
  process.exit(1);
}
