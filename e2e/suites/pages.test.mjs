// What holds for every page, whatever it is about.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { accessible, noSideways } from '../harness/axe.mjs';
import { NARROW, open, quiet, signIn, WIDE } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';
import { paths } from '../harness/pages.mjs';

/** A page that is not there answers 404, and the browser notes it. */
const ABSENT = [/Failed to load resource: the server responded with a status of 404/];

describe('every page', () => {
  let demo;
  let browser;
  let web;
  let found;
  let state;

  before(async () => {
    ({ demo, browser } = await house());
    web = demo.web('tirana');
    const context = await open(browser);
    const page = await context.newPage();
    await signIn(page, demo, 'tirana', 'releaser');
    found = await paths(page, web);
    state = await context.storageState();
    await context.close();
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [WIDE, NARROW]) {
      test(`is accessible and quiet, ${colorScheme}, ${viewport.width} wide`, async (t) => {
        const context = await open(browser, { colorScheme, viewport, storageState: state });
        const page = await context.newPage();
        for (const [name, path] of Object.entries(found)) {
          await t.test(name, async () => {
            context.problems.length = 0;
            await page.goto(web + path);
            const map = page.locator('entente-map');
            if ((await map.count()) > 0) await page.locator('entente-map[data-ready], entente-map[data-failed]').waitFor({ state: 'attached' });
            await accessible(page, name);
            await noSideways(page, name);
            quiet(context, ABSENT);
          });
        }
        await context.close();
      });
    }
  }

  test('the way in is accessible too', async () => {
    for (const viewport of [WIDE, NARROW]) {
      const context = await open(browser, { viewport });
      const page = await context.newPage();
      await page.goto(`${web}/sign-in`);
      await accessible(page, 'sign-in');
      await noSideways(page, 'sign-in');
      quiet(context);
      await context.close();
    }
  });

  test('can be read and written without scripts', async () => {
    const context = await open(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await signIn(page, demo, 'tirana', 'analyst');
    await page.goto(`${web}/reports`);
    const link = page.locator('table.list tbody a[href^="/reports/incident--"]').first();
    const title = (await link.textContent()).trim();
    await link.click();
    assert.equal((await page.getByRole('heading', { level: 1 }).textContent()).trim(), title);
    await page.goto(`${web}/reports/new`);
    await page.getByLabel('Title').fill('Written without a script');
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    await page.waitForURL(/\/reports\/drafts\//);
    assert.equal(await page.getByLabel('Title').inputValue(), 'Written without a script');
    quiet(context);
    await context.close();
  });

  test('arrives in less than 60 kB the first time', async () => {
    const context = await open(browser, { storageState: state });
    for (const name of ['overview', 'report', 'new']) {
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.setCacheDisabled', { cacheDisabled: true });
      let bytes = 0;
      session.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
      await page.goto(web + found[name], { waitUntil: 'load' });
      await page.waitForTimeout(200);
      console.log(`   ${name}: ${(bytes / 1000).toFixed(1)} kB`);
      assert.ok(bytes < 60_000, `${name}: ${bytes} bytes`);
      await page.close();
    }
    await context.close();
  });

  test('is answered quickly (told, not judged)', async () => {
    const context = await open(browser, { storageState: state });
    for (const [name, path] of Object.entries(found)) {
      const taken = [];
      for (let n = 0; n < 5; n++) {
        const start = performance.now();
        await context.request.get(web + path);
        taken.push(performance.now() - start);
      }
      console.log(`   ${name}: ${taken.sort((a, b) => a - b)[2].toFixed(1)} ms`);
    }
    await context.close();
  });

  test('speaks Albanian and Croatian', async () => {
    const context = await open(browser, { storageState: state });
    const page = await context.newPage();
    await page.goto(web);
    for (const language of ['sq', 'hr', 'en']) {
      await page.locator('select[name="language"]').selectOption(language);
      await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
      await accessible(page, language);
    }
    quiet(context);
    await context.close();
  });
});
