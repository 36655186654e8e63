// What a place on the map holds: titles with their links, built from text and never from markup.

import type { Place } from './data';

/** How many are named; the list beside the map holds all. */
const SHOWN = 12;

export function content({ points }: Place): HTMLElement {
  const list = document.createElement('ul');
  for (const { href, title, note, level } of points.slice(0, SHOWN)) {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = title;
    const about = document.createElement('span');
    about.className = 'sub';
    about.textContent = [note, level].filter(Boolean).join(' · ');
    const item = document.createElement('li');
    item.append(link, about);
    list.append(item);
  }
  if (points.length > SHOWN) {
    const more = document.createElement('li');
    more.className = 'sub';
    more.textContent = `+ ${points.length - SHOWN}`;
    list.append(more);
  }
  return list;
}
