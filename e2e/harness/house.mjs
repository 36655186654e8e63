// One demo and one browser for all suites: starting them is what takes time.

import { after } from 'node:test';
import { launch } from './browser.mjs';
import { Demo } from './demo.mjs';

let started;

/** The demo and the browser, started when first asked for. */
export function house() {
  started ??= Promise.all([Demo.start(), launch()]).then(([demo, browser]) => ({ demo, browser }));
  return started;
}

after(async () => {
  if (!started) return;
  const { demo, browser } = await started;
  await browser.close();
  await demo.end();
});
