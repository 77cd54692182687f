import { describe, expect, test } from 'vitest';
import { baseFor, BELT, lastBase, onBelt } from './treadmill';

describe('the belt of a long table', () => {
  test('a list that fits never moves', () => {
    for (const row of [0, 100, BELT - 1]) {
      expect(baseFor(row, 0, BELT)).toBe(0);
    }
    expect(onBelt(0, 7)).toBe(7);
  });

  test('holds any row of a million, well away from an end that goes on', () => {
    const length = 1_000_000;
    for (let row = 0; row < length; row += 997) {
      const base = baseFor(row, 0, length);
      expect(row).toBeGreaterThanOrEqual(base);
      expect(row).toBeLessThan(base + BELT);
      expect(baseFor(row, base, length)).toBe(base);
    }
  });

  test('stays while the reader is in its middle, moves near its ends', () => {
    const length = 1_000_000;
    const base = baseFor(500_000, 0, length);
    expect(baseFor(base + BELT / 2, base, length)).toBe(base);
    expect(baseFor(base + BELT - 10, base, length)).toBeGreaterThan(base);
    expect(baseFor(base + 10, base, length)).toBeLessThan(base);
  });

  test('ends with the list', () => {
    const length = 1_000_003;
    const base = baseFor(length - 1, 0, length);
    expect(base).toBe(lastBase(length));
    expect(base + onBelt(base, length)).toBe(length);
  });

  test('comes back when the list becomes short', () => {
    expect(lastBase(10)).toBe(0);
    expect(baseFor(3, 900_000, 10)).toBe(0);
  });
});
