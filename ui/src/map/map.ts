// `<entente-map data-src="#id">`: the reports of a list as places on a map. The list stands beside
// it and says the same; without WebGL or without scripts it says it alone.

import maplibre, { type LngLatBoundsLike, type Map as Plan } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import { content } from './popup';
import { type MapData, parse, type Place, places } from './data';
import { NAMES, PARTNERS } from './names';
import { ink, style } from './style';

/** Within the borders' file, so that nobody sees where it ends. */
const BOUNDS: LngLatBoundsLike = [10.2, 33.2, 30.8, 49.3];

/** The partners' states and what lies between them. */
const HOME: [number, number, number, number] = [13.3, 39.6, 22.9, 46.6];

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : location.href;

class EntenteMap extends HTMLElement {
  private map: Plan | undefined;
  private region: FeatureCollection | undefined;
  private readonly night = matchMedia('(prefers-color-scheme: dark)');
  private readonly repaint = (): void => {
    if (this.region) this.map?.setStyle(style(this.region, ink(this)));
  };
  private readonly watch = new MutationObserver(this.repaint);

  connectedCallback(): void {
    this.draw().catch((error: unknown) => {
      // The picture is an addition: without it the page is whole.
      this.dataset['failed'] = '';
      console.warn('the map cannot be drawn:', error);
    });
  }

  disconnectedCallback(): void {
    this.watch.disconnect();
    this.night.removeEventListener('change', this.repaint);
    this.map?.remove();
    this.map = undefined;
  }

  private async draw(): Promise<void> {
    const data = parse(document.querySelector(this.dataset['src'] ?? '')?.textContent ?? '{}');
    const answer = await fetch(data.boundaries);
    if (!answer.ok) throw new Error(`${data.boundaries}: ${answer.status}`);
    this.region = (await answer.json()) as FeatureCollection;
    if (!this.isConnected) return;

    maplibre.setWorkerUrl(data.worker ?? this.dataset['worker'] ?? new URL('map-worker.js', script).href);
    const frame = document.createElement('div');
    this.append(frame);
    const all = places(data.points);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const map = new maplibre.Map({
      container: frame,
      style: style(this.region, ink(this)),
      bounds: home(all),
      fitBoundsOptions: { padding: 6, maxZoom: 7 },
      maxBounds: BOUNDS,
      maxZoom: 10,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      // A finger or a wheel that crosses the picture goes on scrolling the page.
      scrollZoom: false,
      dragPan: !matchMedia('(pointer: coarse)').matches,
      fadeDuration: still ? 0 : 150,
      renderWorldCopies: false,
      locale: {
        'Map.Title': data.texts['title'] ?? '',
        'NavigationControl.ZoomIn': data.texts['zoomIn'] ?? '+',
        'NavigationControl.ZoomOut': data.texts['zoomOut'] ?? '−',
        'Popup.Close': data.texts['close'] ?? '×',
      },
    });
    this.map = map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-right');
    this.names(map, data);
    for (const place of all) this.place(map, place);
    this.dataset['points'] = String(data.points.length);
    map.on('idle', () => (this.dataset['ready'] = ''));
    this.watch.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.night.addEventListener('change', this.repaint);
  }

  /** Names as text of the page: no fonts to fetch, and in the reader's language. */
  private names(map: Plan, data: MapData): void {
    const labels = Object.entries(NAMES).map(([code, [lon, lat, zoom]]) => {
      const element = document.createElement('div');
      element.className = PARTNERS.includes(code) ? 'map-name us' : 'map-name';
      const marker = new maplibre.Marker({ element }).setLngLat([lon, lat]).addTo(map);
      // A name read out without its place says nothing; places are named by their reports.
      element.setAttribute('aria-hidden', 'true');
      element.removeAttribute('role');
      element.removeAttribute('aria-label');
      return { code, zoom, element, marker };
    });
    const set = (): void => {
      // Small pictures have room for codes only.
      const roomy = this.clientWidth >= 420 || map.getZoom() > 5.5;
      this.classList.toggle('small', !roomy);
      for (const { code, zoom, element } of labels) {
        element.textContent = roomy ? (data.names[code] ?? code) : code;
        element.hidden = map.getZoom() < zoom;
      }
    };
    set();
    map.on('zoomend', set);
    map.on('resize', set);
  }

  private place(map: Plan, place: Place): void {
    const count = place.points.length;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `map-place ${count > 4 ? 'many most' : count > 1 ? 'many' : ''}`.trim();
    const disc = document.createElement('span');
    if (count > 1) disc.textContent = String(count);
    button.append(disc);
    new maplibre.Marker({ element: button }).setLngLat([place.lon, place.lat]).addTo(map);
    const titles = place.points.map((one) => one.title);
    button.setAttribute('aria-label', count > 1 ? `${count}: ${titles.slice(0, 3).join('; ')}${count > 3 ? ' …' : ''}` : (titles[0] ?? ''));
    button.removeAttribute('role');
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      const popup = new maplibre.Popup({ maxWidth: 'none', offset: 12 })
        .setLngLat([place.lon, place.lat])
        .setDOMContent(content(place))
        .addTo(map);
      popup.once('close', () => {
        if (this.contains(document.activeElement) || document.activeElement === document.body) button.focus({ preventScroll: true });
      });
      popup.getElement().addEventListener('keydown', (key) => {
        if (key.key === 'Escape') popup.remove();
      });
    });
  }
}

/** The partners' states, widened to the places within the region. */
function home(all: readonly Place[]): LngLatBoundsLike {
  const bounds = new maplibre.LngLatBounds(HOME);
  const region = maplibre.LngLatBounds.convert(BOUNDS);
  for (const { lon, lat } of all) if (region.contains([lon, lat])) bounds.extend([lon, lat]);
  return bounds;
}

customElements.define('entente-map', EntenteMap);
