/** Controls for what has parts: objects, lists, and one of several kinds. */

import { ReactNode, useMemo } from 'react';
import { t } from '../../../i18n';
import { Button } from '../../../ui/Button';
import { Members, PartProps, PartRow } from './Form';
import type { Entry } from './entries';
import { blank, item } from './entries';
import type { Field, ListField, UnionField } from './fields';
import { pathTo } from './reading';

export interface CompoundProps extends PartProps {
  label: string;
  hint: string;
  field: Field;
  /** Null: left out. */
  entry: Entry | null;
  onChange: (entry: Entry | null) => void;
  required: boolean;
}

export function Compound(props: CompoundProps): JSX.Element {
  const { label, hint, field, entry, onChange, required, path, problems } = props;
  const error = problems.get(path);
  const given = entry ?? null;
  let inside: ReactNode = null;
  if (field.kind === 'union') {
    inside = <Union {...props} field={field} />;
  } else if (given === null) {
    inside = (
      <Button kind="quiet" label={t('Give %1', label)} onClick={() => onChange(blank(field))}>
        {t('+ give a value')}
      </Button>
    );
  } else if (field.kind === 'object' && given.kind === 'object') {
    inside = (
      <Members field={field} entry={given} onChange={onChange} path={path} problems={problems} />
    );
  } else if (field.kind === 'list' && given.kind === 'list') {
    inside = (
      <Items field={field} entry={given} onChange={onChange} path={path} problems={problems} />
    );
  }
  return (
    <fieldset className="bnb-fieldset" aria-invalid={error ? true : undefined}>
      <legend>
        {label}
        {required && <span aria-hidden="true"> *</span>}
        {given !== null && !required && (
          <Button kind="quiet" label={t('Leave %1 out', label)} onClick={() => onChange(null)}>
            ×
          </Button>
        )}
      </legend>
      <div className="bnb-soft bnb-field-hint">{hint}</div>
      {inside}
      {error && (
        <div className="bnb-field-error" role="alert">
          {error}
        </div>
      )}
    </fieldset>
  );
}

interface ItemsProps extends PartProps {
  field: ListField;
  entry: Extract<Entry, { kind: 'list' }>;
  onChange: (entry: Entry) => void;
}

function Items({ field, entry, onChange, path, problems }: ItemsProps): JSX.Element {
  const first = useMemo(() => field.first.map((each) => each()), [field]);
  const rest = useMemo(() => field.item?.() ?? null, [field]);
  const { items } = entry;
  const put = (all: typeof items): void => onChange({ kind: 'list', items: all });
  return (
    <>
      {items.map((each, at) => {
        const part = first[at] ?? rest;
        return (
          part && (
            <div key={each.id} className="bnb-part bnb-control">
              <PartRow
                label={t('item %1', at + 1)}
                field={part}
                entry={each.entry}
                onChange={(value) =>
                  put(items.map((old) => (old.id === each.id ? { ...old, entry: value } : old)))
                }
                path={pathTo(path, each.id)}
                problems={problems}
              />
              {at >= first.length && (
                <Button
                  kind="quiet"
                  label={t('Remove item %1', at + 1)}
                  onClick={() => put(items.filter(({ id }) => id !== each.id))}
                >
                  ×
                </Button>
              )}
            </div>
          )
        );
      })}
      {rest && items.length < field.most && (
        <Button kind="quiet" onClick={() => put([...items, item(blank(rest))])}>
          {t('+ an item')}
        </Button>
      )}
      {items.length === 0 && <span className="bnb-soft">{t('empty')}</span>}
    </>
  );
}

/** First which kind, then the value. */
function Union(props: CompoundProps & { field: UnionField }): JSX.Element {
  const { label, field, entry, onChange, required, path, problems } = props;
  const pick = entry?.kind === 'union' ? entry.pick : -1;
  const option = field.options[pick];
  const choose = (at: number): void => {
    const chosen = field.options[at];
    onChange(chosen ? { kind: 'union', pick: at, entry: blank(chosen) } : null);
  };
  return (
    <>
      <select
        className="bnb-input"
        aria-label={t('Kind of %1', label)}
        value={String(pick)}
        onChange={({ target }) => choose(Number(target.value))}
      >
        {!required && <option value="-1">{t('left out')}</option>}
        {field.options.map((each, at) => (
          <option key={at} value={String(at)}>
            {each.words}
          </option>
        ))}
      </select>
      {option && option.kind !== 'null' && entry?.kind === 'union' && (
        <PartRow
          label={t('value')}
          field={option}
          entry={entry.entry}
          onChange={(value) => onChange({ kind: 'union', pick, entry: value })}
          path={path}
          problems={withoutHere(problems, path)}
        />
      )}
    </>
  );
}

/** The fieldset says what is wrong here already; only what is deeper is handed on. */
function withoutHere(problems: PartProps['problems'], path: string): PartProps['problems'] {
  if (!problems.has(path)) {
    return problems;
  }
  const rest = new Map(problems);
  rest.delete(path);
  return rest;
}
