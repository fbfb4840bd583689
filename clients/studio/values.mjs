// Part 3 of the issue: how values look.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

export default {
  'each kind of value as it is': needs('values', async (s) => {
    for (const { entity, id, cells } of s.domain.values) {
      for (const [name, wanted] of Object.entries(cells)) {
        await s.list(entity, { columns: `id,${name}`, ...(id ? { where: JSON.stringify({ all: [id] }) } : {}) });
        const cell = await s.cell(0, name);
        await cell.waitFor();
        if (wanted instanceof RegExp) assert.match(await cell.innerText(), wanted, `${entity}.${name}`);
        else assert.equal((await cell.innerText()).trim(), wanted, `${entity}.${name}`);
      }
    }
  }),

  async 'NULL, an empty text, and what a default fills in do not look alike'(s) {
    const { entity, optional } = s.domain.list;
    await s.list(entity, { columns: `id,${optional}`, where: JSON.stringify({ all: [[optional, 'isNull', 'true']] }) });
    assert.equal(await (await s.cell(0, optional)).locator('.v-null').innerText(), 'null');
    const { entity: made, defaulted, needed } = s.domain.made;
    await s.list(made, { columns: `id,${Object.keys(needed)[0]}${defaulted ? `,${defaulted}` : ''}` });
    await s.button('Insert a row').click();
    assert.equal(await (await s.cell(0, Object.keys(needed)[0])).innerText(), 'required');
    if (defaulted) assert.equal(await (await s.cell(0, defaulted)).innerText(), 'default');
    await s.discard();
  },

  'times in UTC, and in the browser’s zone': needs('time', async (s) => {
    const { entity, field, utc, local, where } = s.domain.time;
    await s.list(entity, { columns: `id,${field}`, where: JSON.stringify({ all: [where] }) });
    assert.equal(await s.text(0, field), utc);
    await s.button('Settings').click();
    await s.page.getByLabel(/local time \(America\/New_York\)/).check();
    assert.equal(await s.text(0, field), local);
    await s.page.getByLabel('UTC').check();
    await s.page.keyboard.press('Escape');
    assert.equal(await s.text(0, field), utc);
  }),

  'a document as a tree, in its cell and in its row': needs('json', async (s) => {
    const { entity, field, where, key } = s.domain.json;
    await s.list(entity, { columns: `id,${field}`, where: JSON.stringify({ all: [where] }) });
    await s.active(0, field);
    await s.page.keyboard.press('Shift+Enter');
    const peek = s.dialog(field);
    await peek.locator('.tree-key', { hasText: key }).first().waitFor();
    await peek.locator('summary').first().click();
    await s.page.waitForFunction(() => document.querySelector('.peek details.tree')?.open === false);
    await s.page.keyboard.press('Escape');
    await s.page.keyboard.press('Enter');
    await s.page.locator('.row-panel .tree').first().waitFor();
  }),

  'a long text, all of it': needs('longText', async (s) => {
    const { entity, field, where, text } = s.domain.longText;
    await s.list(entity, { columns: `id,${field}`, where: JSON.stringify({ all: [where] }), widths: `${field}:60` });
    await (await s.cell(0, field)).hover();
    await s.button(`Look into ${field}`).first().click();
    await s.page.getByRole('region', { name: 'The whole value' }).waitFor();
    assert.equal((await s.page.locator('.whole pre').innerText()).trim(), text);
    await s.dialog(field).getByRole('button', { name: 'Copy' }).click();
    assert.equal((await s.clipboard()).trim(), text);
    await s.page.keyboard.press('Escape');
  }),

  async 'what is Sensitive is nowhere'(s) {
    for (const { entity, field, value } of s.domain.secret) {
      await s.list(entity);
      await s.button('Columns').click();
      const names = await s.dialog('Columns').locator('.choice').allInnerTexts();
      assert.ok(names.length > 3 && !names.some((n) => n.split('\n')[0].trim() === field), names.join());
      await s.page.keyboard.press('Escape');
      const { data } = await s.ask('{ __schema { types { name fields { name } inputFields { name } } } }');
      assert.ok(!JSON.stringify(data).includes(`"${field}"`));
      assert.ok(!(await s.page.content()).includes(`>${value}<`));
      const { errors } = await s.ask(`{ ${s.domain.secretList} { nodes { ${field} } } }`);
      assert.match(errors[0].message, /Cannot query field/);
      s.forgive(/400|422/);
    }
  },
};
