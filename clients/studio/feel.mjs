// Part 8 of the issue: how it feels.
import assert from 'node:assert/strict';

export default {
  async 'the grid by the keyboard alone'(s) {
    const { entity, text } = s.domain.list;
    await s.list(entity);
    await s.page.locator('.grid').focus();
    const at = () => s.page.locator('.grid').getAttribute('aria-activedescendant');
    await s.page.keyboard.press('Control+Home');
    assert.equal(await at(), 'cell-0-0');
    await s.page.keyboard.press('ArrowDown');
    await s.page.keyboard.press('ArrowRight');
    assert.equal(await at(), 'cell-1-1');
    await s.page.keyboard.press('End');
    const last = Number((await at()).split('-')[2]);
    assert.equal(last, Number(await s.page.locator('.grid').getAttribute('aria-colcount')) - 2);
    await s.page.locator(`#${await at()}`).waitFor(); // the active cell comes into sight
    await s.page.keyboard.press('Home');
    await s.page.keyboard.press('PageDown');
    assert.equal(await at(), `cell-${Math.min(16, s.domain.list.rows - 1)}-0`);
    await s.page.keyboard.press('Control+ArrowUp');
    await s.page.keyboard.press('Space');
    await s.page.keyboard.press('ArrowDown');
    await s.page.keyboard.press('Shift+Space');
    await s.page.locator('.selection', { hasText: '2 selected' }).waitFor();
    await s.page.keyboard.press('Escape');
    await s.page.locator('.selection').waitFor({ state: 'detached' });
    await s.page.keyboard.press('Enter');
    await s.page.locator('.row-panel').waitFor();
    await s.page.keyboard.press('Escape');
    await s.page.locator('.row-panel').waitFor({ state: 'detached' });
    assert.ok(await s.page.locator('.grid').evaluate((g) => g === document.activeElement), 'Esc leads back to the grid');
    assert.ok(text);
  },

  async 'Tab leads out of the grid, and the focus is seen'(s) {
    await s.list(s.domain.list.entity);
    await s.page.locator('.grid').focus();
    await s.page.keyboard.press('Tab');
    assert.ok(await s.page.evaluate(() => document.activeElement?.closest('.grid') === null));
    for (let i = 0; i < 12; i++) {
      const seen = await s.page.evaluate(() => {
        const e = document.activeElement;
        if (!e || e === document.body) return true;
        const style = getComputedStyle(e);
        const parts = [style, getComputedStyle(e, '::before')];
        return parts.some((p) => (p.outlineStyle !== 'none' && p.outlineWidth !== '0px') || p.boxShadow !== 'none') || e.classList.contains('grid') && getComputedStyle(document.querySelector('.cell.active')).boxShadow !== 'none';
      });
      assert.ok(seen, await s.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200)));
      await s.page.keyboard.press('Tab');
    }
  },

  async 'ARIA: a grid of rows and cells, numbered'(s) {
    const { entity, rows } = s.domain.list;
    await s.list(entity);
    await s.total();
    const grid = s.page.getByRole('grid', { name: entity });
    assert.equal(await grid.getAttribute('aria-rowcount'), String(rows + 1));
    const snapshot = await grid.evaluate((g) => [...g.querySelectorAll('[role=row]')].every((r) => [...r.children].every((c) => ['gridcell', 'columnheader', 'presentation'].includes(c.getAttribute('role')))));
    assert.ok(snapshot);
    await s.barrierFree('browse');
  },

  async 'the palette goes anywhere by a few letters'(s) {
    await s.page.keyboard.press('Control+k');
    await s.dialog('Go to, or do').waitFor();
    await s.barrierFree('palette');
    const { entity } = s.domain.list;
    await s.page.keyboard.type(entity.slice(0, 4));
    await s.page.keyboard.press('Enter');
    await s.viewHas(`#/data/${entity}`);
    await s.page.keyboard.press('Control+k');
    await s.page.keyboard.type('theme dark');
    await s.page.keyboard.press('Enter');
    assert.equal(await s.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await s.page.keyboard.press('Control+k');
    await s.page.keyboard.type('theme system');
    await s.page.keyboard.press('Enter');
    await s.page.keyboard.press('Control+k');
    await s.page.keyboard.type('zzqx');
    await s.page.getByText('Nothing has these letters.').waitFor();
    await s.page.keyboard.press('Escape');
    await s.dialog('Go to, or do').waitFor({ state: 'detached' });
  },

  async 'the sheet of keys'(s) {
    await s.list(s.domain.list.entity);
    await s.page.locator('.grid').focus();
    await s.page.keyboard.press('?');
    await s.dialog('Keyboard shortcuts').waitFor();
    await s.barrierFree('shortcuts');
    await s.page.keyboard.press('Escape');
    await s.dialog('Keyboard shortcuts').waitFor({ state: 'detached' });
  },

  async 'nothing moves for those who do not want it'(s) {
    await s.list(s.domain.list.entity);
    const moving = await s.page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0.01 || parseFloat(getComputedStyle(e).animationDuration) > 0.01).length);
    assert.equal(moving, 0);
    // Nor does a colour on its way down from the page to a cell: another theme is there in the same frame.
    const colours = await s.page.evaluate(async () => {
      const cell = document.querySelector('.head-name span');
      const frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
      const of = () => getComputedStyle(cell).color;
      document.documentElement.dataset.theme = 'dark';
      const at = of();
      for (let i = 0; i < 20; i++) await frame();
      const after = of();
      document.documentElement.dataset.theme = 'light';
      return [at, after];
    });
    assert.equal(colours[0], colours[1]);
  },

  async 'an empty list, a wrong link and a server that is gone say what to do'(s) {
    const { entity, label } = s.domain.list;
    await s.list(entity, { where: JSON.stringify({ all: [[label, 'eq', 'nobody at all']] }) });
    await s.page.getByRole('heading', { name: 'No rows' }).waitFor();
    await s.barrierFree('empty');
    await s.open('#/data/Nothing');
    await s.page.getByText('There is no Nothing in this schema.').waitFor();
    await s.page.route('**/api/graphql', (route) => route.abort());
    await s.open(`#/data/${entity}?columns=id,${label}&sort=-${label}`);
    await s.page.getByText('The server does not answer. Is it still running?').waitFor();
    s.forgive(/ERR_FAILED/);
    await s.barrierFree('error');
    await s.page.unroute('**/api/graphql');
    await s.button('Try again').click();
    await s.page.getByRole('gridcell').first().waitFor();
  },

  async 'narrow and dark: nothing is cut off, no barrier'(s) {
    await s.page.emulateMedia({ colorScheme: 'dark' });
    await s.page.setViewportSize({ width: 390, height: 800 });
    await s.page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    for (const hash of [`#/data/${s.domain.list.entity}`, '#/schema', '#/explore']) {
      await s.open(hash);
      await s.page.locator('.grid, .diagram, .graphiql-container').first().waitFor();
      assert.ok(await s.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), hash);
      await s.barrierFree(`narrow and dark ${hash}`);
    }
    const query = s.page.locator('.graphiql-editors');
    assert.ok((await query.boundingBox()).width > 340, 'the query has the width of the page');
    await s.list(s.domain.list.entity, { page: '1' });
    const { x, width } = await s.button('Endless').boundingBox();
    assert.ok(x >= 0 && x + width <= 390, 'the pages are turned by what is in sight');
    await s.button('Menu').click();
    await s.page.locator('.sidebar .entities').waitFor();
    await s.page.locator('.sidebar').getByRole('link', { name: new RegExp(`^${s.domain.child.entity}`) }).click();
    await s.viewHas(`#/data/${s.domain.child.entity}`);
    await s.page.emulateMedia({ colorScheme: 'light' });
    await s.page.setViewportSize({ width: 1280, height: 800 });
  },

  async 'painted in less than 300 ms'(s) {
    // How soon the browser paints at all on this machine, at this moment, is told by a page with one word.
    const empty = new URL('empty', s.base).href;
    await s.page.route(empty, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>empty</title><p>word' }));
    const paint = async (url) => {
      await s.page.goto('about:blank');
      await s.page.goto(url);
      await s.page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      return s.page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
    };
    // Whatever else the machine does makes a paint later, never sooner: the least of some is the page's own.
    const paints = { empty: [], studio: [], rows: [] };
    for (let i = 0; i < 10; i++) {
      paints.empty.push(await paint(empty));
      paints.studio.push(await paint(`${s.base}#/data/${s.domain.list.entity}`));
      await s.page.getByRole('gridcell').first().waitFor();
      paints.rows.push(await s.page.evaluate(() => performance.now()));
    }
    await s.page.unroute(empty);
    const least = Object.fromEntries(Object.entries(paints).map(([name, all]) => [name, Math.round(Math.min(...all))]));
    s.say(`painted after ${least.studio} ms, an empty page after ${least.empty} ms; rows after ${least.rows} ms`);
    // 100 ms is what the browser takes to begin where nothing else runs.
    assert.ok(least.studio - least.empty + 100 < 300, JSON.stringify(paints));
  },
};
