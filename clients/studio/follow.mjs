// Part 4 of the issue: the edges.
import assert from 'node:assert/strict';

export default {
  async 'a to-one cell shows a label, and opens its target'(s) {
    const { entity, one, target } = s.domain.child;
    await s.list(entity, { columns: `id,${one}`, sort: `${one}.${s.domain.child.targetLabel}` });
    const label = await s.text(0, one);
    await (await s.cell(0, one)).locator('.v-link').click();
    await s.viewHas(`#/data/${target}?row=`);
    await s.page.locator('.row-panel h2').getByText(label, { exact: true }).waitFor();
    await s.page.goBack();
    await s.viewHas(`#/data/${entity}`);
  },

  async 'a to-one cell is peeked at where one is'(s) {
    const { entity, one, target } = s.domain.child;
    await s.list(entity, { columns: `id,${one}`, sort: `${one}.${s.domain.child.targetLabel}` });
    const label = await s.text(0, one);
    await s.active(0, one);
    await s.page.keyboard.press('Shift+Enter');
    const peek = s.dialog(`${target} ${label}`);
    await peek.locator('.fields').waitFor();
    await s.viewHas(`#/data/${entity}`);
    await peek.getByRole('link', { name: 'Open' }).waitFor();
    await s.page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
    assert.ok(await s.page.locator('.grid').evaluate((g) => g === document.activeElement), 'the focus comes back');
  },

  async 'a row beside its list, with what its edges lead to in place'(s) {
    const { entity, many, label } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${many}`, sort: `-${many}.count` });
    const count = await s.text(0, many);
    await s.active(0, label);
    await s.page.keyboard.press('Enter');
    await s.page.locator('.row-panel .fields').waitFor();
    const sub = s.page.locator('.sub-grid', { hasText: many }).first();
    assert.equal(await sub.locator('summary .chip').innerText(), count);
    await sub.locator('summary').click();
    await sub.locator('tbody tr').first().waitFor();
    assert.equal(await sub.locator('tbody tr').count(), Math.min(5, Number(count)));
    await s.barrierFree('row');
  },

  async 'a grid of what an edge leads to, the way there, and Back'(s) {
    const { entity, many, label, target } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${many}`, sort: `-${many}.count` });
    const [count, name] = [await s.text(0, many), await s.text(0, label)];
    await (await s.cell(0, many)).locator('.chip').click();
    await s.page.locator(`[role=grid][aria-label="${target}"]`).waitFor();
    assert.equal(await s.total(), Number(count));
    const crumbs = s.page.getByRole('navigation', { name: 'The way here' });
    assert.match(await crumbs.innerText(), new RegExp(`${entity}[^]*${many}`));
    await s.active(0, 'id');
    await s.page.keyboard.press('Enter');
    await s.page.locator('.row-panel .fields').waitFor();
    await s.page.goBack();
    await s.page.locator('.row-panel').waitFor({ state: 'detached' });
    await s.page.goBack();
    await s.page.locator(`[role=grid][aria-label="${entity}"]`).waitFor();
    await s.page.goForward();
    await crumbs.getByRole('link', { name: name === '“”' ? /…/ : name }).last().click();
    await s.viewHas(`#/data/${entity}?row=`);
  },
};
