// One report, three nodes: who shall know it knows it at once, who shall not finds no trace.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { eventually, open, quiet, signIn } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';
import { get, without } from '../harness/plain.mjs';
import { release } from '../harness/report.mjs';
import { everything, get as taxii } from '../harness/taxii.mjs';

/** Words that stand in no sample. */
const word = () => `quartz${randomUUID().slice(0, 8)}`;

async function at(name, role) {
  const { demo, browser } = await house();
  const context = await open(browser);
  const page = await context.newPage();
  await signIn(page, demo, name, role);
  return { demo, web: demo.web(name), context, page };
}

describe('a report for Kosovo only', () => {
  test('is in Pristina within two seconds, without a reload, and nowhere in Zagreb', async () => {
    const tirana = await at('tirana', 'releaser');
    const pristina = await at('pristina', 'analyst');
    const zagreb = await at('zagreb', 'administrator');
    const mark = word();
    const title = `Outage at the ${mark} substation`;

    await pristina.page.goto(`${pristina.web}/reports`);
    await pristina.page.evaluate(() => (window.notReloaded = true));
    // Until its first proof with a partner, a node's pages change by themselves.
    await eventually(async () => assert.ok(!(await get(zagreb.context, `${zagreb.web}/reports`)).body.includes('Not yet confirmed')));
    const before = await seenFrom(zagreb, mark);

    const path = await release(tirana.page, tirana.web, { title, text: `Seen at ${mark}.`, to: ['Pristina'] });
    const start = performance.now();
    const row = pristina.page.locator('tr.fresh', { hasText: title });
    await row.waitFor({ timeout: 2_000 });
    console.log(`   from release to Pristina's page: ${Math.round(performance.now() - start)} ms`);
    assert.equal(await pristina.page.evaluate(() => window.notReloaded), true);
    await row.getByRole('link', { name: title }).click();
    await pristina.page.getByText(`Seen at ${mark}.`).first().waitFor();

    // Long enough for Zagreb to have pulled, had there been anything: it is live, as Pristina is.
    await new Promise((done) => setTimeout(done, 1_000));
    const id = path.split('/').at(-1);
    same(await seenFrom(zagreb, mark), before);
    await looksAbsent(zagreb, id);

    for (const { context } of [tirana, pristina]) quiet(context);
    for (const { context } of [tirana, pristina, zagreb]) await context.close();
  });
});

/** All that a node's most powerful account gets from it, in lists, counts, search and exports. */
async function seenFrom({ demo, context, web }, mark) {
  const seen = {};
  for (const path of ['/', '/reports', '/reports?owner=AL', '/partners', `/reports?q=${mark}`, `/search?q=${mark}`, '/reports/export.json', '/reports/export.csv']) {
    seen[path] = await get(context, web + path);
    assert.equal(seen[path].status, 200, path);
    assert.ok(!seen[path].body.replaceAll(`q=${mark}`, '').replaceAll(`value="${mark}"`, '').includes(`at the ${mark}`), path);
  }
  for (const path of Object.keys(seen)) seen[path] = timeless(seen[path]);
  seen.taxii = (await everything(demo, 'zagreb', demo.account('zagreb', 'administrator'))).map((one) => [one.id, one.modified]);
  return seen;
}

/** Pages tell the time: when they were printed, when a partner was last heard from. The rest stays. */
function timeless({ status, headers, body }) {
  const still = body.replace(/<time[^>]*>.*?<\/time>/gs, '<time>').replace(/\d+ \S+ \d{4},? \d\d:\d\d UTC/g, 'TIME');
  return { status, headers: headers.filter(({ name }) => name.toLowerCase() !== 'content-length'), body: still };
}

/** As `deepEqual`, but tells only the place where two texts part. */
function same(now, before) {
  for (const [path, was] of Object.entries(before)) {
    const is = now[path];
    if (typeof was.body === 'string' && is.body !== was.body) {
      const at = [...was.body].findIndex((letter, place) => letter !== is.body[place]);
      assert.fail(`${path} has changed: …${was.body.slice(at - 60, at + 60)}… is …${is.body.slice(at - 60, at + 60)}…`);
    }
    assert.deepEqual(is, was, path);
  }
}

/** Asking for it by its name is answered as asking for what never was. */
async function looksAbsent({ demo, context, web }, id) {
  const absent = `incident--${randomUUID()}`;
  const ways = ['/reports/ID', '/objects/ID', '/objects/ID/raw', '/reports/ID?as=XK', '/reports/ID/versions/2026-01-01T00:00:00.000Z'];
  for (const way of ways) {
    const hidden = without(await get(context, web + way.replace('ID', id)), id);
    const nothing = without(await get(context, web + way.replace('ID', absent)), absent);
    assert.equal(hidden.status, 404, way);
    assert.deepEqual(hidden, nothing, way);
  }
  const account = demo.account('zagreb', 'administrator');
  const { api_roots: roots } = JSON.parse((await taxii(demo, demo.nodes.zagreb.taxii, account)).text);
  const root = new URL(roots[0], demo.nodes.zagreb.taxii).href;
  const { collections } = JSON.parse((await taxii(demo, `${root}collections/`, account)).text);
  for (const collection of collections) {
    for (const way of ['objects/ID/', 'objects/ID/versions/', 'objects/?match[id]=ID', 'manifest/?match[id]=ID']) {
      const ask = async (one) => {
        const { status, headers, text } = await taxii(demo, `${root}collections/${collection.id}/${way.replace('ID', one)}`, account);
        delete headers.date;
        return without({ status, headers, text }, one);
      };
      assert.deepEqual(await ask(id), await ask(absent), way);
    }
  }
}

test('a question about a report reaches its owner, and nobody else', async () => {
  const pristina = await at('pristina', 'analyst');
  const tirana = await at('tirana', 'analyst');
  const zagreb = await at('zagreb', 'administrator');
  const mark = word();
  await pristina.page.goto(`${pristina.web}/reports?owner=AL`);
  const href = await pristina.page.locator('table.list tbody a[data-row]').first().getAttribute('href');
  await tirana.page.goto(tirana.web + href);
  await pristina.page.goto(pristina.web + href);
  await pristina.page.locator('#note').fill(`Is this the ${mark} again?`);
  await pristina.page.getByRole('button', { name: 'Send as a question' }).click();
  await pristina.page.locator('#notes-list', { hasText: mark }).waitFor();
  await tirana.page.locator('#notes-list', { hasText: mark }).waitFor();
  await new Promise((done) => setTimeout(done, 1_000));
  for (const path of [href, `/search?q=${mark}`]) {
    const { body } = await get(zagreb.context, zagreb.web + path);
    assert.ok(!body.includes(`the ${mark}`), path);
  }
  quiet(tirana.context);
  quiet(pristina.context);
  for (const { context } of [tirana, pristina, zagreb]) await context.close();
});

describe('a partner that was away', () => {
  test('catches up on its return: nothing twice, nothing lost', async () => {
    const { demo } = await house();
    const tirana = await at('tirana', 'releaser');
    await demo.act('stop', 'pristina');
    const mark = word();
    const titles = [1, 2, 3].map((n) => `Outage ${n} at the ${mark} substation`);
    for (const title of titles) await release(tirana.page, tirana.web, { title, to: ['Pristina'] });
    await demo.act('start', 'pristina');

    const pristina = await at('pristina', 'analyst');
    await eventually(async () => {
      await pristina.page.goto(`${pristina.web}/reports?q=${mark}`);
      assert.equal(await pristina.page.locator('table.list tbody tr').count(), 3);
    });
    const rows = await pristina.page.locator('table.list tbody tr').allTextContents();
    for (const title of titles) assert.equal(rows.filter((text) => text.includes(title)).length, 1, title);
    const held = await everything(demo, 'pristina', demo.account('pristina', 'analyst'));
    const versions = held.map((one) => `${one.id} ${one.modified}`);
    assert.equal(new Set(versions).size, versions.length);
    const given = await everything(demo, 'tirana', demo.account('tirana', 'analyst'));
    const ours = given.filter((one) => one.type === 'incident' && one.name.includes(mark)).map((one) => one.id);
    assert.equal(ours.length, 3);

    quiet(tirana.context);
    for (const { context } of [tirana, pristina]) await context.close();
  });
});

test('one browser is signed in at three nodes at once', async () => {
  const { demo, browser } = await house();
  const context = await open(browser);
  const pages = {};
  for (const name of ['tirana', 'zagreb', 'pristina']) {
    pages[name] = await context.newPage();
    await signIn(pages[name], demo, name, 'analyst');
  }
  for (const [name, page] of Object.entries(pages)) {
    await page.goto(`${demo.web(name)}/account`);
    assert.equal(new URL(page.url()).pathname, '/account', name);
    await page.getByText(demo.nodes[name].node, { exact: false }).first().waitFor();
  }
  quiet(context);
  await context.close();
});
