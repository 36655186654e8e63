// The plainest TAXII 2.1 client: what an outside tool would see, checked against the demo's root.

import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const ACCEPT = 'application/taxii+json;version=2.1';

/** One GET; gives status, headers and the body as text. */
export function get(demo, url, account) {
  const auth = account && `${account.user}:${account.password}`;
  return new Promise((done, fail) => {
    const ca = readFileSync(demo.root);
    const call = request(url, { ca, auth, headers: { accept: ACCEPT } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    call.on('error', fail);
    call.end();
  });
}

async function json(demo, url, account) {
  const answer = await get(demo, url, account);
  if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}

/** Everything that an account may read at a node, over all its collections and pages. */
export async function everything(demo, name, account) {
  const discovery = await json(demo, demo.nodes[name].taxii, account);
  const objects = [];
  for (const root of discovery.api_roots) {
    const base = new URL(root, demo.nodes[name].taxii).href;
    const { collections = [] } = await json(demo, `${base}collections/`, account);
    for (const collection of collections.filter((one) => one.can_read)) {
      let next = '';
      do {
        const page = await json(demo, `${base}collections/${collection.id}/objects/?limit=200${next}`, account);
        objects.push(...(page.objects ?? []));
        next = page.more ? `&next=${encodeURIComponent(page.next)}` : null;
      } while (next !== null);
    }
  }
  return objects;
}
