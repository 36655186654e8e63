// Forms that save themselves: `form[data-autosave="URL"]`.
//
// A save follows 800 ms after the last change. One that fails keeps the fields in this browser, says
// so, and is tried again. `[data-autosave-state]` in the form tells the state in its own words
// (`data-saving`, `data-saved`, `data-failed`, `data-kept`).

import { type Fields, same, Shelf } from './kept';
import { csrf } from './token';

const PAUSE = 800;
const RETRY = 5_000;

/** Not part of what the analyst wrote. */
const SECRET = 'csrf';

type State = 'saving' | 'saved' | 'failed' | 'kept';

export function autosave(): void {
  const shelf = new Shelf(localStorage, () => Date.now());
  shelf.clear(false);
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (new URL(form.action, location.href).pathname === '/sign-out') shelf.clear(true);
  });
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-autosave]')) new Saver(form, shelf).start();
}

class Saver {
  /** What the node last sent or confirmed. */
  private base: Fields;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private leaving = false;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly shelf: Shelf,
  ) {
    this.base = this.fields();
  }

  start(): void {
    const kept = this.shelf.take(this.url, this.base);
    if (kept) {
      restore(this.form, kept);
      this.tell('kept');
      this.later(0);
    }
    const changed = () => this.later(PAUSE);
    this.form.addEventListener('input', changed);
    this.form.addEventListener('change', changed);
    // Sent in full by the form itself: no save may overtake it.
    this.form.addEventListener('submit', () => {
      this.leaving = true;
      clearTimeout(this.timer);
    });
    addEventListener('pageshow', () => (this.leaving = false));
    addEventListener('online', () => this.later(0));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.timer !== undefined) void this.save(true);
    });
  }

  private get url(): string {
    return this.form.dataset['autosave'] ?? this.form.action;
  }

  private fields(): Fields {
    return [...new FormData(this.form)].flatMap(([name, value]) =>
      typeof value === 'string' && name !== SECRET ? [[name, value] as [string, string]] : [],
    );
  }

  private later(milliseconds: number): void {
    if (this.leaving) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(false), milliseconds);
  }

  private async save(keepalive: boolean): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.leaving || this.running) return;
    const fields = this.fields();
    if (same(fields, this.base)) return;
    this.running = true;
    this.tell('saving');
    const saved = await this.send(fields, keepalive);
    this.running = false;
    if (saved) {
      this.base = fields;
      this.shelf.drop(this.url);
      this.tell('saved');
      if (!same(this.fields(), fields)) this.later(PAUSE);
    } else {
      this.shelf.put(this.url, this.base, this.fields());
      this.tell('failed');
      this.later(RETRY);
    }
  }

  /** Whether the node has it. A redirect is a sign-in page, not a save. */
  private async send(fields: Fields, keepalive: boolean): Promise<boolean> {
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: { 'X-CSRF': csrf(), 'X-Autosave': 'true', Accept: 'application/json' },
        body: new URLSearchParams([...fields, [SECRET, csrf()]]),
        redirect: 'manual',
        keepalive,
      });
      // The first save of a new form makes the draft, and tells where it lies.
      const draft = answer.status === 201 ? answer.headers.get('Location') : null;
      if (draft) this.move(draft);
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** From now on the form is the draft at this address, also after a reload. */
  private move(draft: string): void {
    this.shelf.drop(this.url);
    this.form.dataset['autosave'] = draft;
    this.form.action = draft;
    history.replaceState(history.state, '', draft);
  }

  private tell(state: State): void {
    for (const place of document.querySelectorAll<HTMLElement>('[data-autosave-state]')) {
      place.textContent = place.dataset[state] ?? (state === 'kept' ? place.dataset['failed'] : undefined) ?? '';
      place.dataset['state'] = state;
    }
  }
}

/** Puts values back into their fields: same names in the same order. */
function restore(form: HTMLFormElement, fields: Fields): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
      control.checked = values.get(control.name)?.includes(control.value) ?? false;
    } else if (control instanceof HTMLSelectElement && control.multiple) {
      for (const option of control.options) option.selected = values.get(control.name)?.includes(option.value) ?? false;
    } else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
      if (control.name === SECRET || !control.name) continue;
      const value = values.get(control.name)?.shift();
      if (value !== undefined) control.value = value;
    }
  }
}
