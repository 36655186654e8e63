// Runs before the page is painted, so that nobody who chose the night sees a flash of day.

import { applyTheme } from './choice';

applyTheme();
// What only a script can do is shown only where scripts run, and the other way round.
document.documentElement.classList.add('js');
