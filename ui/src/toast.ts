// Short news at the edge of the page, read out politely.

const SHOWN_FOR = 8_000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in the page's region for it (`[data-toast]`), until the next or for a while. */
export function toast(text: string): void {
  const region = document.querySelector<HTMLElement>('[data-toast]');
  if (!region || !text) return;
  const said = document.createElement('p');
  said.className = 'toast';
  said.textContent = text;
  region.replaceChildren(said);
  clearTimeout(timer);
  timer = setTimeout(() => said.remove(), SHOWN_FOR);
}
