/**
 * From what was put in to the value that is sent, or to what is wrong and where.
 *
 * The kernel checks again and has the last word; this is here so that the word stands beside the
 * field before anything runs.
 */

import type { Json } from '../../../protocol';
import type { Entry, ObjectEntry } from './entries';
import { blank, entryOf, sameJson } from './entries';
import type { Field, ListField, NumberField, ObjectField, TextField } from './fields';

export interface Problem {
  /** Where, as `pathTo` makes it. */
  path: string;
  message: string;
}

export interface Reading {
  value: Json;
  problems: Problem[];
}

/** Names a place in a form; also unique among the elements of one form. */
export function pathTo(path: string, part: string | number): string {
  return path ? `${path}/${String(part)}` : String(part);
}

export function read(field: Field, entry: Entry, path = ''): Reading {
  const problems: Problem[] = [];
  const value = take(field, entry, path, problems);
  return { value: value ?? null, problems };
}

/** The arguments of a call; members that were left alone are not in it. */
export function readForm(
  form: ObjectField,
  entry: Entry,
): { value: { [key: string]: Json }; problems: Problem[] } {
  const found = read(form, entry);
  const value = found.value;
  const whole = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return { value: whole, problems: found.problems };
}

/** What was put into one form, in another: each member where it fits, else as it begins. */
export function carriedOver(
  before: ObjectField,
  after: ObjectField,
  entry: ObjectEntry,
): ObjectEntry {
  const fresh = blank(after) as ObjectEntry;
  const members = new Map(fresh.members);
  for (const member of after.members) {
    const old = before.members.find((each) => each.name === member.name);
    const given = entry.members.get(member.name);
    if (old && given) {
      const { value, problems } = read(old.field(), given);
      const fitting = problems.length === 0 ? entryOf(member.field(), value) : null;
      members.set(member.name, fitting ?? fresh.members.get(member.name) ?? null);
    }
  }
  return { ...fresh, members, extra: after.extra ? entry.extra : [] };
}

function take(field: Field, entry: Entry, path: string, problems: Problem[]): Json | undefined {
  const wrong = (message: string): undefined => {
    problems.push({ path, message });
    return undefined;
  };
  if (field.kind === 'object' && entry.kind === 'object')
    return takeObject(field, entry, path, problems);
  if (field.kind === 'list' && entry.kind === 'list') return takeList(field, entry, path, problems);
  if (field.kind === 'union' && entry.kind === 'union') {
    const option = field.options[entry.pick];
    return option ? take(option, entry.entry, path, problems) : wrong('choose what it is');
  }
  if (field.kind === 'flag' && entry.kind === 'flag') return entry.on;
  if (field.kind === 'null') return null;
  if (field.kind === 'choice' && entry.kind === 'choice') {
    const chosen = field.options[entry.index];
    return chosen === undefined ? wrong('choose one') : chosen;
  }
  if (entry.kind !== 'text') return wrong('cannot be read');
  switch (field.kind) {
    case 'text':
      return takeText(field, entry.text, wrong);
    case 'file':
      return entry.text;
    case 'number':
      return takeNumber(field, entry.text, wrong);
    case 'moment':
      return takeMoment(field.moment, entry.text, wrong);
    case 'free':
      return takeFree(entry.text, wrong);
    default:
      return wrong('cannot be read');
  }
}

type Wrong = (message: string) => undefined;

function takeText(field: TextField, text: string, wrong: Wrong): Json | undefined {
  const length = [...text].length;
  if (length < field.least) {
    return wrong(field.least === 1 ? 'needs a value' : `needs ${field.least} characters or more`);
  }
  if (length > field.most) return wrong(`may have ${field.most} characters at most`);
  if (field.format === 'uuid' && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) {
    return wrong('is no UUID, such as 123e4567-e89b-12d3-a456-426614174000');
  }
  if (field.format === 'duration' && !/^[-+]?P(?=.)[\dYMWDTHS.]+$/.test(text)) {
    return wrong('is no duration: write PT90S, PT1H30M or P2D');
  }
  if (field.pattern && !matches(field.pattern, text)) return wrong(`must match ${field.pattern}`);
  return text;
}

function takeNumber(field: NumberField, text: string, wrong: Wrong): Json | undefined {
  const trimmed = text.trim().replace(/_/g, '');
  if (!trimmed) return wrong('needs a number');
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) {
    return wrong(field.whole ? 'is no integer' : 'is no number');
  }
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return wrong('is too large');
  if (field.whole && !Number.isInteger(value)) return wrong('is no integer');
  if (field.whole && !Number.isSafeInteger(value)) {
    return wrong(TOO_LARGE);
  }
  if (value < field.least || (value === field.least && !field.leastIn)) {
    return wrong(`must be ${field.leastIn ? 'at least' : 'more than'} ${field.least}`);
  }
  if (value > field.most || (value === field.most && !field.mostIn)) {
    return wrong(`must be ${field.mostIn ? 'at most' : 'less than'} ${field.most}`);
  }
  if (field.step > 0 && Math.abs(value / field.step - Math.round(value / field.step)) > 1e-9) {
    return wrong(`must be a multiple of ${field.step}`);
  }
  return value;
}

const TOO_LARGE = 'is too large to be sent exactly; call the function in a cell';

const DAY = '\\d{4}-\\d{2}-\\d{2}';
const CLOCK = '\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?';
const ZONE = '(Z|[+-]\\d{2}:?\\d{2})?';
const MOMENTS = {
  date: { form: new RegExp(`^${DAY}$`), words: 'is no date: write 2026-01-31' },
  time: { form: new RegExp(`^${CLOCK}${ZONE}$`), words: 'is no time: write 14:30' },
  'date-time': {
    form: new RegExp(`^${DAY}[T ]${CLOCK}${ZONE}$`),
    words: 'is no date with time: write 2026-01-31T14:30',
  },
} as const;

function takeMoment(kind: keyof typeof MOMENTS, text: string, wrong: Wrong): Json | undefined {
  const trimmed = text.trim();
  const { form, words } = MOMENTS[kind];
  if (!form.test(trimmed)) return wrong(trimmed ? words : 'is needed');
  const [year, month, day] = trimmed.slice(0, 10).split('-').map(Number);
  if (kind !== 'time' && !isDay(year ?? 0, month ?? 0, day ?? 0)) return wrong('is no such day');
  const clock = kind === 'time' ? trimmed : trimmed.slice(11);
  const [hour = 0, minute = 0, second = 0] = clock.split(/[:.Z+-]/).map(Number);
  if (kind !== 'date' && (hour > 23 || minute > 59 || second > 59)) return wrong('is no such time');
  return trimmed;
}

function takeFree(text: string, wrong: Wrong): Json | undefined {
  if (!text.trim()) return wrong('needs a value, as JSON: 5, "text", [1, 2], {"a": 1}, null');
  try {
    const value = JSON.parse(text) as Json;
    return isExact(value) ? value : wrong(`holds an integer that ${TOO_LARGE}`);
  } catch {
    return wrong('is no JSON: text stands in quotes, true, false and null are small');
  }
}

/** Python's integers have no end; those of a page do, and would change on the way. */
function isExact(value: Json): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  return (Array.isArray(value) ? value : Object.values(value)).every(isExact);
}

function takeList(
  field: ListField,
  entry: Extract<Entry, { kind: 'list' }>,
  path: string,
  problems: Problem[],
): Json {
  const values: Json[] = [];
  entry.items.forEach((each, at) => {
    const part = field.first[at] ?? field.item;
    const value = part && take(part(), each.entry, pathTo(path, each.id), problems);
    if (value !== undefined) values.push(value);
  });
  const count = entry.items.length;
  if (count < field.least) problems.push({ path, message: `needs ${field.least} items or more` });
  if (count > field.most) problems.push({ path, message: `may have ${field.most} items at most` });
  if (
    field.unique &&
    values.some((one, at) => values.slice(0, at).some((other) => sameJson(one, other)))
  ) {
    problems.push({ path, message: 'has an item twice' });
  }
  return values;
}

function takeObject(
  field: ObjectField,
  entry: Extract<Entry, { kind: 'object' }>,
  path: string,
  problems: Problem[],
): Json {
  const pairs: [string, Json][] = [];
  for (const member of field.members) {
    const given = entry.members.get(member.name) ?? null;
    const place = pathTo(path, member.name);
    if (given === null) {
      if (member.required) problems.push({ path: place, message: 'is needed' });
      continue;
    }
    const value = take(member.field(), given, place, problems);
    if (value !== undefined) pairs.push([member.name, value]);
  }
  const names = new Set(field.members.map((each) => each.name));
  for (const each of entry.extra) {
    const place = pathTo(path, each.id);
    if (!each.name) problems.push({ path: place, message: 'needs a name' });
    else if (names.has(each.name))
      problems.push({ path: place, message: `${each.name} is there twice` });
    names.add(each.name);
    const value = field.extra ? take(field.extra(), each.entry, place, problems) : undefined;
    if (value !== undefined) pairs.push([each.name, value]);
  }
  // fromEntries makes own properties of any name; an assignment would not of `__proto__`.
  return Object.fromEntries(pairs);
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true; // A pattern of Python's that this page cannot read; the kernel checks it.
  }
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return month >= 1 && month <= 12 && date.getUTCDate() === day && date.getUTCMonth() === month - 1;
}
