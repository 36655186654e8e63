// Keys as a reader presses them, told apart from what he types. Pure: time is an argument.

/** How long a first key waits for its second, in milliseconds. */
export const PATIENCE = 1_200;

export interface Stroke {
  key: string;
  /** Control, Alt or Meta: the browser's own. Shift is part of the key. */
  modified: boolean;
  /** The reader types into something. */
  typing: boolean;
  /** Milliseconds, from any start. */
  at: number;
}

/** Gathers strokes into shortcuts: `j`, `?`, `g r`. */
export class Strokes {
  private first: { key: string; at: number } | undefined;

  /** `leaders` are the first keys of shortcuts of two. */
  constructor(private readonly leaders: ReadonlySet<string>) {}

  /** The shortcut that is complete with this stroke, if one is. */
  press({ key, modified, typing, at }: Stroke): string | undefined {
    if (key === 'Shift') return undefined;
    const first = this.first;
    this.first = undefined;
    if (modified || typing || [...key].length !== 1) return undefined;
    if (first && at - first.at <= PATIENCE) return `${first.key} ${key}`;
    if (this.leaders.has(key)) {
      this.first = { key, at };
      return undefined;
    }
    return key;
  }
}

/** The first keys of those shortcuts that have two. */
export function leaders(shortcuts: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const shortcut of shortcuts) {
    const [first, second] = shortcut.split(' ');
    if (first && second) found.add(first);
  }
  return found;
}
