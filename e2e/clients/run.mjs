// Starts a demo, adds an outside tool's account, and lets Python's clients loose on it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Demo } from '../harness/demo.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const demo = await Demo.start();
let code = 1;
try {
  const added = JSON.parse(await demo.cli('tirana', '--json', 'user', 'add', 'feed', '--role', 'tool'));
  const nodes = structuredClone(demo.nodes);
  nodes.tirana.accounts.push({ user: added.user, password: added.password, role: 'tool' });
  code = 0;
  for (const script of ['taxii2_client_test.py', 'cytaxii2_test.py']) {
    const python = spawn(here('../.venv/bin/python'), [here(script), '-v'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEMO: JSON.stringify(nodes), REQUESTS_CA_BUNDLE: demo.root },
    });
    const [ended] = await once(python, 'exit');
    code ||= ended ?? 1;
  }
} finally {
  await demo.end();
}
process.exitCode = code;
