// Part 5 of the issue: what somebody else changed meanwhile.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

// Somebody else changes a field of a row.
const meddle = async (s, id, field, value) => {
  const { entity } = s.domain.list;
  const { data, errors } = await s.ask(`mutation($id: ID!, $input: ${entity}UpdateInput!) { row: update${entity}(id: $id, input: $input) { id } }`, { id, input: { [field]: value } });
  assert.ok(data?.row, JSON.stringify(errors));
};

const conflict = async (s) => {
  const { entity, text, other } = s.domain.list;
  await s.page.reload(); // what was read before the last check is not what is there
  await s.list(entity, { columns: `id,${text},${other}` });
  const id = await (await s.cell(0, 'id')).locator('.v-id').getAttribute('title');
  const before = [await s.text(0, text), await s.text(0, other)];
  await s.edit(0, text, 'Mine');
  await meddle(s, id, other, 'Theirs');
  await s.page.keyboard.press('Control+s');
  const review = s.dialog('Review the changes');
  await review.locator('.conflict').waitFor();
  return { id, before, review };
};

export default {
  'changed since it was loaded: both are shown, and mine goes on top': needs('versions', async (s) => {
    const { text, other } = s.domain.list;
    const { id, before, review } = await conflict(s);
    assert.match(await review.locator('.review-row').innerText(), /Changed since you loaded it/);
    const cells = await review.locator('tbody tr', { hasText: text }).locator('td').allInnerTexts();
    assert.deepEqual(cells, [before[0], before[0], 'Mine'], 'was, is now, mine');
    assert.match(await review.locator('tbody tr', { hasText: other }).innerText(), /Theirs/);
    await s.barrierFree('conflict');
    if (s.pictures !== '-') await s.picture('conflict');
    await review.getByRole('button', { name: 'Keep mine, on top' }).click();
    await review.getByRole('button', { name: 'Save', exact: true }).click();
    await s.page.locator('.changes-bar', { hasText: 'Saved:' }).waitFor();
    const { data } = await s.ask(`query($id: ID!) { node(id: $id) { ... on ${s.domain.list.entity} { ${text} ${other} } } }`, { id });
    assert.deepEqual([data.node[text], data.node[other]], ['Mine', 'Theirs']);
    await s.page.getByRole('button', { name: /^Undo/ }).click();
    await s.page.locator('.changes-bar').waitFor({ state: 'detached' });
    await meddle(s, id, other, before[1]);
  }),

  'changed since it was loaded: theirs is taken': needs('versions', async (s) => {
    const { id, before, review } = await conflict(s);
    await review.getByRole('button', { name: 'Take theirs' }).click();
    await review.waitFor({ state: 'detached' });
    assert.equal(await s.page.locator('.changes-bar strong').count(), 0);
    await meddle(s, id, s.domain.list.other, before[1]);
  }),

  'a save is not taken back over what somebody has changed since': needs('versions', async (s) => {
    const { entity, text, other } = s.domain.list;
    await s.page.reload();
    await s.list(entity, { columns: `id,${text},${other}` });
    const id = await (await s.cell(0, 'id')).locator('.v-id').getAttribute('title');
    const before = [await s.text(0, text), await s.text(0, other)];
    await s.edit(0, text, 'Mine again');
    await s.save();
    await meddle(s, id, other, 'Theirs');
    await s.page.getByRole('button', { name: /^Undo/ }).click();
    await s.page.locator('.changes-bar', { hasText: 'cannot be taken back' }).waitFor();
    await meddle(s, id, other, before[1]);
    await meddle(s, id, text, before[0]);
    await s.page.reload();
  }),
};
