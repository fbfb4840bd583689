// A browser at a studio, with what the checks of all parts do again and again.
import { chromium } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What a check waits for comes in milliseconds; a busy machine gets many times that.
const patience = 10_000;

export class Driver {
  barriers = [];
  complaints = [];

  static async launch(start, domain, pictures) {
    const driver = new Driver();
    driver.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
    const context = await driver.browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: 'America/New_York', reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // A browser that can write files as they come asks where; here they are downloaded.
    await context.addInitScript(() => { delete window.showSaveFilePicker; });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('console', (m) => { if (m.type() === 'error') driver.complaints.push(`${driver.doing}: ${m.text().slice(0, 300)}`); });
    page.on('pageerror', (e) => driver.complaints.push(`${driver.doing}: ${e.message}`));
    page.on('dialog', (d) => d.accept()); // of a page that is left with changes
    Object.assign(driver, { start, base: start.replace(/\?.*/, ''), domain, pictures, context, page });
    driver.doing = 'open';
    await page.goto(start);
    await page.getByRole('gridcell').first().waitFor();
    return driver;
  }

  // Complaints of the console that a check has brought about itself: Chromium reports every answer that is a refusal.
  forgive(pattern) { this.complaints = this.complaints.filter((c) => !(c.startsWith(this.doing) && pattern.test(c))); }

  async picture(name) {
    await this.page.screenshot({ path: `${this.pictures}/${name}.jpg`, type: 'jpeg', quality: 52 });
  }

  close() { return this.browser.close(); }

  async check(part, name, run) {
    const began = Date.now();
    this.doing = `${part}: ${name}`;
    const result = { part, name, fault: '', said: '' };
    this.say = (text) => { result.said = text; };
    try {
      await run(this);
    } catch (error) {
      result.fault = `${error.message}\n${(await this.page.locator('body').innerText().catch(() => '')).slice(0, 1500)}`;
      if (this.pictures !== '-') await this.page.screenshot({ path: `${this.pictures}/fault-${part}-${name.replace(/\W+/g, '-')}.png` }).catch(() => {});
      await this.page.unrouteAll();
      await this.page.reload().catch(() => {}); // what was left open is not the next one's
    }
    result.took = Date.now() - began;
    return result;
  }

  // Another place of the studio, looked at afresh: what was selected or opened in a list is gone.
  async open(hash) {
    await this.page.evaluate(async (to) => {
      window.location.hash = '#/data/-';
      await new Promise((done) => { setTimeout(done); });
      window.location.hash = to;
    }, hash);
  }

  // An entity's rows, with the parameters of a view.
  async list(entity, view = {}) {
    await this.open(`#/data/${entity}?${new URLSearchParams(view)}`);
    await this.page.locator(`[role=grid][aria-label="${entity}"]:not(.stale)`).waitFor();
    await this.page.locator('[role=gridcell], .feedback.empty').first().waitFor();
  }

  // The view that the URL tells.
  view() { return new URLSearchParams(new URL(this.page.url()).hash.split('?')[1] ?? ''); }

  async viewHas(text) { await this.page.waitForFunction((t) => decodeURIComponent(window.location.hash.replaceAll('+', ' ')).includes(t), text); }

  header(name) { return this.page.getByRole('columnheader').filter({ has: this.page.getByRole('button', { name: `Column ${name}`, exact: true }) }); }

  // The cell of a row, from 0, under a column's name.
  async cell(row, name) {
    const index = await this.header(name).getAttribute('aria-colindex');
    return this.page.locator(`[role=row][aria-rowindex="${row + 2}"] > [aria-colindex="${index}"]`);
  }

  async text(row, name) { return (await this.cell(row, name)).innerText(); }

  async column(name) {
    const index = await this.header(name).getAttribute('aria-colindex');
    return this.page.locator(`.grid-body [aria-colindex="${index}"]`).allInnerTexts();
  }

  async active(row, name) {
    await (await this.cell(row, name)).click({ position: { x: 3, y: 3 } });
  }

  // The number of rows, once it is counted.
  async total() {
    return Number((await this.page.locator('.crumbs .count').innerText()).replace(/\D/g, ''));
  }

  button(name, exact = true) { return this.page.getByRole('button', { name, exact }); }

  // An entry of a menu that a button opens.
  async menu(button, item) {
    await this.button(button).click();
    await this.page.locator('.popover').getByRole('button', { name: item, exact: typeof item === 'string' }).click();
  }

  dialog(name) { return this.page.getByRole('dialog', { name }); }

  // Types a value into a cell's editor.
  async edit(row, name, value, how = 'Enter') {
    await this.active(row, name);
    await this.page.keyboard.press('F2');
    const editor = this.dialog(`Edit ${name}`);
    await editor.waitFor();
    const select = editor.locator('select');
    if (await select.count()) await select.selectOption(value);
    else await editor.locator('input, textarea').first().fill(value);
    const lines = await editor.locator('textarea').count() > 0; // in which Enter is a line's end
    await this.page.keyboard.press(how === 'Enter' && lines ? 'Control+Enter' : how);
    await editor.waitFor({ state: 'detached' });
  }

  async save() {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.changes-bar', { hasText: 'Saved:' }).waitFor();
  }

  async discard() {
    if (await this.button('Discard').count()) await this.button('Discard').click();
  }

  async paste(text) {
    await this.page.evaluate((t) => navigator.clipboard.writeText(t), text);
    await this.page.keyboard.press('Control+v');
  }

  clipboard() { return this.page.evaluate(() => navigator.clipboard.readText()); }

  async download(work) {
    const [file] = await Promise.all([this.page.waitForEvent('download'), work()]);
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
  }

  // An operation of the studio's own API, as another session of the same browser would ask it.
  async ask(query, variables = {}, headers = {}) {
    return this.page.evaluate(async ([body, more]) => {
      const response = await fetch('api/graphql', { method: 'POST', headers: { 'Content-Type': 'application/json', ...more }, body });
      return response.json();
    }, [JSON.stringify({ query, variables }), headers]);
  }

  // Serious barriers, by axe-core, which is run outside the page's content security policy.
  async barrierFree(where) {
    await this.page.waitForFunction(() => !document.querySelector('.spinner, .stale')); // what is still to come is no barrier
    const session = await this.context.newCDPSession(this.page);
    const run = `${axe}; axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' (' + n.failureSummary.split('\\n').at(-1).trim() + ')').join(', '))))`;
    const { result } = await session.send('Runtime.evaluate', { expression: run, awaitPromise: true });
    for (const b of JSON.parse(result.value)) this.barriers.push(`${where}: ${b}`);
    await session.detach();
  }
}

// A check that only a domain with something has; see the domains' files.
export const needs = (what, run) => Object.assign(run, { needs: what });
