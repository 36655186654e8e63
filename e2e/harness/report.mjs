// Reports as an analyst handles them, by the words on the page.

import assert from 'node:assert/strict';

/** Fills in the form of a new report. `to` are nodes' names as the form gives them. */
export async function fill(page, { title, text = '', place = 'Tirana', handling = 'AMBER', to = [] }) {
  await page.getByLabel('Title').fill(title);
  if (text) await page.getByLabel('Description').fill(text);
  await page.getByLabel('Year').fill('2026');
  await page.getByLabel('Place').fill(place);
  await page.getByRole('radio', { name: handling }).first().check();
  for (const name of to) await page.getByRole('checkbox', { name }).check();
}

/** Writes a report, releases it, and gives its path. */
export async function release(page, web, report) {
  await page.goto(`${web}/reports/new`);
  await fill(page, report);
  await page.getByRole('button', { name: 'Keep as draft' }).click();
  await page.waitForURL(/\/reports\/drafts\//);
  await page.getByRole('button', { name: 'Release' }).click();
  await page.waitForURL(/\/reports\/incident--/);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), report.title);
  return new URL(page.url()).pathname;
}
