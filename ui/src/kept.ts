// What was typed and could not be saved, kept in this browser until it can.

/** The fields of a form as they were, in order; names may repeat. */
export type Fields = [name: string, value: string][];

export interface Kept {
  /** The fields that the node had sent: what the typed ones build on. */
  base: Fields;
  fields: Fields;
  /** Milliseconds since 1970. */
  at: number;
}

const PREFIX = 'kept:';

/** Older ones are of no use to anybody, and lie on a disk. */
const MAX_AGE = 14 * 24 * 3600 * 1000;

export class Shelf {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>,
    private readonly now: () => number,
  ) {}

  /** False if the browser has no room or refuses. */
  put(url: string, base: Fields, fields: Fields): boolean {
    try {
      this.storage.setItem(PREFIX + url, JSON.stringify({ base, fields, at: this.now() } satisfies Kept));
      return true;
    } catch {
      return false;
    }
  }

  /** What was kept for this form, if it builds on what the node sends now. */
  take(url: string, base: Fields): Fields | undefined {
    const kept = this.read(PREFIX + url);
    if (!kept || this.now() - kept.at > MAX_AGE || !same(kept.base, base) || same(kept.fields, base)) return undefined;
    return kept.fields;
  }

  drop(url: string): void {
    this.storage.removeItem(PREFIX + url);
  }

  /** Forgets what is too old; with `all`, everything: somebody else may sit here next. */
  clear(all: boolean): void {
    const names = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at) ?? '');
    for (const name of names.filter((one) => one.startsWith(PREFIX))) {
      const kept = this.read(name);
      if (all || !kept || this.now() - kept.at > MAX_AGE) this.storage.removeItem(name);
    }
  }

  private read(name: string): Kept | undefined {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(name) ?? 'null');
      return isKept(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return typeof kept?.at === 'number' && isFields(kept.base) && isFields(kept.fields);
}

function isFields(value: unknown): value is Fields {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.every((part) => typeof part === 'string'));
}

export function same(a: Fields, b: Fields): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
