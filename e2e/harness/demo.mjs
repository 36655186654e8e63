// Three nodes of a demo of its own: fresh data, free ports, gone at the end.

import { spawn, execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BINARY = process.env.ENTENTE_BINARY ?? fileURLToPath(new URL('../../target/debug/entente', import.meta.url));

/** A base from which three ports in a row are free. */
async function freeBase() {
  const isFree = (port) =>
    new Promise((done) => {
      const server = createServer();
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
  for (let tries = 0; tries < 50; tries++) {
    const base = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all([1, 2, 3].map((step) => isFree(base + step)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no three free ports in a row');
}

export class Demo {
  /** Starts the demo and waits until it says that it is ready. */
  static async start() {
    const demo = new Demo();
    demo.dir = await mkdtemp(join(tmpdir(), 'entente-'));
    demo.portBase = await freeBase();
    await demo.up();
    return demo;
  }

  async up() {
    const args = ['--json', '--dir', this.dir, 'demo', '--port-base', String(this.portBase)];
    this.process = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    this.process.stderr.on('data', (text) => said.push(text));
    const ended = new Promise((_, fail) => {
      this.process.once('error', fail);
      this.process.once('exit', (code) => fail(new Error(`the demo ended (${code}):\n${said.join('')}`)));
    });
    ended.catch(() => {});
    const nodes = [];
    const ready = (async () => {
      for await (const line of createInterface({ input: this.process.stdout })) {
        nodes.push(JSON.parse(line));
        if (nodes.length === 3) return;
      }
      await ended;
    })();
    await Promise.race([ready, ended]);
    this.nodes = Object.fromEntries(nodes.map((node) => [node.node.toLowerCase(), node]));
    this.process.stdout.resume();
  }

  /** The address of a node's pages, without a slash at the end. */
  web(name) {
    return this.nodes[name].web.replace(/\/$/, '');
  }

  account(name, role) {
    return this.nodes[name].accounts.find((account) => account.role === role);
  }

  /** The certificate authority's root, in PEM. */
  get root() {
    return join(this.dir, 'authority', 'root.pem');
  }

  /** Takes a node down or up by the command that people use. */
  async act(act, name) {
    await run(BINARY, ['--dir', this.dir, 'demo', act, name]);
  }

  /** What a node wrote to its log. */
  log(name) {
    return readFile(join(this.dir, name, 'log.txt'), 'utf8');
  }

  /** Runs a command of the program at a node. */
  async cli(name, ...args) {
    const { stdout } = await run(BINARY, ['--dir', join(this.dir, name), ...args], { maxBuffer: 1 << 28 });
    return stdout;
  }

  /** Ends all nodes and removes what they stored. */
  async end() {
    const gone = new Promise((done) => this.process.once('exit', done));
    if (this.process.exitCode === null) {
      this.process.kill('SIGINT');
      await gone;
    }
    await rm(this.dir, { recursive: true, force: true });
  }
}
