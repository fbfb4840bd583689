// Opens a studio in Chromium by the URL that it has printed, so that the browser holds its cookie, and then foreign pages in
// the same browser that try to read and to write through it. Prints what they got:
//
//   node studio/doors.mjs http://127.0.0.1:4983/?token=... DIRECTORY
//
// The pages are of evil.test, another site; of rebound.test, whose name leads to the studio once the page is loaded; and of
// another port of this machine, which is of the same site to the browser. DIRECTORY is for the browser's profile.
import { chromium } from 'playwright-core';

const start = new URL(process.argv[2]);
const studio = new URL('/', start);
const sibling = `http://127.0.0.1:${Number(studio.port) === 65535 ? 65534 : Number(studio.port) + 1}`;
const context = await chromium.launchPersistentContext(process.argv[3], {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    // Chromium's own wall around this machine would keep every request from the server, which has to do without.
    '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessChecks',
    `--host-resolver-rules=MAP evil.test 127.0.0.1, MAP rebound.test 127.0.0.1`,
  ],
});
const read = 'query Evil { shippers { nodes { companyName } } }';
const write = 'mutation Evil { createShipper(input: { companyName: "Evil" }) { id } }';

// What a page of an origin does, whose text comes from here while everything else goes to the network.
async function open(origin) {
  const page = await context.newPage();
  await page.route(`${origin}/page`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title><body></body>' }));
  await page.goto(`${origin}/page`);
  return page;
}

// In the page: each way to ask, and what it told. The functions are sent to the browser as they stand.
async function tries({ base, token, read, write }) {
  const got = {};
  const late = () => new Promise((resolve) => { setTimeout(resolve, 1500, ''); });
  const attempt = async (name, run) => {
    try {
      got[name] = String((await Promise.race([run(), late()])) ?? '');
    } catch {
      got[name] = '';
    }
  };
  const api = `${base}api/graphql`;
  for (const [what, query] of Object.entries({ read, write })) {
    const body = JSON.stringify({ query });
    const json = { 'Content-Type': 'application/json' };
    for (const credentials of ['include', 'same-origin']) {
      await attempt(`${what}: JSON, credentials ${credentials}`, async () => (await fetch(api, { method: 'POST', credentials, headers: json, body })).text());
    }
    await attempt(`${what}: text, unread`, async () => (await fetch(api, { method: 'POST', mode: 'no-cors', credentials: 'include', body })).text());
    await attempt(`${what}: blob of JSON`, async () => (await fetch(api, { method: 'POST', mode: 'no-cors', credentials: 'include', body: new Blob([body], { type: 'application/json' }) })).text());
    await attempt(`${what}: beacon`, () => navigator.sendBeacon(api, new Blob([body], { type: 'application/json' })) && '');
    await attempt(`${what}: XMLHttpRequest`, () => new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.withCredentials = true;
      request.open('POST', api);
      request.setRequestHeader('Content-Type', 'application/json');
      request.onloadend = () => resolve(request.responseText);
      request.send(body);
    }));
    await attempt(`${what}: web socket`, () => new Promise((resolve) => {
      const socket = new WebSocket(api.replace('http', 'ws'), 'graphql-transport-ws');
      socket.onopen = () => socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      socket.onmessage = (m) => resolve(m.data);
      socket.onerror = () => resolve('');
    }));
    await attempt(`${what}: GET`, async () => (await fetch(`${api}?query=${encodeURIComponent(query)}`, { credentials: 'include' })).text());
  }
  for (const path of ['api/state', 'api/migrations', 'api/tables', 'api/traces/1']) {
    await attempt(path, async () => (await fetch(base + path, { credentials: 'include' })).text());
    await attempt(`${path}, as a script`, () => new Promise((resolve) => {
      const script = document.createElement('script');
      script.onload = script.onerror = () => resolve('');
      script.src = base + path;
      document.body.append(script);
    }));
  }
  await attempt('sign in', async () => (await fetch(`${base}api/sign-in`, { method: 'POST', credentials: 'include', headers: { 'Content-Type': 'text/plain' }, body: '{"id":"1","roles":["admin"]}' })).text());
  for (const path of ['', 'api/state', token]) {
    await attempt(`frame of /${path}`, () => new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.onload = () => { try { resolve(frame.contentDocument?.body?.innerText ?? ''); } catch { resolve(''); } };
      frame.src = base + path;
      document.body.append(frame);
    }));
    await attempt(`window of /${path}`, async () => {
      const opened = window.open(base + path);
      await new Promise((resolve) => { setTimeout(resolve, 700); });
      try {
        return opened?.document?.body?.innerText ?? '';
      } finally {
        opened?.close();
      }
    });
  }
  return got;
}

// A form that leads the whole window away, to the studio, with the cookie if the browser sends it.
async function submit(origin, base, enctype, fields) {
  const page = await open(origin);
  const answered = page.waitForResponse((r) => r.url().startsWith(base), { timeout: 5000 }).then((r) => r.text(), () => '');
  await page.evaluate(({ action, type, values }) => {
    const form = Object.assign(document.createElement('form'), { method: 'POST', action, enctype: type });
    for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    form.submit();
  }, { action: `${base}api/graphql`, type: enctype, values: fields });
  const text = await answered;
  await page.close();
  return text;
}

// The studio's own page can read, and where it leads tells nobody the token.
const own = await context.newPage();
await own.goto(start.href);
await own.getByRole('gridcell').first().waitFor();
const control = await own.evaluate(async (query) => (await fetch('api/graphql', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) })).text(), read);
const cookies = (await context.cookies(studio.href)).length;
await own.route('http://evil.test/page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title>' }));
await own.evaluate(() => { window.location.href = 'http://evil.test/page'; });
await own.waitForURL('http://evil.test/page');
const told = await own.evaluate(() => ({ referrer: document.referrer, opener: String(window.opener) }));

const attempts = {};
const json = JSON.stringify({ query: write });
for (const [name, origin, base] of [
  ['evil.test', `http://evil.test:${studio.port}`, studio.href],
  ['rebound.test', `http://rebound.test:${studio.port}`, `http://rebound.test:${studio.port}/`],
  ['another port', sibling, studio.href],
]) {
  const page = await open(origin);
  attempts[name] = await page.evaluate(tries, { base, token: start.search, read, write });
  await page.close();
  attempts[name]['form, url encoded'] = await submit(origin, base, 'application/x-www-form-urlencoded', { query: write });
  attempts[name]['form, multipart'] = await submit(origin, base, 'multipart/form-data', { operations: json, map: '{}' });
  attempts[name]['form, text'] = await submit(origin, base, 'text/plain', { [`${json.slice(0, -1)},"x":"`]: '"}' });
}
await context.close();
process.stdout.write(JSON.stringify({ control, cookies, told, attempts }));
