// The map's style, from the page's own tokens: it follows day and night.

import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import { NEAR, PARTNERS } from './names';

export interface Ink {
  sea: string;
  land: string;
  far: string;
  partner: string;
  border: string;
  coast: string;
}

/** Reads colours as the browser works them out: tokens are `light-dark()`, which MapLibre cannot read. */
export function ink(within: Element): Ink {
  const probe = document.createElement('span');
  within.append(probe);
  const read = (colour: string): string => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const mixed = (share: number): string => mix(read('var(--ink)'), read('var(--paper)'), share);
  const found = {
    sea: read('var(--press)'),
    land: read('var(--paper)'),
    far: read('var(--wash)'),
    partner: mixed(0.18),
    border: read('var(--edge)'),
    coast: read('var(--edge)'),
  };
  probe.remove();
  return found;
}

/** A share of one colour in another, both `rgb(r, g, b)`. */
export function mix(a: string, b: string, share: number): string {
  const parts = (colour: string) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const other = parts(b);
  const mixed = parts(a).map((part, at) => Math.round(part * share + (other[at] ?? 0) * (1 - share)));
  return `rgb(${mixed.join(', ')})`;
}

export function style(region: FeatureCollection, { sea, land, far, partner, border, coast }: Ink): StyleSpecification {
  const line = (kind: string, colour: string, width: number): LayerSpecification => ({
    id: kind,
    type: 'line',
    source: 'region',
    filter: ['==', ['get', 'kind'], kind],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  });
  return {
    version: 8,
    sources: { region: { type: 'geojson', data: region, attribution: '' } },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': sea } },
      {
        id: 'land',
        type: 'fill',
        source: 'region',
        filter: ['has', 'code'],
        paint: { 'fill-color': ['match', ['get', 'code'], PARTNERS, partner, NEAR, land, far], 'fill-antialias': false },
      },
      line('coast', coast, 0.75),
      line('border', border, 1),
    ],
  };
}
