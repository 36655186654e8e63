// Four eyes: an analyst proposes, a releaser lets out just that.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { open, quiet, signIn } from '../harness/browser.mjs';
import { house } from '../harness/house.mjs';
import { fill } from '../harness/report.mjs';

async function at(role) {
  const { demo, browser } = await house();
  const context = await open(browser);
  const page = await context.newPage();
  await signIn(page, demo, 'tirana', role);
  return { web: demo.web('tirana'), context, page };
}

async function propose({ page, web }, title) {
  await page.goto(`${web}/reports/new`);
  await fill(page, { title, handling: 'CLEAR' });
  await page.getByRole('button', { name: 'Keep as draft' }).click();
  await page.waitForURL(/\/reports\/drafts\//);
  await page.getByLabel('To whoever decides').fill('For the press tomorrow.');
  assert.equal(await page.getByRole('button', { name: 'Release', exact: true }).count(), 0);
  await page.getByRole('button', { name: 'Propose' }).click();
  // A line to whoever decides changes nothing that leaves.
  await page.waitForURL(/\/releases\//);
}

describe('what everybody may read', () => {
  test('is let out by a second person, who sees it as each partner will', async () => {
    const analyst = await at('analyst');
    const releaser = await at('releaser');
    const title = `For everybody ${randomUUID().slice(0, 8)}`;
    await propose(analyst, title);
    assert.equal(await analyst.page.getByRole('button', { name: 'Approve' }).count(), 0);

    await releaser.page.goto(`${releaser.web}/releases`);
    await releaser.page.getByRole('link', { name: title }).click();
    await releaser.page.getByText('For the press tomorrow.').waitFor();
    await releaser.page.getByRole('link', { name: 'As Zagreb will see it' }).click();
    await releaser.page.getByRole('heading', { level: 1, name: 'As Zagreb will see it' }).waitFor();
    await releaser.page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor();
    await releaser.page.getByRole('link', { name: 'Back' }).click();
    await releaser.page.getByRole('button', { name: 'Approve and release' }).click();
    await releaser.page.getByRole('link', { name: 'Show' }).click();
    await releaser.page.waitForURL(/\/reports\/incident--/);
    assert.equal(await releaser.page.getByRole('heading', { level: 1 }).textContent(), title);
    for (const { context } of [analyst, releaser]) {
      quiet(context);
      await context.close();
    }
  });

  test('comes back with a comment, and is a draft again', async () => {
    const analyst = await at('analyst');
    const releaser = await at('releaser');
    const title = `Not yet ${randomUUID().slice(0, 8)}`;
    await propose(analyst, title);
    await releaser.page.goto(`${releaser.web}/releases`);
    await releaser.page.getByRole('link', { name: title }).click();
    await releaser.page.getByLabel('What is to be changed').fill('Name the source.');
    await releaser.page.getByRole('button', { name: 'Return' }).click();
    await analyst.page.goto(analyst.page.url());
    await analyst.page.getByText('Name the source.').waitFor();
    await analyst.page.getByRole('link', { name: 'Go on writing' }).click();
    await analyst.page.getByText('Name the source.').waitFor();
    for (const { context } of [analyst, releaser]) {
      quiet(context);
      await context.close();
    }
  });
});
