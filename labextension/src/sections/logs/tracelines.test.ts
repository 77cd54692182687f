import { expect, test } from 'vitest';
import { traceLines } from './tracelines';

const TEXT = `Traceback (most recent call last):
  File "<cell>", line 2, in <module>
    total(0)
  File "<babyagi total@3>", line 4, in total
    return 1 / n
           ~~^~~
ZeroDivisionError: division by zero
in total, run k1.4: %babyagi logs k1.4
`;

test('places, code and marks of a traceback are told apart', () => {
  expect(traceLines(TEXT).map(({ kind }) => kind)).toEqual([
    'said', 'place', 'code', 'place', 'code', 'marks', 'said', 'said',
  ]); // prettier-ignore
});

test('a place in one of our functions says which version and line', () => {
  expect(traceLines(TEXT)[3]).toEqual({
    kind: 'place',
    file: '<babyagi total@3>',
    line: 4,
    within: 'total',
    at: { name: 'total', version: 3 },
  });
  expect(traceLines(TEXT)[1]).toMatchObject({ file: '<cell>', at: null });
});

test('places inside an exception group are found too', () => {
  const [place] = traceLines('    |   File "<babyagi a@1>", line 9, in a');
  expect(place).toMatchObject({ kind: 'place', line: 9, at: { name: 'a', version: 1 } });
});

test('text that only looks like a place stays text', () => {
  expect(traceLines('File "x" is missing').map(({ kind }) => kind)).toEqual(['said']);
});
