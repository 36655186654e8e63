// The scripts by themselves, on hand-written pages.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually, launch, open, quiet } from '../harness/browser.mjs';
import { Fixture } from '../harness/fixture.mjs';

let browser;
let fixture;
before(async () => {
  [browser, fixture] = await Promise.all([launch(), Fixture.start()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
after(async () => {
  await browser?.close();
  await fixture?.end();
});

async function at(body, options) {
  fixture.pages.set('/', body);
  const context = await open(browser, options);
  const page = await context.newPage();
  await page.goto(fixture.url);
  return { context, page };
}

const row = (name) => `<tr><td><a href="/${name}">${name}</a></td></tr>`;
const list = (...names) => `<div id="news" data-live="/news" data-live-said="New reports"><table class="list"><tbody>${names.map(row).join('')}</tbody></table></div>`;

describe('keys', () => {
  const body = `<header><input type="search" aria-keyshortcuts="/"></header>
    <nav><a href="#reports" data-key="g r">Reports <kbd>g r</kbd></a></nav><a href="#edit" data-key="e">New version <kbd>e</kbd></a>
    ${list('one', 'two', 'three')}
    <dialog id="keys"><dl data-keys-list></dl><label><input type="checkbox" data-keys-pick> On</label><button data-close>Close</button></dialog>`;

  test('search, desks, rows, and what there is', async () => {
    const { context, page } = await at(body);
    await page.keyboard.press('/');
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.type);
    assert.equal(await focused(), 'search');
    await page.keyboard.type('gr');
    assert.equal(await page.inputValue('input[type=search]'), 'gr');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await focused(), '/one');
    await page.keyboard.press('j');
    assert.equal(await focused(), '/two');
    await page.keyboard.press('k');
    assert.equal(await focused(), '/one');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    assert.equal(new URL(page.url()).hash, '#reports');
    await page.keyboard.press('e');
    assert.equal(new URL(page.url()).hash, '#edit');
    await page.keyboard.press('?');
    assert.deepEqual(await page.locator('#keys dd').allTextContents(), ['Reports', 'New version']);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#keys').isVisible(), false);
    quiet(context);
  });

  test('can be switched off', async () => {
    const { page } = await at(body);
    await page.keyboard.press('?');
    await page.locator('[data-keys-pick]').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    assert.equal(await page.locator('#keys').isVisible(), false);
  });
});

test('what was gained appears, marked and announced, and the reader stays where he was', async () => {
  const { context, page } = await at(list('one', 'two'));
  await eventually(() => assert.equal(fixture.listeners, 1));
  await page.locator('a[href="/two"]').focus();
  fixture.pages.set('/news', list('new', 'one', 'two'));
  fixture.gained();
  await page.locator('tr.fresh a[href="/new"]').waitFor();
  assert.equal(await page.locator('tr.fresh').count(), 1);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '/two');
  assert.equal(await page.locator('[data-toast]').textContent(), 'New reports');
  quiet(context);
});

describe('a form that saves itself', () => {
  const form = `<form action="/full" method="post" data-autosave="/save"><input type="hidden" name="csrf" value="token">
    <label>Title <input name="title" value=""></label><label><input type="checkbox" name="to" value="HR">HR</label><label><input type="checkbox" name="to" value="XK">XK</label>
    <p data-autosave-state data-saving="Saving" data-saved="Saved" data-failed="Not saved" data-kept="Restored"></p></form>`;

  test('saves what was typed, with the token', async () => {
    const got = [];
    fixture.pages.set('/save', (request, answer, text) => {
      got.push([request.headers['x-csrf'], text]);
      answer.writeHead(204).end();
    });
    const { context, page } = await at(form);
    await page.getByLabel('Title').fill('Drone over the port');
    await page.getByText('Saved').waitFor();
    assert.deepEqual(got, [['token', 'title=Drone+over+the+port&csrf=token']]);
    quiet(context);
  });

  test('loses nothing when it cannot', async () => {
    fixture.pages.set('/save', (_, answer) => answer.writeHead(303, { location: '/sign-in' }).end());
    const { context, page } = await at(form);
    await page.getByLabel('Title').fill('Drone over the port');
    await page.getByLabel('XK').check();
    await page.getByText('Not saved').waitFor();
    let text;
    fixture.pages.set('/save', (_, answer, sent) => {
      text = sent;
      answer.writeHead(204).end();
    });
    await page.reload();
    assert.equal(await page.getByLabel('Title').inputValue(), 'Drone over the port');
    assert.equal(await page.getByLabel('XK').isChecked(), true);
    await page.getByText('Saved').waitFor();
    assert.equal(text, 'title=Drone+over+the+port&to=XK&csrf=token');
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  });
});

test('the theme is chosen once, and is there before the first paint', async () => {
  const { context, page } = await at('<select data-theme-pick><option value="">System</option><option value="dark">Dark</option></select>');
  await page.locator('select').selectOption('dark');
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  await page.reload({ waitUntil: 'commit' });
  await eventually(async () => assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark'));
  await eventually(async () => assert.equal(await page.locator('select').inputValue(), 'dark'));
  quiet(context);
});

test('a dialog sends the form of the button that opened it', async () => {
  fixture.pages.set('/gone', '<p>Gone</p>');
  const { context, page } = await at(`<form action="/gone"><button name="act" value="delete" data-confirm-dialog="#sure">Delete</button></form>
    <dialog id="sure"><button data-go>Delete it</button><button data-close>Keep it</button></dialog>`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(new URL(page.url()).pathname, '/');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('Gone').waitFor();
  assert.equal(new URL(page.url()).search, '?act=delete');
  quiet(context);
});

test('the map draws places, tells what they hold, and follows day and night', async () => {
  const point = (title, lat, lon) => ({ id: title, href: `/${title}`, title, lat, lon, date: '2026-03-09', domainName: 'Cyber', level: 'clear' });
  const data = {
    boundaries: '/assets/region.json',
    names: { AL: 'Albania', HR: 'Croatia', XK: 'Kosovo' },
    texts: { title: 'Reports by place' },
    points: [point('one', 41.328, 19.818), point('two', 41.33, 19.82), point('three', 45.81, 15.98), { ...point('out', 1, 1), href: 'https://elsewhere.example/' }],
  };
  const { context, page } = await at(
    `<figure class="map"><entente-map data-src="#data"></entente-map></figure><script type="application/json" id="data">${JSON.stringify(data)}</script>`,
    { viewport: { width: 900, height: 900 } },
  );
  await page.locator('entente-map[data-ready]').waitFor();
  assert.equal(await page.locator('entente-map').getAttribute('data-points'), '3');
  assert.equal(await page.locator('.map-place').count(), 2);
  await page.getByRole('button', { name: '2: one; two' }).click();
  await page.getByRole('link', { name: 'two' }).waitFor();
  if (process.env.SHOTS) {
    await page.screenshot({ path: `${process.env.SHOTS}/map-day.png` });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${process.env.SHOTS}/map-night.png` });
    await page.setViewportSize({ width: 300, height: 400 });
    await page.reload();
    await page.locator('entente-map[data-ready]').waitFor();
    await page.screenshot({ path: `${process.env.SHOTS}/map-small.png` });
  }
  await page.keyboard.press('Escape');
  quiet(context);
});
