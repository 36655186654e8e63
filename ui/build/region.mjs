// Borders of the region: clipped, simplified, under our own codes.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature, mesh } from 'topojson-client';
import { presimplify, simplify } from 'topojson-simplify';
import { clipLine, clipRing } from './clip.mjs';
import { BY_NAME, BY_NUMBER } from './states.mjs';

/** West, south, east, north, in degrees: Adriatic and Balkans with a margin to pan into. */
export const BOX = [10, 33, 31, 49.5];

/** Triangles smaller than this many square degrees are dropped: about 4 km². */
const DETAIL = 4e-4;

/** Digits after the point: 0.001° is about 100 m. */
const DIGITS = 3;

const source = createRequire(import.meta.url).resolve('world-atlas/countries-10m.json');

/** A collection of features: one area per state (`code`), the borders between them, the coast. */
export function region() {
  const world = simplify(presimplify(JSON.parse(readFileSync(source, 'utf8'))), DETAIL);
  const { countries } = world.objects;
  const areas = feature(world, countries).features.flatMap((one) => area(one) ?? []);
  return {
    type: 'FeatureCollection',
    features: [
      ...areas,
      lines('border', mesh(world, countries, (a, b) => a !== b)),
      lines('coast', mesh(world, countries, (a, b) => a === b)),
    ],
  };
}

/** A state's area within the region; nothing if it lies outside. */
function area({ id, properties, geometry }) {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  const coordinates = polygons
    .map((rings) => rings.map((ring) => rounded(clipRing(ring, BOX))).filter((ring) => ring.length > 3))
    .filter((rings) => rings.length > 0);
  if (coordinates.length === 0) return undefined;
  const code = BY_NUMBER[id] ?? BY_NAME[properties.name];
  if (!code) throw new Error(`build/states.mjs has no code for ${properties.name} (${id})`);
  return { type: 'Feature', properties: { code }, geometry: { type: 'MultiPolygon', coordinates } };
}

function lines(kind, { coordinates }) {
  const parts = coordinates.flatMap((line) => clipLine(line, BOX)).map(rounded).filter((line) => line.length > 1);
  return { type: 'Feature', properties: { kind }, geometry: { type: 'MultiLineString', coordinates: parts } };
}

/** Rounds, and drops points that have become equal to the one before. */
function rounded(points) {
  const scale = 10 ** DIGITS;
  return points
    .map((point) => point.map((degrees) => Math.round(degrees * scale) / scale))
    .filter(([x, y], at, all) => at === 0 || x !== all[at - 1][0] || y !== all[at - 1][1]);
}
