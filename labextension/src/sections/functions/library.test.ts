import { describe, expect, it } from 'vitest';
import type { FunctionRow, FunctionStats, RunRow } from '../../protocol';
import { freshen, narrow, nearest, order, prepare, tagsOf, withStats } from './library';

function row(name: string, more: Partial<FunctionRow> = {}): FunctionRow {
  return {
    name,
    version: 1,
    description: '',
    tags: [],
    origin: 'user',
    state: 'own',
    trust: 'kernel',
    is_async: false,
    dependencies: 0,
    triggers: 0,
    keys: [],
    missing: false,
    ...more,
  };
}

function stat(name: string, more: Partial<FunctionStats> = {}): FunctionStats {
  return { name, runs: 1, errors: 0, p50: 1, p95: 1, last: 1, last_status: 'success', ...more };
}

const names = (items: { row: FunctionRow }[]): string[] => items.map((item) => item.row.name);
const all = { text: '', marks: [], tag: '' } as const;

describe('the library', () => {
  const items = prepare([
    row('Zeta', { description: 'Reads the weather', tags: ['io'] }),
    row('alpha', { tags: ['io', 'weather'], state: 'draft', trust: 'sandbox', origin: 'model:m' }),
    row('weather_report', { missing: true }),
    row('beta'),
  ]);

  it('finds every word in name, description, tags or origin, in any case', () => {
    expect(names(narrow(items, { ...all, text: 'WEATHER' }))).toEqual([
      'Zeta',
      'alpha',
      'weather_report',
    ]);
    expect(names(narrow(items, { ...all, text: 'model  alp' }))).toEqual(['alpha']);
    expect(names(narrow(items, { ...all, text: 'nothing' }))).toEqual([]);
  });

  it('takes what is typed as text, not as a pattern', () => {
    expect(names(narrow(items, { ...all, text: '.*(' }))).toEqual([]);
  });

  it('puts names that begin with the search first', () => {
    const found = nearest(narrow(items, { ...all, text: 'weather' }), 'weather');
    expect(names(found)[0]).toBe('weather_report');
  });

  it('narrows by marks and tag', () => {
    const known = withStats(items, [stat('beta', { last_status: 'timeout' })]);
    expect(names(narrow(known, { ...all, marks: ['failing'] }))).toEqual(['beta']);
    expect(names(narrow(known, { ...all, marks: ['drafts', 'sandbox'] }))).toEqual(['alpha']);
    expect(names(narrow(known, { ...all, marks: ['keys'] }))).toEqual(['weather_report']);
    expect(names(narrow(known, { ...all, tag: 'io' }))).toEqual(['Zeta', 'alpha']);
  });

  it('sorts what has no value last, whichever way round', () => {
    const known = withStats(items, [stat('beta', { p50: 5 }), stat('Zeta', { p50: 9 })]);
    const by = (descending: boolean): string[] =>
      names(order(known, { column: 'p50', descending }));
    expect(by(true)).toEqual(['Zeta', 'beta', 'alpha', 'weather_report']);
    expect(by(false)).toEqual(['beta', 'Zeta', 'alpha', 'weather_report']);
  });

  it('counts tags, most first', () => {
    expect(tagsOf(items)).toEqual([
      ['io', 2],
      ['weather', 1],
    ]);
  });

  it('takes the last run from pushes, but never an older one', () => {
    const run = { function: 'beta', started: 5, status: 'error', duration: 2 } as RunRow;
    const heard = new Map([['beta', run]]);
    expect(freshen([stat('beta', { last: 1 })], heard)[0]).toMatchObject({
      last: 5,
      last_status: 'error',
    });
    expect(freshen([stat('beta', { last: 9 })], heard)[0]).toMatchObject({ last: 9 });
    expect(freshen(undefined, heard)[0]).toMatchObject({ name: 'beta', last_status: 'error' });
  });
});
