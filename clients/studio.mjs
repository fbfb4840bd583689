// Drives the studio of a running program in Chromium, part by part, and prints what it saw:
//
//   node studio.mjs http://127.0.0.1:4983/?token=... PICTURES|- ENTITY EDGE [FIELD]
//
// PICTURES is a directory for the pictures of docs/studio.md. EDGE is one of the entity's to-many edges, FIELD a text of it
// that may be changed. A fault of any part ends it with that part's name.
import { chromium } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const [, , start, pictures, entity, edge, field] = process.argv;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: false });
await context.grantPermissions(['clipboard-read', 'clipboard-write']);
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const base = start.replace(/\?.*/, '');
const complaints = [];
page.on('console', (m) => { if (m.type() === 'error') complaints.push(m.text().slice(0, 300)); });
page.on('pageerror', (e) => complaints.push(e.message));

const seen = {};
const barriers = [];
const cells = page.locator('[role=gridcell]');
const open = async (hash) => {
  await page.goto(base + hash);
  await page.reload();
};
const part = async (name, work) => {
  try {
    seen[name] = await work();
  } catch (error) {
    console.error(`${name}: ${error.message}\n${await page.locator('body').innerText().catch(() => '')}\n${complaints.join('\n')}`);
    process.exit(1);
  }
};
// Serious barriers, by axe-core, which is run outside the page's content security policy.
const barrierFree = async (where) => {
  const session = await context.newCDPSession(page);
  const run = `${axe}; axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', '))))`;
  const { result } = await session.send('Runtime.evaluate', { expression: run, awaitPromise: true });
  for (const b of JSON.parse(result.value)) barriers.push(`${where}: ${b}`);
};
const picture = async (name) => {
  if (pictures === '-') return;
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${pictures}/${name}.jpg`, type: 'jpeg', quality: 72 });
};

await part('opens', async () => {
  await page.goto(start);
  await cells.first().waitFor();
  return { token: page.url().includes('token'), entities: await page.locator('.entities li').count() };
});

await part('browses', async () => {
  await open(`#/data/${entity}`);
  await cells.first().waitFor();
  await page.locator('.crumbs .count').waitFor();
  await picture('browse');
  await barrierFree('browse');
  const rows = await page.locator('.crumbs .count').innerText();
  const head = page.getByRole('columnheader').nth(2).locator('.head-name');
  await head.click();
  await page.waitForFunction(() => location.hash.includes('sort='));
  return { rows: Number(rows.replace(/\D/g, '')) };
});

await part('filters', async () => {
  await open(`#/data/${entity}?where=${encodeURIComponent(JSON.stringify({ all: [[`${edge}.#`, 'gt', '0'], { any: [['id', 'neq', 'x'], [`${edge}.#`, 'gt', '3']] }] }))}`);
  await cells.first().waitFor();
  await page.locator('.pill').first().waitFor();
  await picture('filter');
  const pills = await page.locator('.pill').count();
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.pill-remove').first().click();
  await page.waitForFunction((n) => document.querySelectorAll('.pill').length === n, pills - 1);
  return { pills };
});

await part('figures', async () => {
  await open(`#/data/${entity}`);
  await cells.first().waitFor();
  await page.getByRole('button', { name: 'Figures', exact: true }).click();
  await page.locator('.bar-value').first().waitFor();
  return { total: Number(await page.locator('.bar-value').first().innerText()) };
});

await part('follows', async () => {
  await open(`#/data/${entity}`);
  await cells.first().waitFor();
  await cells.nth(1).click();
  await page.keyboard.press('Enter');
  await page.locator('.row-panel .fields').waitFor();
  const many = page.locator('.sub-grid summary', { hasText: edge });
  await many.click();
  await page.locator('.sub-grid[open] a.button').waitFor();
  await picture('row');
  await barrierFree('row');
  const count = Number((await many.locator('.chip').innerText()).replace(/\D/g, ''));
  await page.locator('.sub-grid[open] a.button').click();
  await page.locator('.crumbs li').nth(1).waitFor();
  await cells.first().waitFor();
  const total = Number((await page.locator('.crumbs .count').innerText()).replace(/\D/g, ''));
  await page.goBack();
  await page.locator('.row-panel').waitFor();
  return { count, total };
});

await part('schema', async () => {
  await open(`#/schema/${entity}`);
  await page.locator('.entity-doc').waitFor();
  await picture('schema');
  await barrierFree('schema');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Mermaid' }).click()]);
  return { boxes: await page.locator('.box').count(), mermaid: (await readFile(await file.path(), 'utf8')).split('\n')[0] };
});

await part('explores', async () => {
  await open('#/explore');
  await page.locator('.graphiql-execute-button').click();
  await page.locator('.explore-status').waitFor();
  await page.locator('.result-window', { hasText: '"data"' }).waitFor();
  const traced = page.getByRole('button', { name: 'SQL and plan' });
  let plan = '';
  if (await traced.count()) {
    await traced.click();
    await page.getByRole('button', { name: 'EXPLAIN ANALYZE' }).click();
    plan = await page.getByLabel('Plan').innerText();
  }
  await picture('explore');
  return { plan: plan.includes('actual time') };
});

await part('exports', async () => {
  await open(`#/data/${entity}?columns=id`);
  await cells.first().waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV file' }).click()]);
  return { rows: (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n').length - 1 };
});

if (field) {
  await part('changes', async () => {
    await open(`#/data/${entity}?columns=${field}`);
    await cells.nth(1).waitFor();
    const before = await cells.nth(1).innerText();
    await cells.nth(1).dblclick();
    await page.getByRole('dialog').getByRole('textbox').fill(`${before} II`);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByLabel('The mutation').waitFor();
    const mutation = await page.getByLabel('The mutation').innerText();
    await picture('review');
    await barrierFree('review');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: /Undo/ }).waitFor();
    await page.reload();
    await cells.nth(1).waitFor();
    const saved = await cells.nth(1).innerText();
    return { before, saved, versions: mutation.includes('ifVersion') };
  });
}

await part('is dark and narrow', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 800 });
  await open(`#/data/${entity}`);
  await cells.first().waitFor();
  await barrierFree('narrow and dark');
  await picture('narrow');
  return { overflow: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth) };
});

await browser.close();
console.log(JSON.stringify({ seen, barriers, complaints }));
