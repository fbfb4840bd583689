// Drives a running studio in Chromium, part by part, and prints what became of each check:
//
//   node studio/run.mjs http://127.0.0.1:4983/?token=... DOMAIN PICTURES|- [PART[=SECONDS]...]
//
// DOMAIN is a file of this directory that says what there is to see: what the checks know of the data comes from there.
// PICTURES is a directory for the pictures of docs/studio.md, and for those of checks that fail. Without PART those are made that
// every studio has. SECONDS are for a part that measures.
import { Driver } from './driver.mjs';

const [, , start, name, pictures, ...only] = process.argv;
const parts = ['see', 'filter', 'values', 'follow', 'change', 'conflict', 'export', 'explore', 'schema', 'feel', 'pictures'];
const { domain } = await import(`./${name}.mjs`);
const driver = await Driver.launch(start, domain, pictures);
const results = [];
for (const named of only.length > 0 ? only : parts) {
  const [part, seconds] = named.split('=');
  driver.time = Number(seconds);
  const checks = (await import(`./${part}.mjs`)).default;
  for (const [check, run] of Object.entries(checks)) {
    if (run.needs && domain[run.needs] === undefined) continue;
    results.push(await driver.check(part, check, run));
  }
}
await driver.close();
process.stdout.write(JSON.stringify({ results, barriers: driver.barriers, complaints: driver.complaints }));
