// The form of a report: it forgives, and loses nothing.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { open, quiet, signIn } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';
import { fill } from '../harness/report.mjs';

describe('the form of a report', () => {
  const start = async () => {
    const { demo, browser } = await house();
    const context = await open(browser);
    const page = await context.newPage();
    await signIn(page, demo, 'tirana', 'analyst');
    const web = demo.web('tirana');
    await page.goto(`${web}/reports/new`);
    return { context, page, web };
  };

  test('says what is wrong, where, and keeps the rest', async () => {
    const { context, page } = await start();
    await page.getByLabel('Description').fill('Nothing of this may be lost.');
    await page.getByLabel('Year').fill('no year');
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    const errors = page.locator('.errors');
    await errors.waitFor();
    await errors.getByRole('link').first().click();
    assert.ok(await page.evaluate(() => document.activeElement.matches('[aria-invalid="true"]')));
    assert.equal(await page.getByLabel('Description').inputValue(), 'Nothing of this may be lost.');
    assert.equal(await page.getByLabel('Year').inputValue(), 'no year');
    quiet(context, [/status of 4/]);
    await context.close();
  });

  test('saves itself', async () => {
    const { context, page } = await start();
    await page.getByLabel('Title').fill('A draft that saves itself');
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    await page.waitForURL(/\/reports\/drafts\//);
    await page.getByLabel('Description').fill('Typed and left alone.');
    await page.locator('[data-autosave-state][data-state="saved"]').first().waitFor();
    await page.goto(page.url());
    assert.equal(await page.getByLabel('Description').inputValue(), 'Typed and left alone.');
    quiet(context);
    await context.close();
  });

  test('shows similar reports while one writes', async () => {
    const { context, page } = await start();
    await page.getByLabel('Title').pressSequentially('Cyber-attack on the Albanian Parliament');
    await page.locator('[id="similar"]').getByRole('link', { name: /Parliament/ }).first().waitFor();
    quiet(context);
    await context.close();
  });

  test('shows what each partner will see before anything leaves', async () => {
    const { context, page } = await start();
    await fill(page, { title: 'For one partner only', to: ['Zagreb'] });
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    await page.waitForURL(/\/reports\/drafts\//);
    const views = page.locator('.views > section');
    await views.first().waitFor();
    assert.match(await views.filter({ hasText: 'Zagreb' }).textContent(), /For one partner only/);
    assert.doesNotMatch(await views.filter({ hasText: 'Pristina' }).textContent(), /For one partner only/);
    quiet(context);
    await context.close();
  });

  test('lets nothing out that was not shown before', async () => {
    const { context, page } = await start();
    await fill(page, { title: 'First for nobody', handling: 'NATIONAL' });
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    await page.waitForURL(/\/reports\/drafts\//);
    await page.getByRole('radio', { name: 'AMBER' }).first().check();
    await page.getByRole('checkbox', { name: 'Zagreb' }).check();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.waitForURL(/changed=1/);
    await page.locator('.views > section', { hasText: 'Zagreb' }).getByText('First for nobody').waitFor();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.waitForURL(/\/reports\/incident--/);
    quiet(context);
    await context.close();
  });
});
