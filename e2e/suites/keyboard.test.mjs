// Eight hours a day go faster by keyboard.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, quiet, signIn } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';

describe('by keyboard', () => {
  test('search, desks, rows, a new version, and what keys there are', async () => {
    const { demo, browser } = await house();
    const web = demo.web('tirana');
    const context = await open(browser);
    const page = await context.newPage();
    await signIn(page, demo, 'tirana', 'analyst');
    const path = () => new URL(page.url()).pathname;
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.getAttribute('type'));

    await page.goto(web);
    await page.keyboard.press('Tab');
    assert.equal(await focused(), '#main');
    await page.keyboard.press('/');
    assert.equal(await focused(), 'search');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(`${web}/reports`);

    await page.keyboard.press('j');
    const first = await focused();
    await page.keyboard.press('j');
    const second = await focused();
    assert.notEqual(first, second);
    await page.keyboard.press('k');
    assert.equal(await focused(), first);
    await page.keyboard.press('Enter');
    await page.waitForURL(web + first);

    await page.keyboard.press('?');
    const dialog = page.locator('dialog#keys');
    await dialog.waitFor();
    assert.ok((await dialog.locator('kbd').count()) > 5);
    await page.keyboard.press('Escape');
    assert.equal(await dialog.isVisible(), false);

    await page.goto(`${web}/reports?owner=AL`);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/incident--/);
    await page.keyboard.press('e');
    await page.waitForURL(/\/reports\/drafts\//);
    await page.goto(web);
    await page.keyboard.press('c');
    await page.waitForURL(/\/reports\/(new|drafts)/);
    assert.ok(path().startsWith('/reports/'));
    quiet(context);
    await context.close();
  });
});
