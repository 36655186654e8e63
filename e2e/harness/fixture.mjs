// A server of hand-written pages with the real bundle and the real content security policy: what the
// scripts do, told apart from what the node does.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';

const DIST = new URL('../../ui/dist/', import.meta.url);
const TYPES = { js: 'text/javascript', css: 'text/css', json: 'application/json' };
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "font-src 'self'",
].join('; ');

export class Fixture {
  /** Paths to what answers: HTML of the body, or a function of the request that writes the answer. */
  pages = new Map();
  #lines = new Set();

  static async start() {
    const fixture = new Fixture();
    fixture.server = createServer((request, answer) => {
      fixture.#serve(request, answer).catch((error) => answer.writeHead(500).end(String(error)));
    });
    fixture.server.listen(0, '127.0.0.1');
    await once(fixture.server, 'listening');
    fixture.url = `http://127.0.0.1:${fixture.server.address().port}`;
    return fixture;
  }

  async #serve(request, answer) {
    const { pathname } = new URL(request.url, this.url);
    if (pathname === '/live') {
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n');
      this.#lines.add(answer);
      request.on('close', () => this.#lines.delete(answer));
      return;
    }
    if (pathname.startsWith('/assets/')) {
      const name = pathname.slice('/assets/'.length);
      answer.writeHead(200, { 'content-type': TYPES[name.split('.').at(-1)] });
      answer.end(await readFile(new URL(name, DIST)));
      return;
    }
    const page = this.pages.get(pathname);
    if (typeof page === 'function') {
      const parts = [];
      for await (const part of request) parts.push(part);
      page(request, answer, Buffer.concat(parts).toString());
    } else if (page !== undefined) {
      answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY });
      answer.end(frame(page));
    } else {
      answer.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
    }
  }

  /** Tells every open page that something was gained. */
  gained() {
    for (const line of this.#lines) line.write('event: gained\ndata:\n\n');
  }

  get listeners() {
    return this.#lines.size;
  }

  async end() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const frame = (body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="csrf" content="token"><title>Fixture</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/assets/entente.css"><link rel="stylesheet" href="/assets/map.css">
<script src="/assets/theme.js"></script><script src="/assets/entente.js" defer></script><script src="/assets/map.js" defer></script>
</head><body>${body}<div data-toast role="status"></div></body></html>`;
