// Every page's script. Each part enhances what already works without it.

import htmx from 'htmx.org';
import { autosave } from './autosave';
import { applyTheme } from './choice';
import { dialogs } from './dialog';
import { keys } from './keys';
import { live } from './live';
import { menus } from './menu';
import { autoSubmit, themeSwitch } from './switch';
import { times } from './times';
import { csrf } from './token';

// The content security policy forbids both; a page of another person's making must not turn them on.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
// Pages may hold secrets: none is kept in this browser's storage for the back button.
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;

applyTheme();

document.addEventListener('htmx:configRequest', (event) => {
  (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers['X-CSRF'] = csrf();
});

function start(): void {
  for (const part of [themeSwitch, autoSubmit, dialogs, menus, keys, autosave, live, times]) part();
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
