// What a partner released appears without a reload.
//
// The node says only that this reader has gained something, not what or how much; the parts of the
// page marked `data-live="URL"` are then fetched again as any reader would.

import htmx from 'htmx.org';
import { arrivals, rowKey } from './rows';
import { toast } from './toast';

/** Hints that come together cause one fetch. */
const GATHER = 80;

/** Waiting time before asking again after a refusal, in milliseconds; doubled up to a minute. */
const FIRST_WAIT = 2_000;

let source: EventSource | undefined;
let wait = FIRST_WAIT;
let gathered: ReturnType<typeof setTimeout> | undefined;

export function live(): void {
  if (!document.querySelector('[data-live]')) return;
  connect();
  // A page kept for the back button is closed and opened again, and may have missed something.
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    connect();
    gained();
  });
}

function connect(): void {
  close();
  let opened = false;
  source = new EventSource('/live');
  source.addEventListener('open', () => {
    // What came while the line was down left no hint.
    if (opened) gained();
    opened = true;
    wait = FIRST_WAIT;
  });
  source.addEventListener('gained', gained);
  source.addEventListener('error', () => {
    // The browser reopens a broken line by itself; it gives up on an answer that is no stream.
    if (source?.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 60_000);
  });
}

function close(): void {
  source?.close();
}

function gained(): void {
  clearTimeout(gathered);
  gathered = setTimeout(() => void refresh(), GATHER);
}

async function refresh(): Promise<void> {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-live][id]')];
  const pages = new Map<string, Promise<Document | undefined>>();
  for (const part of parts) {
    const url = part.dataset['live'] || location.href;
    if (!pages.has(url)) pages.set(url, fetched(url));
  }
  for (const part of parts) {
    const page = await pages.get(part.dataset['live'] || location.href);
    const fresh = page?.getElementById(part.id);
    if (fresh) replace(part, document.adoptNode(fresh));
  }
}

async function fetched(url: string): Promise<Document | undefined> {
  try {
    const answer = await fetch(url, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok || answer.redirected) return undefined;
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    // The next hint, or the line's return, asks again.
    return undefined;
  }
}

/** Puts the new part in the old one's place; what was not there before is marked and announced. */
function replace(old: HTMLElement, fresh: HTMLElement): void {
  if (old.outerHTML === fresh.outerHTML) return;
  const before = [...old.querySelectorAll(ROWS)];
  const after = [...fresh.querySelectorAll(ROWS)];
  const come = new Set(arrivals(before.map(rowKey), after.map(rowKey)));
  for (const row of after) if (come.has(rowKey(row))) row.classList.add('fresh');
  for (const row of before) {
    if (!row.classList.contains('fresh')) continue;
    after.find((one) => rowKey(one) === rowKey(row))?.classList.add('fresh');
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (focused) refocus(fresh, focused);
  if (come.size > 0) toast(fresh.dataset['liveSaid'] ?? document.querySelector<HTMLElement>('[data-toast]')?.dataset['gained'] ?? '');
}

const ROWS = 'tbody > tr, .tl > li, .due > li, .peers > li';

/** The reader stays where he was. */
function refocus(within: HTMLElement, focused: Element): void {
  const href = focused.getAttribute('href');
  const again = focused.id
    ? within.querySelector<HTMLElement>(`#${CSS.escape(focused.id)}`)
    : href !== null && within.querySelector<HTMLElement>(`[href="${CSS.escape(href)}"]`);
  if (again) again.focus({ preventScroll: true });
}
