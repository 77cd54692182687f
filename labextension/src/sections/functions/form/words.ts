/** What stands beside a field: its kind, its default, what is asked for. */

import { t } from '../../../i18n';
import type { Json } from '../../../protocol';
import type { Field, Member } from './fields';

/** A value as Python writes it, at most `most` characters of it. */
export function oneLine(value: Json, most = 80): string {
  const text =
    value === null
      ? 'None'
      : value === true
        ? 'True'
        : value === false
          ? 'False'
          : JSON.stringify(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A value of a choice, as people read it: text without quotes. */
export function optionWords(value: Json): string {
  return typeof value === 'string' ? value || '(empty text)' : oneLine(value);
}

/** The hint under a field. */
export function hintOf(member: Member, field: Field): string {
  const parts = [field.words];
  if (!member.required) {
    parts.push(defaultWords(member));
  }
  const limits = limitWords(field);
  if (limits) {
    parts.push(limits);
  }
  const hint = parts.join(' · ');
  return field.help ? `${hint}. ${field.help}` : hint;
}

export function defaultWords(member: Member): string {
  return member.fallback === undefined
    ? t('may be left out')
    : t('default %1', oneLine(member.fallback, 40));
}

function limitWords(field: Field): string {
  if (field.kind === 'number') {
    const least = Number.isFinite(field.least) ? `${field.leastIn ? '≥' : '>'} ${field.least}` : '';
    const most = Number.isFinite(field.most) ? `${field.mostIn ? '≤' : '<'} ${field.most}` : '';
    return [least, most].filter(Boolean).join(', ');
  }
  if (field.kind === 'text' && Number.isFinite(field.most)) {
    return t('%1 characters at most', field.most);
  }
  return '';
}
