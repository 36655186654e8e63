// The switches in the bar: theme, language, and others that act when changed.

import { applyTheme, remember, remembered } from './choice';

/** `select[data-theme-pick]`: system, light, dark. */
export function themeSwitch(): void {
  for (const select of document.querySelectorAll<HTMLSelectElement>('select[data-theme-pick]')) {
    select.value = remembered('theme');
    select.addEventListener('change', () => {
      remember('theme', select.value);
      applyTheme(select.value);
    });
  }
  // Another tab of the same node has changed it.
  addEventListener('storage', (event) => {
    if (event.key !== 'theme') return;
    applyTheme();
    for (const select of document.querySelectorAll<HTMLSelectElement>('select[data-theme-pick]')) {
      select.value = remembered('theme');
    }
  });
}

/** `[data-auto-submit]`: sends its form when changed; its button is for those without scripts. */
export function autoSubmit(): void {
  document.addEventListener('change', (event) => {
    const control = event.target as HTMLInputElement | HTMLSelectElement;
    if (control.matches('[data-auto-submit], [data-auto-submit] *')) control.form?.requestSubmit();
  });
}
