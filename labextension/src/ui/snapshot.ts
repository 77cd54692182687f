/**
 * What a logged value looks like. The kernel sends snapshots: JSON, in which an object that begins
 * with `$type` stands for what JSON has no word for, and `$more` for what was left out.
 */

import type { Json } from '../protocol';

type Mapping = { [key: string]: Json };

/** A value on one line, and what can be unfolded beneath it. */
export interface Shown {
  /** Class for its colour: string, number, word or object. */
  kind: 'string' | 'number' | 'word' | 'object';
  text: string;
  /** The whole text of a long string. */
  long?: string;
  parts?: readonly { name: string; value: Json }[];
  /** How many parts were not logged. */
  more: number;
}

const BRACKETS: { [type: string]: string } = {
  tuple: '()',
  set: '{}',
  frozenset: '{}',
  dict: '{}',
};
const LONG = 300;

export function shown(value: Json): Shown {
  if (value === null) {
    return { kind: 'word', text: 'None', more: 0 };
  }
  if (typeof value === 'boolean') {
    return { kind: 'word', text: value ? 'True' : 'False', more: 0 };
  }
  if (typeof value === 'number') {
    return { kind: 'number', text: String(value), more: 0 };
  }
  if (typeof value === 'string') {
    return quoted(value, 0);
  }
  if (Array.isArray(value)) {
    return sequence(value, '[]', 'list');
  }
  return '$type' in value ? tagged(value) : mapping(value);
}

function quoted(value: string, more: number): Shown {
  const text = JSON.stringify(value.length > LONG ? value.slice(0, LONG) : value);
  const cut = value.length > LONG || more > 0;
  return {
    kind: 'string',
    text: cut ? `${text}…` : text,
    long: value.length > LONG || value.includes('\n') ? value : undefined,
    more,
  };
}

function sequence(items: readonly Json[], brackets: string, name: string): Shown {
  const last = items[items.length - 1];
  const more = isMore(last) ? count(last.$more) : 0;
  const listed = more > 0 ? items.slice(0, -1) : items;
  const total = listed.length + more;
  const [open, close] = [brackets.slice(0, 1), brackets.slice(1)];
  return {
    kind: 'object',
    text: total === 0 ? `${open}${close}` : `${name} ${open}${total}${close}`,
    parts: listed.map((each, at) => ({ name: String(at), value: each })),
    more,
  };
}

function mapping(value: Mapping): Shown {
  const pairs = Object.entries(value).filter(([name]) => name !== '$more');
  const more = count(value.$more);
  const total = pairs.length + more;
  return {
    kind: 'object',
    text: total === 0 ? '{}' : `dict {${total}}`,
    parts: pairs.map(([name, each]) => ({ name, value: each })),
    more,
  };
}

function tagged(value: Mapping): Shown {
  const type = String(value.$type);
  const items = value.$items;
  const more = count(value.$more);
  if (type === 'str') {
    return quoted(String(value.$repr ?? ''), more);
  }
  if (type === 'dict' && Array.isArray(items)) {
    const pairs = items.filter((each): each is Json[] => Array.isArray(each) && each.length === 2);
    const left = items.length - pairs.length > 0 ? count((items.at(-1) as Mapping).$more) : 0;
    return {
      kind: 'object',
      text: `dict {${pairs.length + left}}`,
      parts: pairs.map(([key, each]) => ({ name: shown(key ?? null).text, value: each ?? null })),
      more: left,
    };
  }
  if (Array.isArray(items)) {
    return sequence(items, BRACKETS[type] ?? '[]', type);
  }
  if ('$value' in value) {
    return { kind: 'word', text: `${type}(${exact(value.$value ?? null)})`, more: 0 };
  }
  return described(type, value, more);
}

function exact(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function described(type: string, value: Mapping, more: number): Shown {
  const shape = Array.isArray(value.shape) ? ` ${value.shape.map(String).join('×')}` : '';
  const fields = value.$fields;
  const rest = Object.entries(value).filter(([name]) => !name.startsWith('$'));
  const inner: [string, Json][] =
    fields && typeof fields === 'object' && !Array.isArray(fields) ? Object.entries(fields) : rest;
  const repr = typeof value.$repr === 'string' ? value.$repr : '';
  const simple = repr && !repr.includes('\n') && repr.length <= LONG && !shape;
  const text = simple ? (repr.startsWith('<') ? repr : `<${repr}>`) : `<${type}${shape}>`;
  return {
    kind: 'word',
    text,
    long: repr && !simple ? repr : undefined,
    parts: inner.length > 0 ? inner.map(([name, each]) => ({ name, value: each })) : undefined,
    more,
  };
}

function isMore(value: Json | undefined): value is { $more: Json } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 1 &&
    '$more' in value
  );
}

function count(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
