import { describe, expect, test } from 'vitest';
import { around, bar, moved, ticks, whole, zoomed } from './lanes';
import { run } from '../../testing/runs';

const runs = [
  run({ id: 'r', started: 1000, duration: 100 }),
  run({ id: 'a', started: 1010, duration: 20 }),
  run({ id: 'b', started: 1050, duration: 50 }),
];
const [first, second] = runs as [(typeof runs)[0], (typeof runs)[0]];
const all = whole(runs, 0);

describe('the lanes of a waterfall', () => {
  test('reach from the first start to the last end', () => {
    expect(all).toEqual({ from: 1000, to: 1100 });
    expect(bar(first, all, 0)).toEqual({ left: 0, width: 100, open: false, beyond: null });
    expect(bar(second, all, 0)).toMatchObject({ left: 10, width: 20 });
  });

  test('let an open run reach to now, and a lost one nowhere', () => {
    const open = run({ id: 'o', started: 1000, duration: null, status: 'started' });
    expect(whole([open], 1500)).toEqual({ from: 1000, to: 1500 });
    expect(bar(open, { from: 1000, to: 2000 }, 1500)).toMatchObject({ width: 50, open: true });
    expect(bar({ ...open, status: 'lost' }, all, 9999)).toMatchObject({ width: 0, open: true });
  });

  test('have a width also for nothing', () => {
    const none = whole([], 5);
    expect(none.to).toBeGreaterThan(none.from);
    const instant = whole([run({ id: 'i', started: 7, duration: 0 })], 0);
    expect(instant.to).toBeGreaterThan(instant.from);
  });

  test('say where a bar lies that is out of sight, and cut one that sticks out', () => {
    const span = { from: 1040, to: 1060 };
    expect(bar(second, span, 0).beyond).toBe('before');
    expect(bar(first, span, 0)).toMatchObject({ left: 0, width: 100, beyond: null });
    expect(bar(run({ id: 'z', started: 1090 }), span, 0).beyond).toBe('after');
  });

  test('zoom around a place that stays where it is, never beyond the whole', () => {
    expect(zoomed(all, all, 2)).toEqual({ from: 1025, to: 1075 });
    expect(zoomed(all, all, 2, 0)).toEqual({ from: 1000, to: 1050 });
    expect(zoomed(all, all, 0.1)).toEqual(all);
    let span = all;
    for (let turn = 0; turn < 200; turn += 1) {
      span = zoomed(span, all, 2, 0.3);
    }
    expect(span.to).toBeGreaterThan(span.from);
  });

  test('move to the ends and no further', () => {
    const half = zoomed(all, all, 2);
    expect(moved(half, all, 5)).toEqual({ from: 1050, to: 1100 });
    expect(moved(half, all, -5)).toEqual({ from: 1000, to: 1050 });
  });

  test('show one run with a little room', () => {
    const span = around(second, all, 0);
    expect(span.from).toBeLessThan(1010);
    expect(span.to).toBeGreaterThan(1030);
    expect(span.to - span.from).toBeLessThan(25);
  });

  test('have round marks within sight', () => {
    expect(ticks(all, 1000).map(({ at }) => at)).toEqual([0, 20, 40, 60, 80]);
    const near = ticks({ from: 1040, to: 1060 }, 1000);
    expect(near.every(({ left }) => left >= 0 && left <= 92)).toBe(true);
    expect(ticks({ from: 0, to: 0 }, 0)).toEqual([]);
  });
});
