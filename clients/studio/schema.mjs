// Part 7 of the issue: the schema and its migrations.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

const box = (s, name) => s.page.locator('.diagram').getByRole('button', { name, exact: true });
const place = async (s, name) => (await box(s, name).getAttribute('transform')).match(/[\d.]+/g).map(Number);

export default {
  async 'every entity is drawn once, and none upon another'(s) {
    await s.open('#/schema');
    await s.page.locator('.box').first().waitFor();
    const boxes = await s.page.locator('.box').evaluateAll((all) => all.map((b) => b.querySelector('rect').getBoundingClientRect()).map((r) => [r.left, r.top, r.right, r.bottom]));
    assert.equal(boxes.length, s.domain.entities);
    for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], `${a} ${b}`);
    await s.barrierFree('diagram');
  },

  async 'an entity in focus, with its neighbours'(s) {
    const { entity, target } = s.domain.list;
    await s.open('#/schema');
    await box(s, entity).click();
    await s.viewHas(`#/schema/${entity}`);
    assert.match(await box(s, entity).getAttribute('class'), /chosen/);
    assert.match(await box(s, target).getAttribute('class'), /near/);
    // The others fade: within a moment even where nothing is to move.
    await s.page.waitForFunction(() => Number(getComputedStyle(document.querySelector('.box:not(.near)')).opacity) < 0.5);
    await s.page.keyboard.press('Enter');
    await s.page.locator('.entity-doc').waitFor({ state: 'detached' });
  },

  async 'all of it in sight, and one that a link leads to'(s) {
    const inSight = (names) => s.page.locator('.diagram').evaluate((d, of) => {
      const pane = d.getBoundingClientRect();
      return [...d.querySelectorAll('.box')].filter((b) => of.includes(b.getAttribute('aria-label'))).every((b) => {
        const r = b.getBoundingClientRect();
        return r.left >= pane.left - 1 && r.right <= pane.right + 1 && r.top >= pane.top - 1 && r.bottom <= pane.bottom + 1;
      });
    }, names);
    await s.open('#/schema');
    await s.page.locator('.box').first().waitFor();
    const names = await s.page.locator('.box').evaluateAll((all) => all.map((b) => b.getAttribute('aria-label')));
    for (const name of names) {
      await s.open(`#/schema/${name}`);
      await s.page.locator('.entity-doc').waitFor();
      assert.ok(await inSight([name]), name);
    }
    await s.open('#/schema');
    await s.button('Fit').click();
    assert.ok(await inSight(names));
  },

  async 'dragged, and laid out again'(s) {
    const { entity } = s.domain.list;
    await s.open('#/schema');
    await box(s, entity).waitFor();
    const from = await place(s, entity);
    const { x, y } = await box(s, entity).boundingBox();
    await s.page.mouse.move(x + 30, y + 12);
    await s.page.mouse.down();
    await s.page.mouse.move(x + 90, y + 62, { steps: 5 });
    await s.page.mouse.up();
    const to = await place(s, entity);
    assert.ok(Math.abs(to[0] - from[0] - 60) < 2 && Math.abs(to[1] - from[1] - 50) < 2, `${from} ${to}`);
    assert.equal(await s.page.locator('.entity-doc').count(), 0, 'a drag is no click');
    await s.button('Lay out').click();
    assert.deepEqual(await place(s, entity), from);
  },

  async 'saved as SVG, which stands alone'(s) {
    await s.open('#/schema');
    await box(s, s.domain.list.entity).waitFor();
    const { name, text } = await s.download(() => s.button('SVG').click());
    assert.equal(name, 'schema.svg');
    // It is loaded as a page of its own, where its own style holds.
    const alone = await s.context.newPage();
    await alone.goto(`data:image/svg+xml;base64,${Buffer.from(text).toString('base64')}`);
    assert.equal(await alone.locator('.box .name').count(), s.domain.entities);
    assert.equal(await alone.locator('.line').first().evaluate((l) => getComputedStyle(l).fill), 'none');
    await alone.close();
  },

  async 'saved as Mermaid'(s) {
    const { entity, target, many, label } = s.domain.list;
    await s.open('#/schema');
    await box(s, entity).waitFor();
    const { text } = await s.download(() => s.button('Mermaid').click());
    const lines = text.split('\n');
    assert.equal(lines[0], 'erDiagram');
    assert.ok(lines.includes(`  ${entity} {`) && lines.includes(`    String ${label}`));
    assert.ok(lines.some((l) => new RegExp(`^  (${entity} .*--.* ${target}|${target} .*--.* ${entity}) : `).test(l)), many);
  },

  async 'what an entity has: fields, edges, indexes, who may do what'(s) {
    const { entity, see, change, index, reference, doc } = s.domain.described;
    await s.open(`#/schema/${entity}`);
    const panel = s.page.locator('.entity-doc');
    await panel.getByRole('heading', { name: 'Policies' }).waitFor();
    const text = await panel.innerText();
    for (const part of [doc, ...see, ...change, index, reference]) if (part) assert.ok(text.includes(part), `${part}: ${text}`);
    assert.match(text, /Fields[^]*Edges/);
    await s.barrierFree('entity');
    await panel.getByRole('link', { name: 'Rows' }).click();
    await s.viewHas(`#/data/${entity}`);
  },

  'migrations applied, with their SQL, and no drift': needs('migrations', async (s) => {
    await s.open('#/migrations');
    await s.page.getByText(`${s.domain.migrations.applied} applied, 0 pending`).waitFor();
    await s.page.locator('.migration-list summary').last().click();
    assert.match(await s.page.locator('.migration-list pre').last().innerText(), /CREATE TABLE/);
    await s.button('Look for drift').click();
    await s.page.getByText('The database, the migrations and the schema agree.').waitFor();
    await s.barrierFree('migrations');
  }),
};
