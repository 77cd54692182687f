/** The form above the log: full text always in sight, the rest behind one button. */

import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { said, statusClass, STATUSES } from '../../ui/status';
import { ALL, narrowed, SINCE, toggled } from './choices';
import type { Choices } from './choices';
import { useUid } from '../../ui/useUid';

export interface FiltersProps {
  choices: Choices;
  onChange: (choices: Choices) => void;
  /** Names that are offered while one types a function. */
  names: readonly string[];
}

/** How long typing must pause before the store is asked, in ms. */
export const PAUSE = 250;

export function Filters({ choices, onChange, names }: FiltersProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useUid();
  const count = narrowed(choices);
  return (
    <div className="bnb-filters" role="search" aria-label={t('Filter the log')}>
      <div className="bnb-row">
        <Typed
          label={t('Search in arguments, results, prints and messages')}
          placeholder={t('Search in everything')}
          value={choices.text}
          onSettled={(text) => onChange({ ...choices, text })}
        />
        <button
          type="button"
          className="bnb-button bnb-button-plain"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {t('Filters')} {count > 0 && <span className="bnb-badge">{count}</span>}
        </button>
        {(count > 0 || choices.text !== '') && (
          <Button kind="quiet" onClick={() => onChange(ALL)} label={t('Show all runs again')}>
            ✕
          </Button>
        )}
      </div>
      <Statuses choices={choices} onChange={onChange} />
      {open && (
        <div id={id} className="bnb-filters-more">
          <Typed
            label={t('Function')}
            shown
            value={choices.fn}
            names={names}
            onSettled={(fn) => onChange({ ...choices, fn })}
          />
          <Typed
            label={t('Version')}
            shown
            numeric
            value={choices.version}
            onSettled={(version) => onChange({ ...choices, version })}
          />
          <Typed
            label={t('Slower than (ms)')}
            shown
            numeric
            value={choices.slower}
            onSettled={(slower) => onChange({ ...choices, slower })}
          />
          <Since since={choices.since} onChange={(since) => onChange({ ...choices, since })} />
          <label className="bnb-filters-check">
            <input
              type="checkbox"
              checked={choices.roots}
              onChange={(event) => onChange({ ...choices, roots: event.currentTarget.checked })}
            />{' '}
            {t('only calls from cells')}
          </label>
        </div>
      )}
    </div>
  );
}

function Statuses({ choices, onChange }: Omit<FiltersProps, 'names'>): JSX.Element {
  return (
    <div className="bnb-filters-chips" role="group" aria-label={t('Outcomes')}>
      {STATUSES.map((status) => (
        <Chip
          key={status}
          selected={choices.status.includes(status)}
          title={said(status).meaning}
          onClick={() => onChange({ ...choices, status: toggled(choices.status, status) })}
        >
          <span className={statusClass(status)} aria-hidden="true">
            {said(status).sign}
          </span>{' '}
          {t(said(status).word)}
        </Chip>
      ))}
    </div>
  );
}

interface SinceProps {
  since: string;
  onChange: (since: string) => void;
}

function Since({ since, onChange }: SinceProps): JSX.Element {
  const id = useUid();
  const named = since === '' || SINCE.some(([name]) => name === since);
  const [own, setOwn] = useState(!named);
  return (
    <div className="bnb-filters-field">
      <label htmlFor={id}>{t('Started')}</label>
      <select
        id={id}
        value={own || !named ? 'own' : since}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setOwn(value === 'own');
          onChange(value === 'own' ? '' : value);
        }}
      >
        <option value="">{t('any time')}</option>
        {SINCE.map(([name, words]) => (
          <option key={name} value={name}>
            {t(words)}
          </option>
        ))}
        <option value="own">{t('since …')}</option>
      </select>
      {(own || !named) && (
        <input
          type="datetime-local"
          aria-label={t('Since')}
          value={named ? '' : since}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

interface TypedProps {
  label: string;
  value: string;
  onSettled: (value: string) => void;
  placeholder?: string;
  /** Whether the label stands above the field. */
  shown?: boolean;
  numeric?: boolean;
  names?: readonly string[];
}

/** A field that speaks when typing pauses, on Enter, or when it is left. */
function Typed(props: TypedProps): JSX.Element {
  const { label, value, onSettled, placeholder, shown, numeric, names } = props;
  const [text, setText] = useState(value);
  const id = useUid();
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) {
      return;
    }
    const timer = setTimeout(() => onSettled(text), PAUSE);
    return () => clearTimeout(timer);
  });
  const settle = (): void => {
    if (text !== value) {
      onSettled(text);
    }
  };
  return (
    <label className={shown ? 'bnb-filters-field' : 'bnb-grow'}>
      {shown && <span>{label}</span>}
      <input
        type={shown ? 'text' : 'search'}
        inputMode={numeric ? 'numeric' : undefined}
        aria-label={shown ? undefined : label}
        placeholder={placeholder}
        spellCheck={false}
        list={names ? id : undefined}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={(event) => event.key === 'Enter' && settle()}
      />
      {names && (
        <datalist id={id}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
    </label>
  );
}
