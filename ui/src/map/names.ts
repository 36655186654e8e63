// Where a state's name stands on the map, and from which zoom on. By hand, so that no name covers a
// neighbour. [longitude, latitude, zoom]
export const NAMES: Record<string, [lon: number, lat: number, zoom: number]> = {
  AL: [20.15, 40.6, 0],
  HR: [17.5, 45.5, 0],
  XK: [20.85, 42.42, 0],
  BA: [17.5, 44.35, 0],
  RS: [20.9, 44.0, 0],
  ME: [19.15, 42.95, 0],
  MK: [21.7, 41.4, 0],
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

/** Their neighbours, drawn lighter than those farther away. */
export const NEAR = ['BA', 'ME', 'MK', 'RS'];
