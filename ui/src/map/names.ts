// Where a state's name stands on the map, and from which zoom on. By hand, so that no name covers a
// neighbour. [longitude, latitude, zoom]
export const NAMES: Record<string, [lon: number, lat: number, zoom: number]> = {
  AL: [20.05, 41.0, 0],
  HR: [16.0, 45.6, 0],
  XK: [20.9, 42.58, 0],
  BA: [17.8, 44.1, 0],
  RS: [20.8, 44.2, 0],
  ME: [19.25, 42.85, 0],
  MK: [21.75, 41.5, 0],
  SI: [14.8, 46.1, 4.6],
  IT: [13.2, 42.5, 0],
  GR: [21.9, 39.6, 0],
  BG: [25.2, 42.7, 0],
  RO: [24.9, 45.9, 0],
  HU: [19.3, 47.1, 0],
  AT: [14.2, 47.5, 4.6],
  TR: [28.2, 39.3, 4.6],
  MD: [28.7, 47.2, 5],
  SK: [19.4, 48.7, 5],
  UA: [29.5, 48.6, 5],
};

/** The partners' states are drawn darker than the others. */
export const PARTNERS = ['AL', 'HR', 'XK'];
