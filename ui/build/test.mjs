// Runs the unit tests: those in TypeScript bundled first, those of the build as they are.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../test', import.meta.url));
const all = readdirSync(folder).map((name) => join(folder, name));
const out = mkdtempSync(join(tmpdir(), 'entente-ui-'));
try {
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    logLevel: 'warning',
    outdir: out,
    outExtension: { '.js': '.mjs' },
    entryPoints: all.filter((path) => path.endsWith('.ts')),
  });
  const bundled = readdirSync(out).map((name) => join(out, name));
  const plain = all.filter((path) => path.endsWith('.mjs'));
  process.exitCode = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...bundled, ...plain], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
