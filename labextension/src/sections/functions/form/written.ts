/** Hints as they are written, for members of which the schema knows nothing. */

import type { Field, Member, Schema } from './fields';
import { fieldOf } from './fields';

export type Annotations = readonly { name: string; annotation: string | null }[];

const KNOWN: Readonly<Record<string, Schema>> = {
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  datetime: { type: 'string', format: 'date-time' },
};

export function written(members: readonly Member[], annotations: Annotations): Member[] {
  const known = new Map(annotations.map((each) => [each.name, each.annotation]));
  return members.map((member) => hinted(member, known.get(member.name)));
}

function hinted(member: Member, annotation: string | null | undefined): Member {
  if (!annotation || annotation === 'Any' || annotation === 'object') {
    return member;
  }
  const asked = (): Field => {
    const field = member.field();
    if (field.kind !== 'free') {
      return field;
    }
    const name = annotation.replace(/^(datetime|dt)\./, '');
    const schema = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
    return schema ? fieldOf(schema) : { ...field, words: `${annotation.slice(0, 80)}, as JSON` };
  };
  return { ...member, field: asked };
}
