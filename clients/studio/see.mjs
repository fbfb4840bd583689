// Part 3 of the issue: the lists.
import assert from 'node:assert/strict';
import { needs } from './driver.mjs';

export default {
  async 'the token leaves the address bar'(s) {
    assert.ok(!s.page.url().includes('token'), s.page.url());
    assert.equal(await s.page.evaluate(() => document.cookie), '', 'scripts cannot read the cookie');
  },

  async 'entities with their counts, and a fuzzy filter'(s) {
    const entries = s.page.locator('.entities li');
    assert.equal(await entries.count(), s.domain.entities);
    const { entity, rows } = s.domain.list;
    await s.page.locator('.entities li', { hasText: entity }).filter({ hasText: String(rows) }).first().waitFor();
    await s.page.keyboard.press('Alt+e');
    await s.page.keyboard.type(entity[0] + entity.slice(-2));
    await s.page.waitForFunction((all) => document.querySelectorAll('.entities li').length < all, s.domain.entities);
    assert.equal(await entries.first().locator('.nav-name').innerText(), entity);
    await s.page.keyboard.press('Enter');
    await s.viewHas(`#/data/${entity}`);
    await s.page.getByLabel('Find an entity').fill('');
  },

  async 'every row of a list: read on as one scrolls, the last one by a key'(s) {
    const { entity, rows, plural } = s.domain.long;
    await s.list(entity, { columns: 'id' });
    assert.equal(await s.total(), rows);
    const shown = async (row) => (await s.cell(row, 'id')).locator('.v-id').getAttribute('title');
    const there = async (row) => (await s.ask(`{ rows: ${plural}(first: 1, offset: ${row}) { nodes { id } } }`)).data.rows.nodes[0].id;
    await s.active(0, 'id');
    await s.page.keyboard.press('Control+ArrowDown');
    assert.equal(await shown(rows - 1), await there(rows - 1));
    if (rows > 1000) {
      await s.page.locator('.grid').evaluate((g) => { g.scrollTop = 1000 * 30; });
      assert.equal(await shown(1003), await there(1003));
      await s.page.getByLabel('Select row 1004', { exact: true }).check();
      await s.page.locator('.grid').evaluate((g) => { g.scrollTop = 0; });
      await s.page.getByLabel('Select row 1', { exact: true }).click({ modifiers: ['Shift'] });
      await s.page.locator('.note', { hasText: 'rows between are not read' }).waitFor();
      await s.page.keyboard.press('Escape');
    }
    assert.ok(await s.page.locator('.grid-row').count() < 80, 'only what is in sight is drawn');
  },

  async 'rows do not wait for their number, and are read on without it'(s) {
    const { entity, rows } = s.domain.long;
    await s.page.route('**/api/graphql', (route) => (route.request().postData().includes('totalCount') && route.request().postData().includes('query Rows') ? undefined : route.continue()));
    await s.page.reload(); // what was counted is forgotten
    await s.list(entity, { columns: 'id' });
    await s.page.locator('.status', { hasText: new RegExp(`^${Math.min(100, rows)} rows`) }).waitFor();
    if (rows > 200) {
      await s.button('Load more').click();
      await s.page.locator('.status', { hasText: '200 rows' }).waitFor();
      await s.page.locator('.grid').evaluate((g) => { g.scrollTop = g.scrollHeight; });
      await s.page.locator('.status', { hasText: /^[34]00 rows/ }).waitFor();
    }
    await s.page.unroute('**/api/graphql');
    await s.page.reload();
  },

  async 'a list that is longer than a scroll bar says so'(s) {
    const { entity } = s.domain.long;
    await s.page.route('**/api/graphql', async (route) => {
      if (!route.request().postData().includes('query Rows')) return route.continue();
      const response = await route.fetch();
      return route.fulfill({ response, body: (await response.text()).replace(/"totalCount":\d+/, '"totalCount":3000000').replace('"hasNextPage":false', '"hasNextPage":true') });
    });
    await s.page.reload();
    await s.list(entity, { columns: 'id' });
    await s.page.locator('.status', { hasText: 'of 3,000,000 rows' }).waitFor();
    await s.page.getByText('the first 500,000 to scroll over').waitFor();
    await s.page.unroute('**/api/graphql');
    await s.page.reload();
  },

  async 'pages, one by one and by number'(s) {
    const { entity, rows } = s.domain.long;
    await s.list(entity);
    const first = await s.text(0, 'id');
    await s.button('Pages').click();
    await s.viewHas('page=1');
    assert.equal(await s.text(0, 'id'), first);
    if (rows > 200) {
      await s.button('Next page').click();
      await s.viewHas('page=2');
      await s.page.getByLabel('Page', { exact: true }).fill(String(Math.ceil(rows / 100)));
      await s.page.locator('.status', { hasText: `${rows % 100} of` }).waitFor();
      assert.ok(await s.button('Next page').isDisabled());
      await s.page.goBack();
      await s.viewHas('page=2');
    }
    await s.button('Endless').click();
    assert.equal(s.view().get('page'), null);
  },

  async 'sorted by one column, and by two'(s) {
    const { entity, label, text } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${text}` });
    await s.header(label).locator('.head-name').click();
    await s.viewHas(`sort=${label}`);
    await s.page.locator('.grid:not(.stale)').waitFor();
    assert.equal(await s.header(label).getAttribute('aria-sort'), 'ascending');
    const up = await s.column(label);
    await s.header(label).locator('.head-name').click();
    await s.viewHas(`sort=-${label}`);
    await s.page.waitForFunction(([first]) => !document.querySelector('.grid-body')?.textContent?.includes(`${first}`) || document.querySelectorAll('.grid-row').length < 20, [up[0] === '' ? '“”' : up[0]]).catch(() => {});
    await s.page.locator('.grid:not(.stale)').waitFor();
    assert.notDeepEqual(await s.column(label), up);
    await s.header(text).locator('.head-name').click({ modifiers: ['Shift'] });
    await s.viewHas(`sort=-${label},${text}`);
    assert.match(await s.header(text).innerText(), /2/);
  },

  async 'sorted by what an edge leads to, and by how many'(s) {
    const { entity, many } = s.domain.list;
    await s.list(entity, { columns: `id,${many}`, sort: `-${many}.count` });
    const counts = (await s.column(many)).map(Number);
    assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
    const { entity: child, one, targetLabel } = s.domain.child;
    await s.list(child, { columns: `id,${one}` });
    await s.header(one).locator('.head-name').click();
    await s.viewHas(`sort=${one}.${targetLabel}`);
  },

  async 'columns hidden, shown, pinned, moved and widened, all in the URL'(s) {
    const { entity, label, text, other } = s.domain.list;
    await s.list(entity, { columns: `id,${label},${text},${other}` });
    await s.menu(`Column ${other}`, 'Hide');
    await s.viewHas(`columns=id,${label},${text}`);
    await s.header(other).waitFor({ state: 'detached' });
    await s.button('Columns').click();
    await s.dialog('Columns').getByLabel('Find a column').fill(other);
    await s.dialog('Columns').getByRole('checkbox').first().check();
    await s.viewHas(`columns=id,${label},${text},${other}`);
    await s.page.keyboard.press('Escape');
    await s.menu(`Column ${text}`, 'Pin to the left');
    await s.viewHas(`pinned=${text}`);
    assert.equal(await s.header(text).getAttribute('aria-colindex'), '2');
    await s.menu(`Column ${other}`, 'Move left');
    await s.viewHas(`${other},${label}`);
    const edge = await s.header(label).locator('.head-resize').boundingBox();
    await s.page.mouse.move(edge.x + 3, edge.y + 10);
    await s.page.mouse.down();
    await s.page.mouse.move(edge.x + 83, edge.y + 10, { steps: 4 });
    await s.page.mouse.up();
    await s.viewHas(`widths=${label}:`);
    await s.header(other).dragTo(s.header('id'));
    await s.page.waitForFunction((o) => new RegExp(`columns=[^&]*${o}(,|%2C)id`).test(window.location.hash), other);
    const before = s.page.url();
    await s.page.reload();
    await s.header(label).waitFor();
    assert.equal(s.page.url(), before, 'the view survives a reload');
    assert.ok((await s.header(label).boundingBox()).width > 150);
    await s.menu('Columns', 'As at first');
    assert.equal(s.view().get('columns'), null);
  },

  async 'views under a name, of each entity'(s) {
    const { entity, label, text } = s.domain.list;
    await s.list(entity, { columns: `id,${text}`, sort: text });
    await s.button('Views').click();
    await s.page.getByLabel('Name of the view').fill('By text');
    await s.page.keyboard.press('Enter');
    await s.list(entity, { columns: label });
    await s.menu('Views', 'By text');
    await s.viewHas(`sort=${text}`);
    await s.page.reload();
    await s.list(s.domain.child.entity);
    await s.button('Views').click();
    assert.equal(await s.button('By text').count(), 0, 'another entity has its own');
    await s.page.keyboard.press('Escape');
    await s.page.keyboard.press('Control+k');
    await s.page.keyboard.type(`${entity}: By`);
    await s.page.getByRole('option').first().waitFor();
    await s.page.keyboard.press('Enter');
    await s.viewHas(`columns=id,${text}`);
    await s.button('Views').click();
    await s.button('Delete the view By text').click();
    await s.button('By text').waitFor({ state: 'detached' });
    await s.page.keyboard.press('Escape');
  },

  'search, where the entity has it': needs('search', async (s) => {
    const { entity, text, rows } = s.domain.search;
    await s.list(entity);
    await s.page.keyboard.press('/');
    await s.page.keyboard.type(text);
    await s.viewHas(`search=${text}`);
    await s.page.locator('.status', { hasText: `${rows} of ${rows}` }).waitFor();
  }),

  async 'totals, groups and buckets of time as bars'(s) {
    const { group, buckets, sum, list } = s.domain;
    await s.list(list.entity);
    await s.button('Figures').click();
    await s.page.locator('.bar-value', { hasText: String(list.rows) }).waitFor();
    await s.list(group.entity, { figures: `${group.by}::count:` });
    await s.page.locator('.bar-row', { hasText: group.most[0] }).first().waitFor();
    const first = s.page.locator('.bar-row').first();
    assert.deepEqual([await first.locator('.bar-label').innerText(), await first.locator('.bar-value').innerText()], group.most);
    assert.ok((await first.locator('.bar').boundingBox()).width > 100);
    if (sum) {
      await s.list(sum.entity);
      await s.button('Figures').click();
      await s.page.getByLabel('Figure', { exact: true }).selectOption(sum.figure);
      await s.page.getByLabel('Column', { exact: true }).selectOption(sum.column);
      await s.page.locator('.bar-value', { hasText: sum.value }).waitFor();
    }
    await s.list(buckets.entity, { columns: `id,${buckets.by}` });
    await s.menu(`Column ${buckets.by}`, 'Group by it');
    await s.page.getByLabel('Bucket').selectOption(buckets.bucket);
    await s.viewHas(`figures=${buckets.by}:${buckets.bucket}:count:`);
    await s.page.locator('.bar-label', { hasText: new RegExp(`^${buckets.bars[0]}$`) }).first().waitFor(); // 0001, not 0001-01
    const labels = (await s.page.locator('.bar-label').allInnerTexts()).filter((l) => l !== 'null');
    assert.deepEqual(labels, buckets.bars);
  },
};
