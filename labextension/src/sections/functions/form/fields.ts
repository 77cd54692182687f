/**
 * From a JSON schema (2020-12, as pydantic writes it) to what a form has to ask.
 *
 * A `Field` knows how it is asked, never what was answered (that is `entries.ts`). Parts of a field
 * are functions where a schema may refer to itself, so a tree of trees is unrolled only as far as a
 * person opens it. Whatever is not understood becomes free JSON: no function is out of reach.
 */

import type { Json } from '../../../protocol';
import { Annotations, written } from './written';

export type Schema = { [key: string]: Json };

export interface Member {
  name: string;
  required: boolean;
  /** What the function takes when nothing is given; undefined when the schema does not say. */
  fallback: Json | undefined;
  field: () => Field;
}

interface About {
  /** The kind in words: `integer`, `list of date`. */
  words: string;
  help: string;
}

export interface TextField extends About {
  kind: 'text';
  least: number;
  most: number;
  pattern: string;
  format: string;
}
export interface NumberField extends About {
  kind: 'number';
  whole: boolean;
  least: number;
  most: number;
  /** Whether the limits themselves are allowed. */
  leastIn: boolean;
  mostIn: boolean;
  step: number;
}
export interface FlagField extends About {
  kind: 'flag';
}
export interface ChoiceField extends About {
  kind: 'choice';
  options: Json[];
}
export interface MomentField extends About {
  kind: 'moment';
  moment: 'date' | 'time' | 'date-time';
}
/** Bytes: the content of a file, as text. */
export interface FileField extends About {
  kind: 'file';
}
export interface NullField extends About {
  kind: 'null';
}
export interface ObjectField extends About {
  kind: 'object';
  members: Member[];
  /** What further members hold; null when there may be none. */
  extra: (() => Field) | null;
}
export interface ListField extends About {
  kind: 'list';
  /** The first places, each of a kind of its own (a tuple). */
  first: (() => Field)[];
  item: (() => Field) | null;
  least: number;
  most: number;
  unique: boolean;
}
export interface UnionField extends About {
  kind: 'union';
  options: Field[];
}
/** Anything: written as JSON. */
export interface FreeField extends About {
  kind: 'free';
}

export type Field =
  | TextField
  | NumberField
  | FlagField
  | ChoiceField
  | MomentField
  | FileField
  | NullField
  | ObjectField
  | ListField
  | UnionField
  | FreeField;

/**
 * The form of a whole call; anything that is no object schema asks for free members.
 *
 * A kernel that has not run a function yet may not know its own hints (it executes nothing to look
 * at it). Then `annotations`, the hints as they are written, say at least what is meant.
 */
export function formOf(schema: Schema, annotations: Annotations = []): ObjectField {
  const field = fieldOf(schema);
  if (field.kind === 'object') {
    return { ...field, members: written(field.members, annotations) };
  }
  return { kind: 'object', words: 'arguments', help: '', members: [], extra: () => fieldOf({}) };
}

export function fieldOf(schema: Json | undefined, scope: readonly Schema[] = [], depth = 0): Field {
  if (!isSchema(schema) || depth > 24) return free('');
  const inner = isSchema(schema.$defs) ? [schema, ...scope] : scope;
  const help = typeof schema.description === 'string' ? schema.description : '';
  if (typeof schema.$ref === 'string') {
    const found = resolve(schema.$ref, inner);
    if (!found) return free(help);
    const field = fieldOf(found.schema, found.scope, depth + 1);
    return help ? { ...field, help } : field;
  }
  if (Array.isArray(schema.enum)) return choice(schema.enum, help);
  if ('const' in schema) return choice([schema.const as Json], help);
  const several = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(several)) return union(several, inner, depth, help);
  if (Array.isArray(schema.allOf)) {
    const { allOf, ...rest } = schema;
    const whole = allOf.filter(isSchema).map((each) => unfolded(each, inner));
    return fieldOf(Object.assign({}, ...whole, rest) as Schema, inner, depth + 1);
  }
  if (Array.isArray(schema.type)) {
    const kinds = schema.type.map((type) => ({ ...schema, type }));
    return union(kinds, inner, depth, help);
  }
  return ofType(schema, inner, depth, help);
}

function ofType(schema: Schema, scope: readonly Schema[], depth: number, help: string): Field {
  switch (schema.type) {
    case 'string':
      return text(schema, help);
    case 'integer':
    case 'number':
      return number(schema, help);
    case 'boolean':
      return { kind: 'flag', words: 'yes or no', help };
    case 'null':
      return { kind: 'null', words: 'None', help };
    case 'array':
      return list(schema, scope, depth, help);
    case 'object':
      return object(schema, scope, depth, help);
    default:
      if (isSchema(schema.properties)) return object(schema, scope, depth, help);
      return free(help);
  }
}

function text(schema: Schema, help: string): Field {
  const format = typeof schema.format === 'string' ? schema.format : '';
  if (format === 'date' || format === 'time' || format === 'date-time') {
    const words = format === 'date-time' ? 'date and time' : format;
    return { kind: 'moment', moment: format, words, help };
  }
  if (format === 'binary') return { kind: 'file', words: 'bytes, as text', help };
  return {
    kind: 'text',
    words: format || 'text',
    help,
    format,
    least: limit(schema.minLength, 0),
    most: limit(schema.maxLength, Infinity),
    pattern: typeof schema.pattern === 'string' ? schema.pattern : '',
  };
}

function number(schema: Schema, help: string): NumberField {
  const above = limit(schema.exclusiveMinimum, -Infinity);
  const below = limit(schema.exclusiveMaximum, Infinity);
  const least = Math.max(limit(schema.minimum, -Infinity), above);
  const most = Math.min(limit(schema.maximum, Infinity), below);
  const whole = schema.type === 'integer';
  return {
    kind: 'number',
    words: whole ? 'integer' : 'number',
    help,
    whole,
    least,
    most,
    leastIn: least !== above,
    mostIn: most !== below,
    step: limit(schema.multipleOf, 0),
  };
}

function choice(options: Json[], help: string): Field {
  if (options.length === 1 && options[0] === null) return { kind: 'null', words: 'None', help };
  return { kind: 'choice', options, words: 'one of', help };
}

function object(schema: Schema, scope: readonly Schema[], depth: number, help: string): Field {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const members = Object.entries(properties).map(([name, part]): Member => ({
    name,
    required: required.has(name),
    fallback: isSchema(part) && 'default' in part ? (part.default as Json) : undefined,
    field: () => fieldOf(part, scope, depth + 1),
  }));
  const further = schema.additionalProperties;
  const open = further === true || isSchema(further) || (members.length === 0 && further !== false);
  const extra = open ? () => fieldOf(isSchema(further) ? further : {}, scope, depth + 1) : null;
  const words = members.length ? nameOf(schema, 'object') : 'names with values';
  return { kind: 'object', words, help, members, extra };
}

function list(schema: Schema, scope: readonly Schema[], depth: number, help: string): ListField {
  const places = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const most = limit(schema.maxItems, Infinity);
  const open = schema.items !== false && most > places.length;
  const part = isSchema(schema.items) ? schema.items : {};
  return {
    kind: 'list',
    words: places.length ? 'tuple' : schema.uniqueItems === true ? 'set' : 'list',
    help,
    first: places.map((each) => () => fieldOf(each, scope, depth + 1)),
    item: open ? () => fieldOf(part, scope, depth + 1) : null,
    least: limit(schema.minItems, 0),
    most,
    unique: schema.uniqueItems === true,
  };
}

function union(parts: Json[], scope: readonly Schema[], depth: number, help: string): Field {
  const options: Field[] = [];
  for (const part of parts) {
    const field = fieldOf(part, scope, depth + 1);
    if (field.kind === 'union') options.push(...field.options);
    else options.push(field);
  }
  const [only] = options;
  if (options.length === 1 && only) return help ? { ...only, help } : only;
  if (options.length === 0) return free(help);
  return { kind: 'union', options, words: options.map((each) => each.words).join(' or '), help };
}

function free(help: string): FreeField {
  return { kind: 'free', words: 'JSON', help };
}

/** A definition is looked for from the inside out: pydantic writes `$defs` beside each parameter. */
function resolve(
  ref: string,
  scope: readonly Schema[],
): { schema: Schema; scope: readonly Schema[] } | null {
  const name = /^#\/\$defs\/(.+)$/.exec(ref)?.[1]?.replace(/~1/g, '/').replace(/~0/g, '~');
  if (name === undefined) return null;
  for (const [at, holder] of scope.entries()) {
    const defs = holder.$defs;
    if (isSchema(defs) && Object.hasOwn(defs, name)) {
      const schema = defs[name];
      return isSchema(schema) ? { schema, scope: scope.slice(at) } : null;
    }
  }
  return null;
}

function unfolded(schema: Schema, scope: readonly Schema[]): Schema {
  if (typeof schema.$ref !== 'string') return schema;
  return resolve(schema.$ref, scope)?.schema ?? {};
}

function nameOf(schema: Schema, otherwise: string): string {
  return typeof schema.title === 'string' ? schema.title.slice(0, 60) : otherwise;
}

function limit(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
