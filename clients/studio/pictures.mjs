// Each main view, light and dark, 1280 and 390 pixels wide: to be looked at, and some of them for docs/studio.md.
const where = (s) => JSON.stringify({ all: [[`${s.domain.list.many}.#`, 'gt', '0'], { any: [[s.domain.list.label, 'startsWith', 'A'], [`${s.domain.list.many}.#`, 'gt', s.domain.list.counts[0]]] }] });

const views = {
  browse: async (s) => s.list(s.domain.list.entity),
  filter: async (s) => {
    await s.list(s.domain.list.entity, { where: where(s), figures: `${s.domain.group.by}::count:` });
    await s.page.locator('.bar-row').first().waitFor();
  },
  row: async (s) => {
    const { entity, many } = s.domain.list;
    const { data } = await s.ask(`{ rows: ${s.domain.list.plural}(first: 1, orderBy: [{ ${many}: { count: DESC } }]) { nodes { id } } }`);
    await s.list(entity, { row: data.rows.nodes[0].id });
    await s.page.locator('.sub-grid', { hasText: many }).first().locator('summary').click();
    await s.page.locator('.sub-grid tbody tr').first().scrollIntoViewIfNeeded();
  },
  review: async (s) => {
    const { entity, text, label, other } = s.domain.list;
    await s.list(entity, { columns: `${label},${text},${other}` });
    await s.edit(0, text, 'Somebody New');
    await s.edit(1, text, 'Somebody Else');
    await s.button('Review').click();
    await s.page.getByLabel('The mutation', { exact: true }).waitFor();
    return async () => {
      await s.page.keyboard.press('Escape');
      await s.discard();
    };
  },
  menu: async (s) => {
    await s.list(s.domain.list.entity, { page: '1' });
    await s.button('Export').click();
    return () => s.page.keyboard.press('Escape');
  },
  explore: async (s) => {
    const query = `{\n  ${s.domain.list.plural}(first: 3) {\n    nodes { ${s.domain.list.label} ${s.domain.list.many}(first: 1) { totalCount } }\n    totalCount\n  }\n}`;
    await s.open(`#/explore?${new URLSearchParams({ query })}`);
    await s.page.locator('.graphiql-query-editor .CodeMirror-line').first().waitFor();
    await s.page.waitForTimeout(700);
    await s.page.locator('.graphiql-execute-button').click();
    await s.page.locator('.explore-status').waitFor();
    await s.button('SQL and plan').click();
    await s.page.locator('.explore-statements').getByLabel('SQL').waitFor();
  },
  schema: async (s) => {
    await s.open('#/schema');
    await s.page.locator('.box').first().waitFor();
  },
  entity: async (s) => {
    await s.open(`#/schema/${s.domain.described.entity}`);
    await s.page.getByRole('heading', { name: 'Policies' }).waitFor();
  },
  migrations: async (s) => {
    await s.open('#/migrations');
    await s.page.locator('.migration-list summary').first().click();
  },
  empty: async (s) => s.list(s.domain.list.entity, { where: JSON.stringify({ all: [[s.domain.list.label, 'eq', 'nobody']] }) }),
  error: async (s) => s.open('#/data/Nothing'),
};

export default {
  async 'light and dark, wide and narrow'(s) {
    if (s.pictures === '-') return;
    for (const [theme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]]) {
      await s.page.emulateMedia({ colorScheme: theme });
      await s.page.setViewportSize({ width, height: 800 });
      for (const [name, show] of Object.entries(views)) {
        if (name === 'migrations' && !s.domain.migrations) continue;
        const end = await show(s);
        await s.page.waitForTimeout(300);
        await s.picture(name + (theme === 'dark' ? '-dark' : '') + (width === 390 ? '-narrow' : ''));
        await end?.();
      }
    }
    await s.page.emulateMedia({ colorScheme: 'light' });
    await s.page.setViewportSize({ width: 1280, height: 800 });
  },
};
