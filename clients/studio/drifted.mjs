// Part 7 of the issue: a database that lacks a migration, and has what no migration made.
import assert from 'node:assert/strict';

export default {
  async 'a pending migration, with its SQL'(s) {
    await s.open('#/migrations');
    await s.page.getByText('4 applied, 1 pending').waitFor();
    const pending = s.page.locator('.migration-list li', { has: s.page.locator('.state-pending') });
    await pending.locator('summary').click();
    assert.match(await pending.locator('pre').innerText(), /CREATE TABLE/);
  },

  async 'drift: what leads from the database to the schema'(s) {
    await s.open('#/migrations');
    await s.button('Look for drift').click();
    const differs = s.page.getByLabel('What differs');
    await differs.waitFor();
    assert.match(await differs.innerText(), /DROP COLUMN "nickname"/);
    await s.barrierFree('drift');
    if (s.pictures !== '-') await s.picture('drift');
  },
};
