// Part 6 of the issue: GraphiQL, what PostgreSQL was asked, and other viewers.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

// Runs a document as GraphiQL is given it by a link.
const explore = async (s, query, variables = {}) => {
  await s.open(`#/explore?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`);
  await s.page.locator('.graphiql-query-editor .CodeMirror-line').first().waitFor();
  const run = s.page.locator('.graphiql-execute-button');
  // GraphiQL takes a moment after it is there to know what is in its editor; what it has sent is not to be sent again.
  const sent = s.page.waitForRequest((r) => r.url().endsWith('api/graphql') && r.postDataJSON().query === query).then(() => true);
  while (!(await Promise.race([sent, run.click().then(() => s.page.waitForTimeout(500)).then(() => false)])));
  await s.page.locator('.explore-status').waitFor();
};

const statements = async (s, plan) => {
  await s.button('SQL and plan').click();
  const all = s.page.locator('.explore-statements');
  await all.getByLabel('SQL').first().waitFor();
  const sql = await all.getByLabel('SQL').allInnerTexts();
  await s.page.getByRole('button', { name: plan }).click();
  await all.getByLabel('Plan').first().waitFor();
  const plans = await all.getByLabel('Plan').allInnerTexts();
  return { sql, plans, text: await all.innerText() };
};

export default {
  async 'a query, its time, its one statement and its plan'(s) {
    const { plural, label, rows } = s.domain.list;
    await explore(s, `query Look($first: Int) { ${plural}(first: $first) { nodes { ${label} } totalCount } }`, { first: 3 });
    await s.page.locator('.result-window', { hasText: `"totalCount": ${rows}` }).waitFor();
    assert.match(await s.page.locator('.explore-status').innerText(), /^[\d.]+ ms, [\d,]+ characters/);
    const { sql, plans } = await statements(s, 'EXPLAIN ANALYZE');
    assert.equal(sql.length, 1);
    assert.match(sql[0], /^SELECT/);
    assert.match(plans[0], /actual time/);
    await s.button('Hide the SQL').click();
    await s.barrierFree('explore');
  },

  async 'a mutation, the statements that it ran, and plans that do not run it again'(s) {
    const { entity, needed, plural } = s.domain.made;
    const input = { ...needed, ...s.domain.made.input };
    await explore(s, `mutation Make($input: ${entity}CreateInput!) { create${entity}(input: $input) { id } }`, { input });
    await s.page.locator('.result-window', { hasText: `"create${entity}"` }).waitFor();
    const { sql, plans, text } = await statements(s, /^EXPLAIN/);
    assert.ok(sql.some((t) => /^INSERT INTO/.test(t)), sql.join('\n'));
    assert.match(text, /Plan, without running it again/);
    assert.ok(plans.some((p) => /Insert on/.test(p) && !/actual time/.test(p)), plans.join('\n'));
    const field = Object.keys(needed)[0];
    const { data } = await s.ask(`{ rows: ${plural}(where: {${field}: {eq: ${JSON.stringify(needed[field])}}}) { nodes { id } } }`);
    assert.equal(data.rows.nodes.length, 1, 'the plan has made nothing');
    await s.ask(`mutation($id: ID!) { delete${entity}(id: $id) { id } }`, { id: data.rows.nodes[0].id });
  },

  async 'variables, headers and the history'(s) {
    const { plural } = s.domain.list;
    await explore(s, `query Counted { ${plural} { totalCount } }`);
    await s.page.locator('.result-window', { hasText: '"totalCount"' }).waitFor();
    const tools = s.page.locator('.graphiql-editor-tools');
    await tools.getByRole('button', { name: 'Headers' }).click();
    // Its editor comes a moment after its tab, and what is typed before goes nowhere.
    const headers = s.page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror');
    const written = headers.filter({ hasText: 'X-Mine' });
    for (let i = 0; i < 20 && await written.count() === 0; i++) {
      await headers.click();
      await s.page.keyboard.type('{"X-Mine": "yes"');
      await s.page.waitForTimeout(250);
    }
    await Promise.all([
      s.page.waitForRequest((r) => r.url().endsWith('api/graphql') && r.headers()['x-mine'] === 'yes'),
      s.page.locator('.graphiql-execute-button').click(),
    ]);
    await s.page.getByRole('button', { name: /history/i }).first().click();
    await s.page.locator('.graphiql-history-item', { hasText: 'Counted' }).first().waitFor();
    await s.page.getByRole('button', { name: /history/i }).first().click();
  },

  async 'a fault is told with its place'(s) {
    await explore(s, '{ nonsense }');
    await s.page.locator('.result-window', { hasText: 'nonsense' }).waitFor();
    s.forgive(/status of 400/);
  },

  async 'the list under its statement'(s) {
    const { entity } = s.domain.list;
    await s.list(entity);
    await s.page.locator('.status').getByRole('button', { name: /The statements of the/ }).click();
    await s.page.locator('.popover').getByLabel('SQL').waitFor();
    await s.button('EXPLAIN ANALYZE').click();
    await s.page.locator('.popover').getByLabel('Plan').waitFor();
    await s.page.keyboard.press('Escape');
    await s.page.locator('.status').getByRole('link', { name: 'GraphQL' }).click();
    await s.page.locator('.graphiql-execute-button').waitFor();
  },

  'viewed as somebody, and as a role': needs('roles', async (s) => {
    const { viewer, role, entity, rows, fewer, hidden } = s.domain.roles;
    await s.list(entity);
    assert.equal(await s.total(), rows);
    await s.button('View as').click();
    const form = s.dialog('View as');
    if (viewer) {
      await form.getByRole('textbox').fill(viewer);
      if (role) await form.locator('.pick button').first().click();
    }
    if (role) await form.getByLabel(role).check();
    await form.getByRole('button', { name: 'View as' }).click();
    await s.page.getByRole('button', { name: /^Viewed as/ }).waitFor();
    await s.page.waitForFunction((n) => { const count = document.querySelector('.crumbs .count')?.textContent?.replace(/\D/g, ''); return count && Number(count) < n; }, rows);
    if (fewer) assert.equal(await s.total(), fewer);
    if (hidden) {
      await s.open(`#/data/${hidden[0]}?columns=id,${hidden[1]}`);
      await s.page.locator('.failure').waitFor();
      s.forgive(/status of 4/);
    }
    await s.button('End view as').click();
    await s.list(entity);
    await s.page.waitForFunction((n) => document.querySelector('.crumbs .count')?.textContent?.replace(/\D/g, '') === String(n), rows);
  }),
};
