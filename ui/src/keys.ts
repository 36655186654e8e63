// The keyboard: `/` search, `g` and a letter for a desk, `j` and `k` in lists, `?` shows all.
//
// Whatever bears `data-key` is pressed by its key. One-letter shortcuts hinder people who speak to
// their machine, so `input[data-keys-pick]` switches all of them off (WCAG 2.2, 2.1.4).

import { remember, remembered } from './choice';
import { leaders, Strokes } from './strokes';

const ROWS = 'table.list tbody tr, .tl > li';
const OFF = 'off';

export function keys(): void {
  const shortcuts = [...document.querySelectorAll<HTMLElement>('[data-key]')].map((one) => one.dataset['key'] ?? '');
  const strokes = new Strokes(leaders(shortcuts));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isSearch(event.target)) event.target.blur();
    if (event.defaultPrevented || remembered('keys') === OFF || document.querySelector('dialog:modal')) return;
    const shortcut = strokes.press({
      key: event.key,
      modified: event.ctrlKey || event.altKey || event.metaKey,
      typing: isTyping(event.target),
      at: event.timeStamp,
    });
    if (shortcut && act(shortcut)) event.preventDefault();
  });
  pick();
}

/** Whether the key was taken. */
function act(shortcut: string): boolean {
  switch (shortcut) {
    case '/':
      return focusSearch();
    case '?':
      return showKeys();
    case 'j':
      return step(1);
    case 'k':
      return step(-1);
    default: {
      const pressed = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(shortcut)}"]`);
      pressed?.click();
      return pressed !== null;
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
}

const SEARCH = 'input[aria-keyshortcuts="/"], input[type="search"]';

function isSearch(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.matches(SEARCH);
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>(SEARCH);
  search?.focus();
  search?.select();
  return search !== null;
}

/** Moves to the next or the previous row: focus goes to its link, so Enter opens it. */
function step(by: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLElement>(ROWS)]
    .map((row) => row.querySelector<HTMLElement>('a[data-row]') ?? row.querySelector<HTMLElement>('a[href]'))
    .filter((link) => link !== null)
    .filter((link) => link.checkVisibility());
  if (links.length === 0) return false;
  const row = document.activeElement?.closest(ROWS);
  const here = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by;
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
  return true;
}

/** Opens the dialog; a list in it that the node left empty is filled from the page. */
function showKeys(): boolean {
  const dialog = document.querySelector('dialog#keys');
  if (!(dialog instanceof HTMLDialogElement)) return false;
  const list = dialog.querySelector('[data-keys-list]');
  if (list && list.childElementCount === 0) fill(list);
  dialog.showModal();
  return true;
}

function fill(list: Element): void {
  const seen = new Set<string>();
  for (const one of document.querySelectorAll<HTMLElement>('[data-key]')) {
    const shortcut = one.dataset['key'] ?? '';
    const name = one.dataset['keyName'] ?? label(one);
    if (!name || seen.has(shortcut)) continue;
    seen.add(shortcut);
    const term = document.createElement('dt');
    for (const key of shortcut.split(' ')) {
      const kbd = document.createElement('kbd');
      kbd.textContent = key;
      term.append(kbd, ' ');
    }
    const description = document.createElement('dd');
    description.textContent = name;
    list.append(term, description);
  }
}

/** What a link or button says, without its key and its count. */
function label(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const part of copy.querySelectorAll('kbd, .n, svg')) part.remove();
  return copy.textContent.trim().replace(/\s+/g, ' ');
}

function pick(): void {
  for (const box of document.querySelectorAll<HTMLInputElement>('input[data-keys-pick]')) {
    box.checked = remembered('keys') !== OFF;
    box.addEventListener('change', () => remember('keys', box.checked ? '' : OFF));
  }
}
