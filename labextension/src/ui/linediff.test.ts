import { describe, expect, it } from 'vitest';
import { changedPart, counts, diffLines, fold, linesOf, sideBySide } from './linediff';

/** What a diff says the old and the new text were. */
function ends(lines: ReturnType<typeof diffLines>): [string, string] {
  const old = lines.filter((line) => line.kind !== 'new').map((line) => line.text);
  const now = lines.filter((line) => line.kind !== 'old').map((line) => line.text);
  return [old.join('\n'), now.join('\n')];
}

describe('a diff', () => {
  it('gives both texts back, whatever they are', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 200; round++) {
      const text = (): string =>
        Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
      const [old, now] = [text(), text()];
      const lines = diffLines(old, now);
      expect(ends(lines)).toEqual([linesOf(old).join('\n'), linesOf(now).join('\n')]);
    }
  });

  it('is the shortest', () => {
    expect(counts(diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc'))).toEqual({
      old: 3,
      new: 2,
    });
  });

  it('numbers the lines of each side', () => {
    const lines = diffLines('one\ntwo\nthree', 'one\n2\nthree');
    expect(lines.map(({ kind, old, new: now }) => [kind, old, now])).toEqual([
      ['same', 1, 1],
      ['old', 2, null],
      ['new', null, 2],
      ['same', 3, 3],
    ]);
  });

  it('takes two texts that share nothing as replaced', () => {
    const text = (word: string): string =>
      Array.from({ length: 3000 }, (_, at) => `${word} ${at}`).join('\n');
    expect(counts(diffLines(text('a'), text('b')))).toEqual({ old: 3000, new: 3000 });
  });

  it('ends lines where Python ends them', () => {
    expect(linesOf('a\r\nb\rc\u2028d\n')).toEqual(['a', 'b', 'c\u2028d']);
  });
});

describe('side by side', () => {
  it('puts what went beside what came', () => {
    const pairs = sideBySide(diffLines('a\nb\nc', 'a\nx\ny\nc'));
    expect(pairs.map(({ left, right }) => [left?.text, right?.text])).toEqual([
      ['a', 'a'],
      ['b', 'x'],
      [undefined, 'y'],
      ['c', 'c'],
    ]);
  });

  it('finds the part of a line that differs', () => {
    expect(changedPart('return x + 1', 'return y + 1')).toEqual({ old: [7, 8], new: [7, 8] });
    expect(changedPart('aa', 'aaa')).toEqual({ old: [2, 2], new: [2, 3] });
  });
});

describe('folding', () => {
  const rows = Array.from({ length: 30 }, (_, at) => at);

  it('keeps what is near a change in sight', () => {
    const found = fold(rows, (row) => row === 15);
    expect(found.map(({ folded, rows: some }) => [folded, some.length])).toEqual([
      [true, 12],
      [false, 7],
      [true, 11],
    ]);
  });

  it('folds nothing that is shorter than its fold', () => {
    expect(fold([1, 2, 3, 4, 5], (row) => row === 5).some(({ folded }) => folded)).toBe(false);
  });
});
