// Part 5 of the issue: changes, and taking them back.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

const staged = (s) => s.page.locator('.changes-bar strong');

// The rows that carry a mark of this run.
const marked = (s, mark) => {
  const { entity, needed } = s.domain.made;
  const field = Object.keys(needed)[0];
  return s.list(entity, { columns: `id,${s.domain.made.more.join(',')}`, where: JSON.stringify({ all: [[field, 'startsWith', mark]] }) });
};

export default {
  async 'an edit is staged, reviewed as its mutation, saved, and undone'(s) {
    const { entity, text, label } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${text}` });
    const before = await s.text(0, text);
    await s.edit(0, text, 'Somebody New');
    assert.equal(await staged(s).innerText(), '1 row to save');
    assert.match(await (await s.cell(0, text)).getAttribute('class'), /changed/);
    await s.button('Review').click();
    const review = s.dialog('Review the changes');
    const mutation = await review.getByLabel('The mutation', { exact: true }).innerText();
    assert.match(mutation, new RegExp(`update${entity}\\(id: `));
    assert.equal(mutation.includes('ifVersion'), s.domain.versions === true);
    assert.match(await review.getByLabel('Its variables').innerText(), /Somebody New/);
    await s.barrierFree('review');
    await s.page.keyboard.press('Escape');
    await s.save();
    const { data } = await s.ask(`{ rows: ${s.domain.list.plural}(first: 100, where: {${text}: {eq: "Somebody New"}}) { totalCount } }`);
    assert.equal(data.rows.totalCount, 1);
    await s.page.waitForFunction(() => !document.querySelector('.cell.changed'));
    await s.page.getByRole('button', { name: /^Undo/ }).click();
    await s.page.locator('.changes-bar').waitFor({ state: 'detached' });
    await s.page.waitForFunction(() => !document.querySelector('.grid-body')?.textContent?.includes('Somebody New'));
    assert.equal(await s.text(0, text), before);
  },

  async 'typing begins an edit, Tab goes on, Esc leaves it, and what is set back is no change'(s) {
    const { entity, text, other } = s.domain.list;
    await s.list(entity, { columns: `id,${text},${other}` });
    const before = await s.text(0, other);
    await s.active(0, text);
    await s.page.keyboard.type('Zed');
    await s.page.keyboard.press('Tab');
    assert.equal(await s.text(0, text), 'Zed');
    await s.page.keyboard.type('Y');
    await s.dialog(`Edit ${other}`).waitFor();
    await s.page.keyboard.press('Escape');
    assert.equal(await s.text(0, other), before);
    await s.page.locator('.changes-bar').getByRole('button', { name: 'Discard' }).click();
    await s.page.locator('.changes-bar', { hasText: 'to save' }).waitFor({ state: 'detached' });
    await s.edit(0, other, s.domain.list.otherValue ?? 'Elsewhere');
    assert.equal(await staged(s).count(), 1);
    await s.edit(0, other, before);
    assert.equal(await staged(s).count(), 0);
  },

  async 'NULL and an empty text are two things'(s) {
    const { entity, optional } = s.domain.list;
    await s.list(entity, { columns: `id,${optional}`, where: JSON.stringify({ all: [[optional, 'isNull', 'false']] }) });
    await s.edit(0, optional, '');
    assert.equal(await s.text(0, optional), '“”');
    await s.active(0, optional);
    await s.page.keyboard.press('Control+Backspace');
    assert.equal(await s.text(0, optional), 'null');
    await s.button('Review').click();
    assert.match(await s.page.getByLabel('Its variables').innerText(), new RegExp(`"${optional}": null`));
    await s.page.keyboard.press('Escape');
    await s.discard();
  },

  async 'a relation is picked by search'(s) {
    const { entity, one, target, pick, label } = s.domain.child;
    await s.list(entity, { columns: `id,${label},${one}` });
    const before = await s.text(0, one);
    await s.active(0, one);
    await s.page.keyboard.press('F2');
    const editor = s.dialog(`Edit ${one}`);
    await editor.getByRole('option').first().waitFor();
    const all = await editor.getByRole('option').count();
    await editor.getByLabel(`Find a ${target}`).fill(pick.toLowerCase());
    await s.page.waitForFunction((n) => document.querySelectorAll('#pick-list [role=option]').length < n, all);
    await s.page.keyboard.press('Enter');
    assert.equal(await s.text(0, one), pick);
    await s.button('Review').click();
    assert.match(await s.page.getByLabel('Its variables').innerText(), /"connect"/);
    await s.page.keyboard.press('Escape');
    await s.save();
    await s.page.getByRole('button', { name: /^Undo/ }).click();
    await s.page.waitForFunction(() => !document.querySelector('.changes-bar'));
    await s.page.waitForFunction(([n, b]) => document.querySelectorAll('.v-link, .v-null')[n]?.textContent === b, [0, before]);
  },

  async 'rows are inserted, with defaults and what is missing to be seen'(s) {
    const { entity, needed } = s.domain.made;
    const field = Object.keys(needed)[0];
    await s.list(entity);
    await s.button('Insert a row').click();
    assert.equal(await s.text(0, field), 'required');
    await s.page.keyboard.press('Control+s');
    await s.page.locator('.changes-bar.troubled', { hasText: 'lacks what it has to have' }).waitFor();
    assert.equal(await (await s.cell(0, field)).getAttribute('title'), `${field} is required`);
    await s.discard();
  },

  async 'one row is inserted, copied, deleted and brought back'(s) {
    const { entity, needed } = s.domain.made;
    const field = Object.keys(needed)[0];
    await marked(s, needed[field]);
    await s.button('Insert a row').click();
    for (const [name, value] of Object.entries(needed)) await s.edit(0, name, value);
    await s.save();
    await s.page.waitForFunction(() => document.querySelector('.status')?.textContent?.startsWith('1 of 1 '));
    await s.page.getByLabel('Select row 1', { exact: true }).check();
    await s.button('Duplicate').click();
    await s.edit(0, field, `${needed[field]} II`);
    await s.save();
    await s.page.waitForFunction(() => document.querySelector('.status')?.textContent?.startsWith('2 of 2 '));
    await s.page.getByLabel('Select all rows that are loaded').check();
    await s.page.locator('.selection').getByRole('button', { name: 'Delete' }).click();
    assert.equal(await s.page.locator('.staged-delete').count(), 2);
    await s.save();
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor();
    await s.page.getByRole('button', { name: /^Undo 2 deleted/ }).click();
    await s.page.waitForFunction(() => document.querySelector('.status')?.textContent?.startsWith('2 of 2 '));
    await s.page.getByRole('button', { name: /^Undo 1 inserted/ }).waitFor();
    assert.deepEqual((await s.column(field)).sort(), [needed[field], `${needed[field]} II`]);
    await s.page.getByLabel('Select all rows that are loaded').check();
    await s.page.locator('.grid').focus();
    await s.page.keyboard.press('Delete');
    await s.save();
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor();
    assert.equal(entity, s.domain.made.entity);
  },

  async 'a piece of a spreadsheet becomes rows, which are deleted at once'(s) {
    const { needed, more } = s.domain.made;
    const field = Object.keys(needed)[0];
    await marked(s, 'Pasted');
    await s.button('Insert a row').click();
    await s.active(0, more[0]);
    const lines = Array.from({ length: 14 }, (_, i) => more.map((name) => (name === field ? `Pasted ${i}` : s.domain.made.paste?.[name]?.(i) ?? `${i}`)).join('\t'));
    await s.paste(lines.join('\r\n'));
    assert.equal(await staged(s).innerText(), '14 rows to save');
    await s.save();
    await s.page.waitForFunction(() => document.querySelector('.status')?.textContent?.startsWith('14 of 14 '));
    await s.page.getByLabel('Select all rows that are loaded').check();
    await s.page.locator('.selection').getByRole('button', { name: 'Delete' }).click();
    await s.button('Review').click();
    assert.match(await s.page.getByLabel('The mutation', { exact: true }).innerText(), /atMost: 14/);
    await s.page.keyboard.press('Escape');
    await s.save();
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor();
  },

  async 'what is pasted and is none is told at its cell'(s) {
    const { entity, field } = s.domain.wrong;
    await s.list(entity, { columns: `id,${field}` });
    await s.active(0, field);
    await s.paste('many');
    await s.page.locator('.cell.wrong').waitFor();
    assert.match(await (await s.cell(0, field)).getAttribute('title'), /takes a (whole )?number/);
    await s.discard();
  },

  async 'what the server refuses is told at its cell'(s) {
    const { entity, field, value } = s.domain.wrong;
    await s.list(entity, { columns: `id,${field}` });
    await s.edit(1, field, value);
    await s.page.keyboard.press('Control+s');
    await s.page.locator('.changes-bar.troubled').waitFor();
    const cell = await s.cell(1, field);
    assert.equal(await cell.getAttribute('aria-invalid'), 'true');
    assert.ok((await cell.getAttribute('title')).length > 3);
    await s.discard();
  },

  'a key that is given when a row is made': needs('given', async (s) => {
    const { entity, plural, values, name } = s.domain.given;
    await s.list(entity, { columns: `id,${Object.keys(values).join(',')}` });
    await s.button('Insert a row').click();
    for (const [field, value] of Object.entries(values)) await s.edit(0, field, value);
    await s.save();
    const { data } = await s.ask(`{ rows: ${plural}(where: {${name}: {eq: ${JSON.stringify(values[name])}}}) { nodes { id } } }`);
    assert.equal(data.rows.nodes.length, 1);
    // deleted, and brought back as what it was
    await s.list(entity, { columns: `id,${name}`, where: JSON.stringify({ all: [[name, 'eq', values[name]]] }) });
    await s.active(0, name);
    await s.page.keyboard.press('Delete');
    await s.save();
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor();
    await s.page.getByRole('button', { name: /^Undo 1 deleted/ }).click();
    await s.page.locator('.status', { hasText: '1 of 1 ' }).waitFor();
    assert.equal(await (await s.cell(0, 'id')).locator('.v-id').getAttribute('title'), data.rows.nodes[0].id);
    await s.ask(`mutation($id: ID!) { delete${entity}(id: $id) { id } }`, { id: data.rows.nodes[0].id });
  }),

  'rows copied as a spreadsheet takes them': async (s) => {
    const { entity, label, text } = s.domain.list;
    await s.list(entity, { columns: `${label},${text}`, where: JSON.stringify({ all: [s.domain.list.plain] }) });
    const row = [await s.text(0, label), await s.text(0, text)].map((v) => (v === 'null' || v === '“”' ? '' : v));
    await s.page.getByLabel('Select row 1', { exact: true }).check();
    await s.page.getByLabel('Select row 2', { exact: true }).check();
    await s.page.locator('.grid').focus();
    await s.page.keyboard.press('Control+c');
    await s.page.locator('.note', { hasText: 'Copied.' }).waitFor();
    assert.equal((await s.clipboard()).split('\n')[0], row.join('\t'));
  },

};
