import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fields, Shelf } from '../src/kept';

class Memory {
  private readonly map = new Map<string, string>();
  get length() {
    return this.map.size;
  }
  key = (at: number) => [...this.map.keys()][at] ?? null;
  getItem = (name: string) => this.map.get(name) ?? null;
  setItem = (name: string, value: string) => void this.map.set(name, value);
  removeItem = (name: string) => void this.map.delete(name);
}

const empty: Fields = [['title', '']];
const typed: Fields = [['title', 'Drone over the port']];
const DAY = 24 * 3600 * 1000;

test('what could not be saved comes back, on what it was built on', () => {
  const shelf = new Shelf(new Memory(), () => 0);
  assert.ok(shelf.put('/reports/drafts/1', empty, typed));
  assert.deepEqual(shelf.take('/reports/drafts/1', empty), typed);
  assert.equal(shelf.take('/reports/drafts/1', [['title', 'changed elsewhere']]), undefined);
  assert.equal(shelf.take('/reports/drafts/2', empty), undefined);
});

test('it is forgotten when saved, when old, and at sign-out', () => {
  const memory = new Memory();
  let now = 0;
  const shelf = new Shelf(memory, () => now);
  shelf.put('/a', empty, typed);
  shelf.drop('/a');
  assert.equal(shelf.take('/a', empty), undefined);

  shelf.put('/a', empty, typed);
  now = 15 * DAY;
  assert.equal(shelf.take('/a', empty), undefined);
  shelf.clear(false);
  assert.equal(memory.length, 0);

  memory.setItem('theme', 'dark');
  shelf.put('/a', empty, typed);
  shelf.clear(true);
  assert.equal(memory.length, 1);
});

test('a browser without room says so; damaged entries are nothing', () => {
  const full = new Memory();
  full.setItem = () => {
    throw new Error('full');
  };
  assert.equal(new Shelf(full, () => 0).put('/a', empty, typed), false);

  const damaged = new Memory();
  damaged.setItem('kept:/a', '{"base":1}');
  damaged.setItem('kept:/b', 'no JSON');
  const shelf = new Shelf(damaged, () => 0);
  assert.equal(shelf.take('/a', empty), undefined);
  assert.equal(shelf.take('/b', empty), undefined);
});
