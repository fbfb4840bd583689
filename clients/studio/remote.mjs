// Part 2 of the issue: a database that is not of this machine.
import assert from 'node:assert/strict';

export default {
  async 'the head is red, and says where one is'(s) {
    const { entity, text } = s.domain.list;
    await s.list(entity, { columns: `id,${text}` });
    const head = s.page.locator('header.top');
    assert.match(await head.innerText(), /@0\.0\.0\.0:\d+[^]*read only/);
    const [red, green, blue] = (await head.evaluate((h) => getComputedStyle(h).backgroundColor)).match(/\d+/g).map(Number);
    assert.ok(red > 120 && green < 80 && blue < 80, `${red} ${green} ${blue}`);
    await s.barrierFree('remote');
    if (s.pictures !== '-') await s.picture('remote');
  },

  async 'nothing offers a change'(s) {
    const { entity, text } = s.domain.list;
    await s.list(entity, { columns: `id,${text}` });
    assert.equal(await s.button('Insert a row').count(), 0);
    await s.active(0, text);
    await s.page.keyboard.press('F2');
    await s.page.locator('.note', { hasText: 'Changes are switched off here.' }).waitFor();
    await s.page.keyboard.press('Delete');
    assert.equal(await s.page.locator('.changes-bar').count(), 0);
  },

  async 'a mutation by GraphiQL is refused by the server'(s) {
    const { errors } = await s.ask('mutation { deleteShipper(id: "U2hpcHBlcjox") { id } }');
    assert.equal(errors[0].extensions.code, 'READ_ONLY');
    s.forgive(/status of 4/);
  },
};
