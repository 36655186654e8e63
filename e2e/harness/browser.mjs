// A headless browser whose every page is watched: an error in the console fails the test.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

export async function launch() {
  // Chromium's sandbox cannot be had by root, who runs tests in containers.
  const args = process.getuid?.() === 0 ? [...ARGS, '--no-sandbox'] : ARGS;
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args });
}

/** A window of its own: cookies, storage, console. `problems` gathers what its pages complain of. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({
    viewport: WIDE,
    // The demo's authority is not installed in this browser; its certificates are checked by the
    // clients' tests.
    ignoreHTTPSErrors: true,
    reducedMotion: 'reduce',
    ...options,
  });
  context.problems = [];
  context.on('page', (page) => {
    const told = (what) => context.problems.push(`${new URL(page.url()).pathname}: ${what}`);
    page.on('console', (message) => {
      if (message.type() === 'error' || /content security policy/i.test(message.text())) told(message.text());
    });
    page.on('pageerror', (error) => told(String(error)));
  });
  return context;
}

/** Fails if a page of the window complained, for example of its content security policy. */
export function quiet(context, allowed = []) {
  const left = context.problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
  assert.deepEqual(left, []);
}

/** Signs in at a node by its form. */
export async function signIn(page, demo, name, role) {
  const { user, password } = demo.account(name, role);
  await page.goto(`${demo.web(name)}/`);
  await page.getByLabel('Name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').first().waitFor();
}

/** Waits until something holds; the last failure is the one that is shown. */
export async function eventually(check, milliseconds = 10_000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
