// The map says what its table says.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, quiet, signIn } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';

describe('the map', () => {
  test('holds the reports of the list that have a place, each behind a link', async () => {
    const { demo, browser } = await house();
    const context = await open(browser);
    const page = await context.newPage();
    await signIn(page, demo, 'tirana', 'analyst');
    await page.goto(`${demo.web('tirana')}/reports`);
    const map = page.locator('entente-map[data-ready]');
    await map.waitFor();
    const { points } = JSON.parse(await page.locator(await page.locator('entente-map').getAttribute('data-src')).textContent());
    const listed = await page.locator('table.list tbody a[href^="/reports/incident--"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.ok(points.length > 0);
    assert.deepEqual(points.map((point) => point.href).filter((href) => !listed.includes(href)), []);
    assert.equal(await map.getAttribute('data-points'), String(points.length));
    await map.locator('.map-place').last().press('Enter');
    const link = map.locator('.maplibregl-popup a').first();
    const title = await link.textContent();
    await link.press('Enter');
    await page.waitForURL(/incident--/);
    assert.equal((await page.getByRole('heading', { level: 1 }).textContent()).trim(), title.trim());
    quiet(context);
    await context.close();
  });
});
