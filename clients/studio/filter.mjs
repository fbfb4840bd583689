// Part 3 of the issue: filters.
import assert from 'node:assert/strict';

const shown = async (s) => Number((await s.page.locator('.status').innerText()).split(' ')[0].replace(/\D/g, ''));

export default {
  async 'a pill of a field, by its kind'(s) {
    const { entity, label, rows } = s.domain.list;
    await s.list(entity);
    const first = await s.text(0, label);
    await s.button('Add a filter').click();
    const form = s.dialog('Add a filter');
    await form.getByLabel('Field', { exact: true }).selectOption(label);
    const comparisons = await form.getByLabel('Comparison').locator('option').allInnerTexts();
    for (const word of ['=', 'contains', 'starts with', 'in']) assert.ok(comparisons.includes(word), word);
    await form.getByLabel('Comparison').selectOption('eq');
    await form.getByLabel('Value').fill(first === '“”' ? '' : first);
    await s.page.keyboard.press('Enter');
    await s.viewHas(`["${label}","eq"`);
    await s.page.locator('.grid:not(.stale)').waitFor();
    await s.page.waitForFunction((all) => !document.querySelector('.status')?.textContent?.startsWith(`${all} `), rows);
    for (const text of await s.column(label)) assert.equal(text, first);
    await s.page.getByRole('button', { name: `Remove ${label}`, exact: false }).click();
    await s.page.waitForFunction((all) => document.querySelector('.crumbs .count')?.textContent === String(all), rows);
  },

  async 'numbers, times and what is null'(s) {
    const { entity, by } = s.domain.buckets;
    await s.list(entity);
    const all = await s.total();
    await s.button('Add a filter').click();
    const form = s.dialog('Add a filter');
    await form.getByLabel('Field', { exact: true }).selectOption(by);
    await form.getByLabel('Comparison').selectOption('gte');
    await form.getByLabel('Value').fill('soon');
    assert.ok(await form.getByRole('button', { name: 'Add', exact: true }).isDisabled(), 'what is no time is not asked');
    await form.getByLabel('Value').fill(`${s.domain.buckets.bars[1]}-01-01`);
    await s.page.keyboard.press('Enter');
    await s.page.waitForFunction((n) => Number(document.querySelector('.crumbs .count')?.textContent?.replace(/\D/g, '')) < n, all);
    const { entity: listed, optional, rows } = s.domain.list;
    await s.list(listed, { where: JSON.stringify({ all: [[optional, 'isNull', 'true']] }) });
    await s.page.locator('.pill', { hasText: `${optional} is null` }).waitFor();
    const none = await s.total();
    await s.list(listed, { where: JSON.stringify({ all: [[optional, 'isNull', 'false']] }) });
    assert.equal(none + await s.total(), rows);
    assert.ok(none > 0 && none < rows);
  },

  async 'through edges, of any number'(s) {
    const { entity, rows } = s.domain.list;
    const { path, field, op, value } = s.domain.far;
    await s.list(entity);
    await s.button('Add a filter').click();
    const form = s.dialog('Add a filter');
    for (const [i, step] of [...path, field].entries()) await form.locator('.condition-path select').nth(i).selectOption(step);
    await form.getByLabel('Of the rows at the other side').selectOption('none');
    await form.getByLabel('Comparison').selectOption(op);
    const box = form.getByLabel('Value');
    if (await box.evaluate((e) => e.tagName) === 'SELECT') await box.selectOption(value);
    else await box.fill(value);
    await form.getByRole('button', { name: 'Add', exact: true }).click();
    await s.page.locator('.pill', { hasText: `none ${path.join('.')}.${field}` }).waitFor();
    await s.page.waitForFunction((n) => Number(document.querySelector('.crumbs .count')?.textContent?.replace(/\D/g, '')) < n, rows);
    const without = await s.total();
    await s.list(entity, { where: JSON.stringify({ all: [[[...path, field].join('.'), op, value]] }) });
    assert.ok(without > 0 && await s.total() > 0);
  },

  async 'groups of and, and of or, and their change'(s) {
    const { entity, many, rows, counts: [high, low] } = s.domain.list;
    await s.list(entity, { where: JSON.stringify({ all: [[`${many}.#`, 'gt', '0']] }) });
    const some = await s.total();
    assert.ok(some > 0 && some <= rows);
    await s.button('Add a filter').click();
    let form = s.dialog('Add a filter');
    await form.getByLabel('Field', { exact: true }).selectOption(many);
    await form.locator('.condition-path select').nth(1).selectOption('#');
    await form.getByLabel('Comparison').selectOption('gt');
    await form.getByLabel('Value').fill(s.domain.list.counts[0]);
    await form.getByRole('button', { name: 'Add as a group' }).click();
    await s.page.locator('.group .pill').waitFor();
    await s.button('Add to the group').click();
    form = s.dialog('Add to the group');
    await form.getByLabel('Field', { exact: true }).selectOption(many);
    await form.locator('.condition-path select').nth(1).selectOption('#');
    await form.getByLabel('Comparison').selectOption('eq');
    await form.getByLabel('Value').fill(s.domain.list.counts[1]);
    await s.page.keyboard.press('Enter');
    await s.viewHas(`{"any":[["${many}.#","gt","${high}"],["${many}.#","eq","${low}"]]}`);
    await s.page.locator('.grid:not(.stale)').waitFor();
    const either = await s.total();
    await s.page.locator('.group .join').click();
    await s.viewHas(`{"all":[["${many}.#","gt","${high}"],["${many}.#","eq","${low}"]]}`);
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor(); // nothing has more than some and exactly one
    assert.ok(either > 0 && either < some);
    await s.page.getByRole('button', { name: 'Clear the filter' }).click();
    await s.page.waitForFunction((n) => document.querySelectorAll('.pill').length === 0 && document.querySelector('.crumbs .count')?.textContent === String(n), rows);
    await s.page.goBack();
    await s.page.locator('.group .pill').first().waitFor();
    assert.equal(await shown(s), 0, 'Back brings the filter back');
  },

  async 'a pill is changed where it stands'(s) {
    const { entity, many } = s.domain.list;
    await s.list(entity, { where: JSON.stringify({ all: [[`${many}.#`, 'gte', '0']] }) });
    await s.page.locator('.pill-face').click();
    const form = s.page.locator('.popover.condition');
    await form.getByLabel('Value').fill('1');
    await form.getByRole('button', { name: 'Change' }).click();
    await s.viewHas(`["${many}.#","gte","1"]`);
  },
};
