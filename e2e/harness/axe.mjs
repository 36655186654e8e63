// axe-core on a page, by WCAG 2.2 AA and the good habits around it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails with what is wrong and where. The page's policy forbids it no script: it is evaluated. */
export async function accessible(page, what) {
  await page.evaluate(source);
  const wrong = await page.evaluate(async (values) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
    // Towns lie where they lie: points of the map may overlap, and each is in the table beside it
    // too (WCAG 2.2, 2.5.8, equivalent control).
    const crowded = (id, node) => id === 'target-size' && node.html.includes('map-place');
    const real = violations.map((one) => ({ ...one, nodes: one.nodes.filter((node) => !crowded(one.id, node)) }));
    return real.filter(({ nodes }) => nodes.length > 0).map(({ id, help, nodes }) => `${id}: ${help}\n     ${nodes.slice(0, 4).map((node) => `${node.target} ${node.html.slice(0, 120)}`).join('\n     ')}`);
  }, RULES);
  assert.deepEqual(wrong, [], what);
}

/** Fails if the page is wider than its window. */
export async function noSideways(page, what) {
  const [inner, wide] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(wide <= inner, `${what}: ${wide} px in a window of ${inner}`);
}
