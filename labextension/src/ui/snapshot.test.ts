import { describe, expect, test } from 'vitest';
import type { Json } from '../protocol';
import { duration } from './moment';
import { shown } from './snapshot';

describe('a logged value', () => {
  test.each<[Json, string]>([
    [null, 'None'],
    [true, 'True'],
    [1.5, '1.5'],
    ['a "b"', '"a \\"b\\""'],
    [[], '[]'],
    [[1, 2], 'list [2]'],
    [[1, { $more: 99 }], 'list [100]'],
    [{}, '{}'],
    [{ a: 1 }, 'dict {1}'],
    [{ a: 1, $more: 4 }, 'dict {5}'],
    [{ $type: 'tuple', $items: [1] }, 'tuple (1)'],
    [{ $type: 'set', $items: [1, 2] }, 'set {2}'],
    [{ $type: 'dict', $items: [[1, 'one'], { $more: 2 }] }, 'dict {3}'],
    [{ $type: 'float', $value: 'nan' }, 'float(nan)'],
    [{ $type: 'str', $repr: 'abc', $more: 7 }, '"abc"…'],
    [{ $type: 'generator', $repr: '<generator>' }, '<generator>'],
    [{ $type: 'Path', $repr: 'here' }, '<here>'],
    [{ $type: 'pandas.DataFrame', $repr: 'a\n1', shape: [3, 2] }, '<pandas.DataFrame 3×2>'],
    [{ $type: 'Odd' }, '<Odd>'],
    [{ $type: 5, $items: 'no list' }, '<5>'],
  ])('%j is %s', (value, text) => {
    expect(shown(value).text).toBe(text);
  });

  test('names its parts, and says how many were not logged', () => {
    expect(shown([1, { $more: 3 }])).toMatchObject({ parts: [{ name: '0', value: 1 }], more: 3 });
    expect(shown({ $type: 'dict', $items: [[1, 'one']] }).parts).toEqual([
      { name: '1', value: 'one' },
    ]);
    expect(shown({ $type: 'P', $fields: { x: 1 } }).parts).toEqual([{ name: 'x', value: 1 }]);
  });

  test('keeps the whole of a long string for those who unfold it', () => {
    const long = 'x'.repeat(5000);
    expect(shown(long).text.length).toBeLessThan(400);
    expect(shown(long).long).toBe(long);
    expect(shown('two\nlines').long).toBe('two\nlines');
  });
});

test.each([
  [null, ''],
  [0, '0 ms'],
  [0.0005, '500 ns'],
  [0.2, '200 µs'],
  [1.23456, '1.23 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [95_000, '1.58 min'],
  [7_200_000, '2 h'],
])('a duration of %s ms is said as "%s"', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
