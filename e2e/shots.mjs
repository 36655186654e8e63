// The pictures that the documents show, taken from a demo of their own.

import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, open, signIn, WIDE } from './harness/browser.mjs';
import { Demo } from './harness/demo.mjs';
import { paths } from './harness/pages.mjs';

const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
await mkdir(folder, { recursive: true });

const demo = await Demo.start();
const browser = await launch();
try {
  const context = await open(browser, { viewport: WIDE, colorScheme: 'light' });
  const page = await context.newPage();
  await signIn(page, demo, 'tirana', 'analyst');
  const web = demo.web('tirana');
  await page.goto(`${web}/reports?set=ours&q=Parliament`);
  const ours = await page.locator('table.list tbody a[href^="/reports/incident--"]').first().getAttribute('href');
  const { overview, reports } = await paths(page, web);
  for (const [name, path] of Object.entries({ overview, reports, report: ours })) {
    await page.goto(web + path);
    if (name === 'reports') await page.locator('entente-map[data-ready], entente-map[data-failed]').waitFor({ state: 'attached' });
    const file = `${folder}${name}.png`;
    await page.screenshot({ path: file });
    console.log(`   ${name}.png ${Math.round((await stat(file)).size / 1000)} kB`);
  }
} finally {
  await browser.close();
  await demo.end();
}
