// Opens foreign pages in Chromium that try to write to the API and to read from it, and prints what they got:
//
//   node pages.mjs http://127.0.0.1:8080/graphql DIRECTORY
//
// The pages are of evil.test, another origin, and of rebound.test, whose name leads to the API once the page is loaded.
// DIRECTORY is for the browser's profile.
import { chromium } from 'playwright-core';

const api = new URL(process.argv[2]);
const names = ['evil.test', 'rebound.test'].map((name) => `MAP ${name} ${api.hostname}`);
const context = await chromium.launchPersistentContext(process.argv[3], {
  executablePath: '/usr/bin/chromium',
  headless: true,
  bypassCSP: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    // Chromium's own wall around this machine would keep every request from the server, which has to do without.
    '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessChecks',
    `--host-resolver-rules=${names.join(', ')}`,
  ],
});

// Everything that a page is told by the API goes through here.
const read = [];
const query = 'query Evil { orders(first: 1) { nodes { shipName } } }';
const html = { contentType: 'text/html', body: '<!doctype html><title>page</title><body></body>' };

// open loads a page of an origin, whose text comes from here while everything else goes to the network.
async function open(origin) {
  const page = await context.newPage();
  await page.route(`${origin}/page`, (route) => route.fulfill(html));
  await page.goto(`${origin}/page`);
  return page;
}

// The same-origin page that may read: that it can shows that the others' failure is not the test's.
async function control() {
  const page = await open(api.origin);
  return page.evaluate(ask, { url: api.href, query });
}

async function ask({ url, query }) {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) });
  return answer.text();
}

// submit sends a form and reads the page that comes back, as the page that sent it would have to.
async function submit(enctype, fields) {
  const page = await open(`http://evil.test:${api.port}`);
  await page.evaluate(({ url, enctype, fields }) => {
    const frame = document.createElement('iframe');
    frame.name = 'target';
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: url, enctype, target: 'target' });
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement('input');
      Object.assign(input, { name, value });
      form.append(input);
    }
    document.body.append(frame, form);
    const done = new Promise((resolve) => { frame.onload = resolve; });
    form.submit();
    return done;
  }, { url: api.href, enctype, fields });
  read.push(await page.evaluate(() => {
    try {
      return document.querySelector('iframe').contentDocument.body.innerText;
    } catch {
      return '';
    }
  }));
  await page.close();
}

// tries are what scripts of a page can do without a form, each by its name.
async function tries({ url, query }) {
  const body = JSON.stringify({ query });
  const got = {};
  const attempt = async (name, run) => {
    const late = new Promise((resolve) => { setTimeout(resolve, 1500, ''); });
    try {
      got[name] = String((await Promise.race([run(), late])) ?? '');
    } catch (error) {
      got[name] = '';
    }
  };
  const text = async (options, at = url) => (await fetch(at, options)).text();
  const load = (tag, attributes) => new Promise((resolve) => {
    const element = document.createElement(tag);
    element.onload = element.onerror = () => resolve(element.contentDocument?.body?.innerText ?? '');
    Object.assign(element, attributes);
    document.body.append(element);
  });
  const asked = `${url}?query=${encodeURIComponent(query)}`;
  await attempt('json', () => text({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body }));
  await attempt('json with credentials', () => text({ method: 'POST', credentials: 'include', headers: { 'Content-Type': 'application/json' }, body }));
  await attempt('plain text', () => text({ method: 'POST', body }));
  await attempt('plain text, unread', () => text({ method: 'POST', mode: 'no-cors', body }));
  await attempt('form data', () => {
    const form = new FormData();
    form.set('operations', body);
    form.set('map', '{}');
    return text({ method: 'POST', mode: 'no-cors', body: form });
  });
  await attempt('url encoded', () => text({ method: 'POST', mode: 'no-cors', body: new URLSearchParams({ query }) }));
  await attempt('blob of JSON', () => text({ method: 'POST', mode: 'no-cors', body: new Blob([body], { type: 'application/json' }) }));
  await attempt('beacon', () => navigator.sendBeacon(url, new Blob([body], { type: 'application/json' })) && '');
  await attempt('beacon of text', () => navigator.sendBeacon(url, body) && '');
  await attempt('get', () => text({}, asked));
  await attempt('get, unread', () => text({ mode: 'no-cors' }, asked));
  await attempt('image', () => load('img', { src: asked }));
  await attempt('script', () => load('script', { src: asked }));
  await attempt('frame', () => load('iframe', { src: asked }));
  await attempt('mutation by get', () => text({ mode: 'no-cors' }, `${url}?query=${encodeURIComponent('mutation Evil { __typename }')}`));
  await attempt('XMLHttpRequest', () => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('Content-Type', 'application/json');
    request.onloadend = () => resolve(request.responseText);
    request.send(body);
  }));
  for (const protocol of ['graphql-transport-ws', 'graphql-ws']) {
    await attempt(protocol, () => new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws'), protocol);
      socket.onopen = () => {
        socket.send(JSON.stringify({ type: 'connection_init' }));
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      };
      socket.onmessage = (message) => resolve(message.data);
      socket.onerror = () => resolve('');
    }));
  }
  await attempt('event source', () => new Promise((resolve) => {
    const source = new EventSource(asked);
    source.onmessage = (message) => resolve(message.data);
    source.onerror = () => { source.close(); resolve(''); };
  }));
  return got;
}

const controlled = await control();
const json = JSON.stringify({ query });
await submit('application/x-www-form-urlencoded', { query });
await submit('multipart/form-data', { operations: json, map: '{}' });
await submit('text/plain', { [`${json.slice(0, -1)},"x":"`]: '"}' });
const attempts = {};
for (const name of ['evil.test', 'rebound.test']) {
  // A page that rebinds its name asks the API under that name, which is its own origin; any other page asks the API's.
  const origin = `http://${name}:${api.port}`;
  const target = name === 'rebound.test' ? new URL(api.pathname, origin).href : api.href;
  const page = await open(origin);
  attempts[name] = await page.evaluate(tries, { url: target, query });
  read.push(...Object.values(attempts[name]));
}
await context.close();
process.stdout.write(JSON.stringify({ control: controlled, attempts, read }));
