/**
 * What a person has put into a form so far, and how it is made from values.
 *
 * Text stays text until it is read (`reading.ts`), so a half-written number is not lost. Entries
 * are never changed in place. A member of an object that was left alone is `null`: it is then not
 * sent, and the function takes its default.
 */

import type { Json } from '../../../protocol';
import type { Field, Member } from './fields';

export type Entry =
  | { kind: 'text'; text: string }
  | { kind: 'flag'; on: boolean }
  /** -1: nothing chosen yet. */
  | { kind: 'choice'; index: number }
  | { kind: 'null' }
  | { kind: 'object'; members: ReadonlyMap<string, Entry | null>; extra: readonly Extra[] }
  | { kind: 'list'; items: readonly Item[] }
  | { kind: 'union'; pick: number; entry: Entry };

export type ObjectEntry = Extract<Entry, { kind: 'object' }>;

export interface Item {
  /** Stays with the item when others come and go. */
  id: number;
  entry: Entry;
}

export interface Extra extends Item {
  name: string;
}

let last = 0;

export function item(entry: Entry): Item {
  return { id: ++last, entry };
}

export function extra(name: string, entry: Entry): Extra {
  return { id: ++last, name, entry };
}

/**
 * What stands in a field before anybody touched it. Text that is needed begins as left alone: an
 * empty text is an answer too, but not one to be sent by oversight.
 */
export function blank(field: Field, depth = 0): Entry {
  switch (field.kind) {
    case 'flag':
      return { kind: 'flag', on: false };
    case 'choice':
      return { kind: 'choice', index: -1 };
    case 'null':
      return { kind: 'null' };
    case 'object':
      return {
        kind: 'object',
        members: new Map(field.members.map((each) => [each.name, start(each, depth)])),
        extra: [],
      };
    case 'list':
      return { kind: 'list', items: places(field, depth) };
    case 'union':
      return { kind: 'union', pick: 0, entry: blank(field.options[0] as Field, depth + 1) };
    default:
      return { kind: 'text', text: '' };
  }
}

/** The entry that reads as `value`, or null when no entry of this field does. */
export function entryOf(field: Field, value: Json): Entry | null {
  switch (field.kind) {
    case 'text':
    case 'file':
    case 'moment':
      return typeof value === 'string' ? { kind: 'text', text: value } : null;
    case 'number':
      if (typeof value !== 'number' || (field.whole && !Number.isInteger(value))) return null;
      return { kind: 'text', text: String(value) };
    case 'flag':
      return typeof value === 'boolean' ? { kind: 'flag', on: value } : null;
    case 'null':
      return value === null ? { kind: 'null' } : null;
    case 'choice': {
      const index = field.options.findIndex((each) => sameJson(each, value));
      return index < 0 ? null : { kind: 'choice', index };
    }
    case 'free':
      return { kind: 'text', text: JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ') };
    case 'list':
      return listOf(field, value);
    case 'object':
      return objectOf(field, value);
    case 'union':
      for (const [pick, option] of field.options.entries()) {
        const entry = entryOf(option, value);
        if (entry) return { kind: 'union', pick, entry };
      }
      return null;
  }
}

export function sameJson(one: Json, other: Json): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** `members` with one of them replaced. */
export function withMember(
  entry: Extract<Entry, { kind: 'object' }>,
  name: string,
  value: Entry | null,
): Entry {
  return { ...entry, members: new Map(entry.members).set(name, value) };
}

function start(member: Member, depth: number): Entry | null {
  if (!member.required || depth > 5) return null;
  const field = member.field();
  return field.kind === 'text' ? null : blank(field, depth + 1);
}

function places(field: Extract<Field, { kind: 'list' }>, depth: number): Item[] {
  if (depth > 5) return [];
  const found = field.first.map((each) => item(blank(each(), depth + 1)));
  const least = Math.min(field.least, 20);
  while (field.item && found.length < least) found.push(item(blank(field.item(), depth + 1)));
  return found;
}

function listOf(field: Extract<Field, { kind: 'list' }>, value: Json): Entry | null {
  if (!Array.isArray(value) || value.length < field.first.length) return null;
  const items: Item[] = [];
  for (const [at, each] of value.entries()) {
    const part = field.first[at] ?? field.item;
    const entry = part ? entryOf(part(), each) : null;
    if (!entry) return null;
    items.push(item(entry));
  }
  return { kind: 'list', items };
}

function objectOf(field: Extract<Field, { kind: 'object' }>, value: Json): Entry | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const members = new Map<string, Entry | null>();
  for (const member of field.members) {
    if (!Object.hasOwn(value, member.name)) {
      if (member.required) return null;
      members.set(member.name, null);
      continue;
    }
    const entry = entryOf(member.field(), value[member.name] as Json);
    if (!entry) return null;
    members.set(member.name, entry);
  }
  const more: Extra[] = [];
  for (const [name, each] of Object.entries(value)) {
    if (members.has(name)) continue;
    const entry = field.extra ? entryOf(field.extra(), each) : null;
    if (!entry) return null;
    more.push(extra(name, entry));
  }
  return { kind: 'object', members, extra: more };
}
