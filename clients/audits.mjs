// Runs the audits of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/) that graphql-http has, and
// prints what came of each as JSON.
//
//   node audits.mjs URL
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
