// Part 5 of the issue: copies and files of a list.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

export default {
  async 'CSV, all pages of it'(s) {
    const { entity, plural, rows } = s.domain.long;
    await s.list(entity, { columns: 'id' });
    await s.total();
    const { name, text } = await s.download(() => s.menu('Export', 'CSV file'));
    assert.equal(name, `${plural}.csv`);
    const lines = text.trimEnd().split('\r\n');
    assert.equal(lines.shift(), 'id');
    assert.equal(new Set(lines).size, rows, 'each row once');
    assert.equal(lines.length, rows);
  },

  async 'CSV tells NULL from an empty text, and keeps digits'(s) {
    const { entity, label, optional, plural } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${optional}` });
    const { text } = await s.download(() => s.menu('Export', 'CSV file'));
    const { data } = await s.ask(`{ rows: ${plural}(first: 100) { nodes { id ${label} ${optional} } } }`);
    const cell = (v) => (v === null ? '' : v === '' || /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
    const wanted = data.rows.nodes.map((r) => [r.id, r[label], r[optional]].map(cell).join(','));
    assert.deepEqual(text.trimEnd().split('\r\n').slice(1).join('\n').split('\n').sort(), wanted.join('\n').split('\n').sort());
  },

  async 'JSON, filtered and sorted as the list is'(s) {
    const { entity, many, label } = s.domain.list;
    await s.list(entity, { columns: `${label},${many}`, sort: `-${many}.count`, where: JSON.stringify({ all: [[`${many}.#`, 'gt', '1']] }) });
    const total = await s.total();
    const { text } = await s.download(() => s.menu('Export', 'JSON file'));
    const rows = JSON.parse(text);
    assert.equal(rows.length, total);
    assert.deepEqual(rows.map((r) => r[many]), rows.map((r) => r[many]).sort((a, b) => b - a));
    assert.deepEqual(Object.keys(rows[0]), [label, many]);
  },

  async 'written as it is read, with progress, and stopped'(s) {
    const { entity, rows } = s.domain.long;
    if (rows <= 200) return;
    await s.page.evaluate(() => {
      window.written = [];
      window.showSaveFilePicker = async () => ({
        createWritable: async () => ({
          write: async (text) => {
            window.written.push(text.length);
            window.progressAt = document.querySelector('.export-progress progress')?.value ?? null;
            if (window.slow) await new Promise((done) => { setTimeout(done, 100); });
          },
          close: async () => { window.written.push('closed'); },
          abort: async () => { window.written.push('aborted'); },
        }),
      });
    });
    await s.list(entity, { columns: 'id' });
    await s.menu('Export', 'CSV file');
    await s.page.waitForFunction(() => window.written.at(-1) === 'closed');
    const written = await s.page.evaluate(() => window.written);
    assert.equal(written.length, Math.ceil(rows / 100) + 2, 'the head, and each page as it came');
    assert.ok(Math.max(...written.slice(0, -1)) < 5000, 'never more than a page');
    assert.ok(await s.page.evaluate(() => window.progressAt) >= rows - 200, 'the progress was shown');
    await s.page.evaluate(() => { window.slow = true; });
    await s.menu('Export', 'CSV file');
    await s.button('Stop').click();
    await s.page.waitForFunction(() => window.written.at(-1) === 'aborted');
    await s.page.evaluate(() => { delete window.showSaveFilePicker; });
  },

  async 'the GraphQL query, which runs'(s) {
    const { entity, many, label } = s.domain.list;
    await s.list(entity, { columns: `id,${label}`, sort: `-${many}.count`, where: JSON.stringify({ all: [[`${many}.#`, 'gt', '1']] }) });
    await s.menu('Export', 'The GraphQL query');
    await s.page.locator('.note', { hasText: 'Query copied.' }).waitFor();
    const [query, variables] = (await s.clipboard()).split('# variables\n');
    const { data, errors } = await s.ask(query, JSON.parse(variables.replace(/^# /gm, '')));
    assert.equal(errors, undefined);
    assert.ok(data.rows.nodes.length > 0);
    assert.equal(data.rows.nodes[0][label] || '“”', await s.text(0, label));
  },

  'the call of the ent client': needs('goCall', async (s) => {
    const { view, call } = s.domain.goCall;
    await s.list(view.entity, view.params);
    await s.menu('Export', 'The Go ent call');
    await s.page.locator('.note', { hasText: 'Call copied.' }).waitFor();
    assert.equal((await s.clipboard()).trim(), call.trim()); // the test of Go compiles this text
  }),
};
