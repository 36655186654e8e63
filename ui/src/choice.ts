// What this browser remembers for its reader. A browser that refuses storage forgets; nothing else
// depends on it.

const KEYS = { theme: 'theme', keys: 'keys' } as const;

export function remembered(name: keyof typeof KEYS): string {
  try {
    return localStorage.getItem(KEYS[name]) ?? '';
  } catch {
    return '';
  }
}

/** Remembers; the empty value forgets. */
export function remember(name: keyof typeof KEYS, value: string): void {
  try {
    if (value) localStorage.setItem(KEYS[name], value);
    else localStorage.removeItem(KEYS[name]);
  } catch {
    // Nothing is lost but the memory of a choice.
  }
}

/** Sets the chosen theme on the document; without a choice the system's holds. */
export function applyTheme(theme = remembered('theme')): void {
  const { dataset } = document.documentElement;
  if (theme === 'light' || theme === 'dark') dataset['theme'] = theme;
  else delete dataset['theme'];
}
