// Bundles scripts, styles and borders into dist, which the binary embeds.

import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { region } from './region.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const dist = here('dist');
/** Where the bundles are made, before they are compared with what lies in dist. */
const made = here('node_modules/.dist');

/** What may be downloaded at most, in bytes before compression. */
const LIMITS = { 'region.json': 250_000, 'entente.js': 100_000, 'theme.js': 1_000 };

await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });
await mkdir(dist, { recursive: true });

const common = {
  bundle: true,
  minify: true,
  // Safari 16.4 and the like: what CSS nesting asks of a browser anyway.
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
  outdir: made,
};

await Promise.all([
  build({
    ...common,
    format: 'iife',
    entryPoints: {
      theme: here('src/theme.ts'),
      entente: here('src/entente.ts'),
      map: here('src/map/map.ts'),
    },
    // The build of MapLibre for a strict content security policy: its worker is a file of its own.
    alias: { 'maplibre-gl': here('node_modules/maplibre-gl/dist/maplibre-gl-csp.js') },
  }),
  build({
    ...common,
    entryPoints: { 'map-worker': here('node_modules/maplibre-gl/dist/maplibre-gl-csp-worker.js') },
    bundle: false,
  }),
  build({
    ...common,
    entryPoints: { entente: here('src/entente.css'), map: here('src/map/map.css') },
    // Nesting and light-dark() are the browser's business: lowering them would double the file.
    target: 'esnext',
    loader: { '.svg': 'dataurl' },
  }),
  writeFile(`${made}/region.json`, JSON.stringify(region())),
]);

for (const [name, limit] of Object.entries(LIMITS)) {
  const { size } = await stat(`${made}/${name}`);
  if (size > limit) throw new Error(`${name} has ${size} bytes, more than its ${limit}`);
}

// What did not change is left alone: the binary embeds dist, and is built anew when it is touched.
const names = new Set(await readdir(made));
for (const name of await readdir(dist)) if (!names.has(name)) await rm(`${dist}/${name}`, { recursive: true });
for (const name of names) {
  const fresh = await readFile(`${made}/${name}`);
  const held = await readFile(`${dist}/${name}`).catch(() => undefined);
  if (!held?.equals(fresh)) await writeFile(`${dist}/${name}`, fresh);
}
