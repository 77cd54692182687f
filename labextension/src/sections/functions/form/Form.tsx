/**
 * The form of a call. It holds nothing: entries and problems come in, changed entries go out.
 */

import { useMemo } from 'react';
import { t } from '../../../i18n';
import { Button } from '../../../ui/Button';
import { Field as Labelled } from '../../../ui/Field';
import { spelled } from '../../../ui/disguises';
import { Compound } from './Compound';
import { Scalar, isScalar } from './Scalar';
import type { Entry, Extra, ObjectEntry } from './entries';
import { blank, extra, withMember } from './entries';
import type { Field, Member, ObjectField } from './fields';
import { pathTo } from './reading';
import { hintOf } from './words';

/** What is wrong, by place. */
export type Problems = ReadonlyMap<string, string>;

export interface PartProps {
  path: string;
  problems: Problems;
}

export interface MembersProps extends PartProps {
  field: ObjectField;
  entry: ObjectEntry;
  onChange: (entry: ObjectEntry) => void;
}

/** The members of an object, each with its label; and room for further ones. */
export function Members({ field, entry, onChange, path, problems }: MembersProps): JSX.Element {
  return (
    <>
      {field.members.map((member) => (
        <MemberRow
          key={member.name}
          member={member}
          entry={entry.members.get(member.name) ?? null}
          onChange={(value) => onChange(withMember(entry, member.name, value) as ObjectEntry)}
          path={pathTo(path, member.name)}
          problems={problems}
        />
      ))}
      {field.extra !== null && (
        <Further field={field} entry={entry} onChange={onChange} path={path} problems={problems} />
      )}
    </>
  );
}

interface RowProps extends PartProps {
  member: Member;
  entry: Entry | null;
  onChange: (entry: Entry | null) => void;
}

export function MemberRow({ member, entry, onChange, path, problems }: RowProps): JSX.Element {
  const asked = useMemo(() => member.field(), [member]);
  const bare = useMemo(() => orNone(asked, member), [asked, member]);
  const field = bare?.field ?? asked;
  const error = problems.get(path) ?? null;
  const hint = hintOf(member, field);
  const label = spelled(member.name);
  if (!isScalar(field)) {
    return (
      <Compound
        {...{ label, hint, field, entry, onChange, path, problems }}
        required={member.required}
      />
    );
  }
  const inner = bare && entry?.kind === 'union' ? insideOf(entry, bare.pick) : entry;
  const change = (next: Entry | null): void =>
    onChange(bare && next ? { kind: 'union', pick: bare.pick, entry: next } : next);
  const touched = entry !== null && !member.required;
  return (
    <div className={touched ? 'bnb-given' : undefined}>
      <Labelled label={label} hint={hint} error={error} required={member.required}>
        {(control) => (
          <div className="bnb-control">
            <Scalar
              field={field}
              entry={inner}
              onChange={change}
              control={control}
              required={member.required}
              fallback={member.fallback}
            />
            {touched && (
              <Button kind="quiet" label={t('Leave %1 out', label)} onClick={() => onChange(null)}>
                ×
              </Button>
            )}
          </div>
        )}
      </Labelled>
      {error && entry === null && field.kind === 'text' && field.least === 0 && (
        <button
          type="button"
          className="bnb-link"
          onClick={() => change({ kind: 'text', text: '' })}
        >
          {t('send an empty text')}
        </button>
      )}
    </div>
  );
}

/** `X | None = None` is asked as X that may be left out. */
function orNone(field: Field, member: Member): { field: Field; pick: number } | null {
  if (field.kind !== 'union' || member.required || member.fallback !== null) {
    return null;
  }
  const some = field.options.findIndex((each) => each.kind !== 'null');
  const option = field.options[some];
  const simple = field.options.length === 2 && field.options.some((each) => each.kind === 'null');
  return simple && option && isScalar(option) ? { field: option, pick: some } : null;
}

function insideOf(entry: Extract<Entry, { kind: 'union' }>, pick: number): Entry | null {
  return entry.pick === pick ? entry.entry : null;
}

/** Members whose names the schema leaves open. */
function Further({ field, entry, onChange, path, problems }: MembersProps): JSX.Element {
  const part = useMemo(() => field.extra?.() ?? null, [field]);
  if (part === null) {
    return <></>;
  }
  const put = (all: readonly Extra[]): void => onChange({ ...entry, extra: all });
  const replace = (id: number, change: Partial<Extra>): void =>
    put(entry.extra.map((each) => (each.id === id ? { ...each, ...change } : each)));
  return (
    <div className="bnb-further">
      {entry.extra.map((each, at) => (
        <div key={each.id} className="bnb-part">
          <div className="bnb-control">
            <input
              type="text"
              className="bnb-input"
              aria-label={t('Name %1', at + 1)}
              placeholder={t('name')}
              value={each.name}
              onChange={({ target }) => replace(each.id, { name: target.value })}
            />
            <Button
              kind="quiet"
              label={t('Remove %1', each.name || at + 1)}
              onClick={() => put(entry.extra.filter(({ id }) => id !== each.id))}
            >
              ×
            </Button>
          </div>
          <PartRow
            label={each.name ? spelled(each.name) : t('value')}
            field={part}
            entry={each.entry}
            onChange={(value) => replace(each.id, { entry: value })}
            path={pathTo(path, each.id)}
            problems={problems}
          />
        </div>
      ))}
      <Button kind="quiet" onClick={() => put([...entry.extra, extra('', blank(part))])}>
        {t('+ a further name')}
      </Button>
    </div>
  );
}

interface PartRowProps extends PartProps {
  label: string;
  field: Field;
  entry: Entry;
  onChange: (entry: Entry) => void;
}

/** A part that is always given: an item of a list, a further member. */
export function PartRow({
  label,
  field,
  entry,
  onChange,
  path,
  problems,
}: PartRowProps): JSX.Element {
  const change = (next: Entry | null): void => onChange(next ?? blank(field));
  if (!isScalar(field)) {
    return (
      <Compound
        {...{ label, field, entry, path, problems }}
        hint={field.words}
        onChange={change}
        required
      />
    );
  }
  return (
    <Labelled label={label} hint={field.words} error={problems.get(path) ?? null} required>
      {(control) => (
        <Scalar
          field={field}
          entry={entry}
          onChange={change}
          control={control}
          required
          fallback={undefined}
        />
      )}
    </Labelled>
  );
}
