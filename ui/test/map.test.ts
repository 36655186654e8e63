import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, places } from '../src/map/data';
import { mix } from '../src/map/style';
import { arrivals } from '../src/rows';

const point = { href: '/reports/incident--1', title: 'One', lat: 41.33, lon: 19.82, date: '2026-03-09', domainName: 'Cyber' };

test('points without a place or with a foreign link are left out', () => {
  const bad = [
    { ...point, lat: null },
    { ...point, lat: 91 },
    { ...point, href: 'javascript:alert(1)' },
    { ...point, href: '//elsewhere.example/' },
    { ...point, href: 'https://elsewhere.example/' },
    null,
  ];
  const data = parse(JSON.stringify({ points: [point, ...bad], names: { AL: 'Albania', HR: 1 } }));
  assert.deepEqual(data.points.map((one) => one.note), ['2026-03-09 · Cyber']);
  assert.deepEqual(data.names, { AL: 'Albania' });
});

test('reports of one town are one place, the fullest drawn last', () => {
  const { points } = parse(JSON.stringify({ points: [point, { ...point, lat: 41.331 }, { ...point, lat: 45.8, lon: 16 }] }));
  assert.deepEqual(places(points).map((place) => place.points.length), [1, 2]);
});

test('colours mix by share', () => {
  assert.equal(mix('rgb(0, 0, 0)', 'rgb(255, 255, 255)', 0.2), 'rgb(204, 204, 204)');
});

test('what has arrived in a list is what was not there', () => {
  assert.deepEqual(arrivals(['/a', '/b'], ['/c', '/a', '/c']), ['/c']);
  assert.deepEqual(arrivals([], []), []);
});
