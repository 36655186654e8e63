import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clipLine, clipRing } from '../build/clip.mjs';
import { BOX, region } from '../build/region.mjs';

const box = [0, 0, 10, 10];
const made = region();
const codes = made.features.flatMap((one) => one.properties.code ?? []);

test('a ring is cut at the box, or gone', () => {
  const square = [[5, 5], [15, 5], [15, 15], [5, 15], [5, 5]];
  const cut = clipRing(square, box);
  assert.deepEqual(cut[0], cut.at(-1));
  assert.deepEqual(new Set(cut.map(String)), new Set(['5,5', '10,5', '10,10', '5,10']));
  assert.deepEqual(clipRing(square.map(([x, y]) => [x + 20, y]), box), []);
});

test('a line that leaves and returns is two lines', () => {
  const parts = clipLine([[1, 1], [1, 12], [9, 12], [9, 1]], box);
  assert.deepEqual(parts, [[[1, 1], [1, 10]], [[9, 10], [9, 1]]]);
});

test('every outline bears our own code, each once', () => {
  assert.equal(new Set(codes).size, codes.length);
  for (const code of ['AL', 'HR', 'XK', 'MK', 'TR', 'BA', 'ME', 'RS', 'SI', 'GR', 'BG', 'RO', 'HU', 'IT', 'AT']) {
    assert.ok(codes.includes(code), code);
  }
});

test('names stay in our own table', () => {
  assert.doesNotMatch(JSON.stringify(made), /name/);
});

test('nothing lies outside the box', () => {
  const [west, south, east, north] = BOX;
  const check = (part) => {
    if (typeof part[0] === 'number') assert.ok(part[0] >= west && part[0] <= east && part[1] >= south && part[1] <= north);
    else part.forEach(check);
  };
  made.features.forEach((one) => check(one.geometry.coordinates));
});
