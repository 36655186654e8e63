// Everything that a browser has to show. One process, one browser at a time: a machine with two
// cores measures nothing but itself otherwise.

import './scripts.test.mjs';
import './journey.test.mjs';
import './form.test.mjs';
import './four-eyes.test.mjs';
import './pages.test.mjs';
import './map.test.mjs';
import './keyboard.test.mjs';
