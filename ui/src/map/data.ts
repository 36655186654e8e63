// What a page gives its map, checked: it comes from our node, but what it carries was written by
// others.

export interface Point {
  href: string;
  title: string;
  lat: number;
  lon: number;
  /** One line under the title: date, domain. */
  note: string;
  /** The marking, as its badge says it. */
  level: string;
}

export interface MapData {
  boundaries: string;
  worker: string | undefined;
  names: Record<string, string>;
  points: Point[];
  /** What the map is called, and its controls, in the reader's language. */
  texts: Record<string, string>;
}

/** Reads the JSON; a point without a place, or with a link out of the node, is left out. */
export function parse(text: string): MapData {
  const data = record(JSON.parse(text));
  return {
    boundaries: string(data['boundaries']) ?? '/assets/region.json',
    worker: string(data['worker']),
    names: strings(data['names']),
    texts: strings(data['texts']),
    points: (Array.isArray(data['points']) ? data['points'] : []).flatMap((one) => point(record(one)) ?? []),
  };
}

function point(one: Record<string, unknown>): Point | undefined {
  const { lat, lon } = one;
  const href = string(one['href']) ?? '';
  const title = string(one['title']) ?? '';
  if (typeof lat !== 'number' || typeof lon !== 'number' || Math.abs(lat) > 90 || Math.abs(lon) > 180) return undefined;
  if (!/^\/(?!\/)/.test(href)) return undefined;
  const note = [string(one['date']), string(one['domainName'])].filter(Boolean).join(' · ');
  return { href, title, lat, lon, note, level: string(one['levelName']) ?? string(one['level']) ?? '' };
}

export interface Place {
  lat: number;
  lon: number;
  points: Point[];
}

/** Points that lie together (within about 1 km) are one place; the fullest places come last, on top. */
export function places(points: readonly Point[]): Place[] {
  const found = new Map<string, Place>();
  for (const one of points) {
    const key = `${one.lat.toFixed(2)} ${one.lon.toFixed(2)}`;
    const place = found.get(key);
    if (place) place.points.push(one);
    else found.set(key, { lat: one.lat, lon: one.lon, points: [one] });
  }
  return [...found.values()].sort((a, b) => a.points.length - b.points.length);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}
