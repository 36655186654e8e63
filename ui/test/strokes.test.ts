import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaders, PATIENCE, Strokes } from '../src/strokes';

const stroke = (key: string, at = 0, more = {}) => ({ key, at, modified: false, typing: false, ...more });
const strokes = () => new Strokes(leaders(['g r', 'g o', 'c', 'e']));

test('a single key is its own shortcut', () => {
  assert.equal(strokes().press(stroke('c')), 'c');
  assert.equal(strokes().press(stroke('?')), '?');
});

test('a leader waits for the second key, and not for ever', () => {
  const some = strokes();
  assert.equal(some.press(stroke('g', 0)), undefined);
  assert.equal(some.press(stroke('r', 100)), 'g r');
  assert.equal(some.press(stroke('g', 200)), undefined);
  assert.equal(some.press(stroke('c', 201 + PATIENCE)), 'c');
});

test('Shift between the two does not break them', () => {
  const some = strokes();
  some.press(stroke('g'));
  some.press(stroke('Shift'));
  assert.equal(some.press(stroke('R', 10)), 'g R');
});

test('what is typed, or the browser’s own, is left alone', () => {
  const some = strokes();
  assert.equal(some.press(stroke('c', 0, { typing: true })), undefined);
  assert.equal(some.press(stroke('c', 0, { modified: true })), undefined);
  assert.equal(some.press(stroke('Enter')), undefined);
});

test('a leader typed into a field leads nothing', () => {
  const some = strokes();
  some.press(stroke('g', 0, { typing: true }));
  assert.equal(some.press(stroke('r', 10)), 'r');
});
