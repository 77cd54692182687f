import { describe, expect, it } from 'vitest';
import type { Json } from '../../../protocol';
import { ObjectEntry, blank, entryOf, withMember } from './entries';
import { Schema, fieldOf, formOf } from './fields';
import { carriedOver, read, readForm } from './reading';

const TREE: Schema = {
  $defs: {
    Tree: {
      type: 'object',
      properties: {
        v: { type: 'integer' },
        kids: { type: 'array', items: { $ref: '#/$defs/Tree' } },
      },
      required: ['v', 'kids'],
    },
  },
  $ref: '#/$defs/Tree',
};
const POINT: Schema = {
  type: 'object',
  properties: {
    x: { type: 'integer' },
    when: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }], default: null },
  },
  required: ['x'],
};

/** Schemas as pydantic writes them, each with values that fit. */
const FITTING: [string, Schema, Json[]][] = [
  ['text', { type: 'string' }, ['', 'a\nb', '"quoted"', '<b>', '\u202e']],
  ['integer', { type: 'integer' }, [0, -5, 9007199254740991]],
  ['number', { type: 'number', minimum: 0 }, [0, 1.5, 1e-7, 1e21]],
  ['boolean', { type: 'boolean' }, [true, false]],
  ['enum', { enum: ['x', 1, null, true] }, ['x', 1, null, true]],
  ['const', { const: 'only' }, ['only']],
  ['date', { type: 'string', format: 'date' }, ['2026-02-28', '0001-01-01']],
  [
    'date-time',
    { type: 'string', format: 'date-time' },
    ['2026-01-31T14:30', '2026-01-31T14:30:05.5Z', '2026-01-31T14:30:05+02:00'],
  ],
  ['time', { type: 'string', format: 'time' }, ['14:30', '23:59:59']],
  ['bytes', { type: 'string', format: 'binary' }, ['a\u0000b']],
  ['list', { type: 'array', items: { type: 'integer' } }, [[], [1, 2]]],
  ['set', { type: 'array', items: { type: 'string' }, uniqueItems: true }, [['a', 'b']]],
  [
    'tuple',
    {
      type: 'array',
      prefixItems: [{ type: 'integer' }, { type: 'string' }],
      minItems: 2,
      maxItems: 2,
    },
    [[1, 'a']],
  ],
  [
    'dict',
    { type: 'object', additionalProperties: { type: 'integer' } },
    [{}, { a: 1, ['__proto__']: 2 }],
  ],
  ['object', POINT, [{ x: 1 }, { x: 1, when: null }, { x: 1, when: '2026-01-01' }]],
  ['tree', TREE, [{ v: 1, kids: [{ v: 2, kids: [] }] }]],
  ['union', { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }] }, [1, 'a', null]],
  ['types', { type: ['integer', 'null'] }, [1, null]],
  ['anything', {}, [null, 1, 'a', [1, { a: [] }], { b: null }]],
];

describe('a field', () => {
  it.each(FITTING)('of %s reads back every value that was put in', (_, schema, values) => {
    const field = fieldOf(schema);
    for (const value of values) {
      const entry = entryOf(field, value);
      expect(entry, JSON.stringify(value)).not.toBeNull();
      const found = read(field, entry ?? blank(field));
      expect(found.problems).toEqual([]);
      expect(JSON.stringify(found.value)).toBe(JSON.stringify(value));
    }
  });

  it.each<[string, Schema, string, RegExp]>([
    ['no number', { type: 'number' }, '12a', /no number/],
    ['nothing for a number', { type: 'integer' }, '', /needs a number/],
    ['a fraction for an integer', { type: 'integer' }, '1.5', /no integer/],
    ['too large to be exact', { type: 'integer' }, '9007199254740993', /exactly/],
    ['too small', { type: 'integer', minimum: 3 }, '2', /at least 3/],
    ['on an open limit', { type: 'number', exclusiveMinimum: 0 }, '0', /more than 0/],
    ['no multiple', { type: 'number', multipleOf: 0.1 }, '0.25', /multiple/],
    ['too short', { type: 'string', minLength: 1 }, '', /needs a value/],
    ['too long', { type: 'string', maxLength: 2 }, 'abc', /2 characters/],
    ['against a pattern', { type: 'string', pattern: '^a+$' }, 'b', /must match/],
    ['no such day', { type: 'string', format: 'date' }, '2026-02-30', /no such day/],
    ['no date', { type: 'string', format: 'date' }, 'soon', /is no date/],
    ['no hour', { type: 'string', format: 'time' }, '25:00', /no such time/],
    ['no UUID', { type: 'string', format: 'uuid' }, 'x', /UUID/],
    ['no JSON', {}, "{'a': 1}", /no JSON/],
    ['inexact in JSON', {}, '[12345678901234567890]', /exactly/],
    ['nothing for JSON', {}, '', /needs a value/],
  ])('says that a value is %s', (_, schema, text, words) => {
    const { problems } = read(fieldOf(schema), { kind: 'text', text });
    expect(problems.map(({ message }) => message).join()).toMatch(words);
  });

  it('takes numbers as Python writes them', () => {
    expect(read(fieldOf({ type: 'integer' }), { kind: 'text', text: ' 1_000 ' }).value).toBe(1000);
    expect(read(fieldOf({ type: 'number' }), { kind: 'text', text: '.5' }).value).toBe(0.5);
  });

  it('leaves a pattern that only Python knows to the kernel', () => {
    expect(
      read(fieldOf({ type: 'string', pattern: '(?P<a>x)\\Z' }), { kind: 'text', text: 'x' })
        .problems,
    ).toEqual([]);
  });

  it('of a list with something twice is no set', () => {
    const field = fieldOf({ type: 'array', items: { type: 'integer' }, uniqueItems: true });
    const entry = entryOf(field, [1, 1]);
    expect(read(field, entry ?? blank(field)).problems[0]?.message).toMatch(/twice/);
  });

  it('that is not understood is free JSON', () => {
    for (const schema of [true, { $ref: 'elsewhere' }, { type: 'odd' }, { anyOf: [] }] as Json[]) {
      expect(fieldOf(schema).kind).toBe('free');
    }
  });

  it('that refers to itself in a circle ends', () => {
    const circle: Schema = { $defs: { A: { $ref: '#/$defs/A' } }, $ref: '#/$defs/A' };
    expect(fieldOf(circle).kind).toBe('free');
    const endless: Schema = {
      $defs: { B: { type: 'object', properties: { b: { $ref: '#/$defs/B' } }, required: ['b'] } },
      $ref: '#/$defs/B',
    };
    expect(blank(fieldOf(endless)).kind).toBe('object');
  });
});

describe('a form', () => {
  const form = formOf({
    type: 'object',
    properties: {
      city: { type: 'string' },
      days: { type: 'integer', default: 3 },
      __proto__x: { type: 'boolean', default: false },
      p: POINT,
    },
    required: ['city', 'p'],
    additionalProperties: false,
  });

  it('sends only what was given', () => {
    const begun = blank(form) as ObjectEntry;
    const filled = withMember(begun, 'city', { kind: 'text', text: '' }) as ObjectEntry;
    const p = entryOf(fieldOf(POINT), { x: 1 });
    const { value, problems } = readForm(form, withMember(filled, 'p', p));
    expect(problems).toEqual([]);
    expect(value).toEqual({ city: '', p: { x: 1 } });
  });

  it('says where something is missing', () => {
    const { problems } = readForm(form, blank(form));
    expect(problems).toEqual([
      { path: 'city', message: 'is needed' },
      { path: 'p/x', message: 'needs a number' },
    ]);
  });

  it('reads hints that the schema does not know as they are written', () => {
    const schema: Schema = { type: 'object', properties: { day: {}, unit: {}, x: {} } };
    const asked = formOf(schema, [
      { name: 'day', annotation: 'datetime.date' },
      { name: 'unit', annotation: 'Unit' },
      { name: 'x', annotation: null },
    ]);
    expect(asked.members.map((member) => member.field().words)).toEqual([
      'date',
      'Unit, as JSON',
      'JSON',
    ]);
  });

  it('carries what was typed over to another form where it fits', () => {
    const before = formOf({ type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'] });
    const after = formOf({
      type: 'object',
      properties: { a: { enum: ['C', 'F'] }, b: { type: 'integer' } },
      required: ['a', 'b'],
    });
    let entry = blank(before) as ObjectEntry;
    entry = withMember(entry, 'a', { kind: 'text', text: '"F"' }) as ObjectEntry;
    entry = withMember(entry, 'b', { kind: 'text', text: '"no number"' }) as ObjectEntry;
    const found = carriedOver(before, after, entry);
    expect(found.members.get('a')).toEqual({ kind: 'choice', index: 1 });
    expect(found.members.get('b')).toEqual({ kind: 'text', text: '' });
  });

  it('of no arguments sends none', () => {
    const none = formOf({
      type: 'object',
      properties: {},
      required: [],
      additionalProperties: false,
    });
    expect(readForm(none, blank(none))).toEqual({ value: {}, problems: [] });
  });
});
