/** Controls for what is one value: text, numbers, choices, moments, files, free JSON. */

import { useRef, useState } from 'react';
import { t } from '../../../i18n';
import { Json } from '../../../protocol';
import { FieldControl } from '../../../ui/Field';
import type { Entry } from './entries';
import type { ChoiceField, Field, FlagField, MomentField } from './fields';
import { oneLine, optionWords } from './words';

export interface ScalarProps<F extends Field = Field> {
  field: F;
  /** Null: left alone. */
  entry: Entry | null;
  onChange: (entry: Entry | null) => void;
  control: FieldControl;
  required: boolean;
  fallback: Json | undefined;
}

export function isScalar(field: Field): boolean {
  return field.kind !== 'object' && field.kind !== 'list' && field.kind !== 'union';
}

export function Scalar(props: ScalarProps): JSX.Element {
  const { field } = props;
  switch (field.kind) {
    case 'flag':
      return <Flag {...props} field={field} />;
    case 'choice':
      return <Choice {...props} field={field} />;
    case 'moment':
      return <Moment {...props} field={field} />;
    case 'number':
      return <NumberText {...props} />;
    case 'null':
      return <span className="bnb-soft">None</span>;
    default:
      return <LongText {...props} />;
  }
}

function textOf(entry: Entry | null): string {
  return entry?.kind === 'text' ? entry.text : '';
}

function placeholder({ fallback, required }: ScalarProps): string {
  return required || fallback === undefined ? '' : optionWords(fallback);
}

function NumberText(props: ScalarProps): JSX.Element {
  const { field, entry, onChange, control, required } = props;
  const whole = field.kind === 'number' && field.whole;
  return (
    <input
      {...control}
      type="text"
      inputMode={whole ? 'numeric' : 'decimal'}
      autoComplete="off"
      className="bnb-input"
      value={textOf(entry)}
      placeholder={placeholder(props)}
      onChange={({ target }) =>
        onChange(target.value || required ? { kind: 'text', text: target.value } : null)
      }
    />
  );
}

/** Text that grows with what is in it, and can be filled from a file. */
function LongText(props: ScalarProps): JSX.Element {
  const { field, entry, onChange, control, required } = props;
  const text = textOf(entry);
  const code = field.kind === 'free';
  const rows = Math.min(12, Math.max(field.kind === 'file' ? 3 : 1, text.split('\n').length));
  const change = (value: string): void => {
    const nothing = code && !value && !required;
    onChange(nothing ? null : { kind: 'text', text: value });
  };
  return (
    <>
      <textarea
        {...control}
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        className={`bnb-input${code ? ' bnb-mono' : ''}`}
        value={text}
        placeholder={code && required ? '5, "text", [1, 2], {"a": 1}' : placeholder(props)}
        onChange={({ target }) => change(target.value)}
      />
      {code ? (
        <AsText text={text} onChange={change} />
      ) : (
        <FromFile onText={change} offered={field.kind === 'file' || isPlain(field)} />
      )}
    </>
  );
}

function isPlain(field: Field): boolean {
  return field.kind === 'text' && !field.format && !field.pattern && !Number.isFinite(field.most);
}

/** Words that are no JSON are most likely meant as text. */
function AsText({
  text,
  onChange,
}: {
  text: string;
  onChange: (text: string) => void;
}): JSX.Element | null {
  if (!text.trim()) {
    return null;
  }
  try {
    JSON.parse(text);
    return null;
  } catch {
    return (
      <button type="button" className="bnb-link" onClick={() => onChange(JSON.stringify(text))}>
        {t('take it as text')}
      </button>
    );
  }
}

/** Characters of a file that a form takes. */
const LARGEST = 1_000_000;

function FromFile({
  onText,
  offered,
}: {
  onText: (text: string) => void;
  offered: boolean;
}): JSX.Element | null {
  const chooser = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  if (!offered) {
    return null;
  }
  const take = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    input.value = '';
    if (!file) {
      return;
    }
    if (file.size > LARGEST) {
      setProblem(t('%1 is larger than 1 MB; read it in the function instead.', file.name));
      return;
    }
    try {
      onText(await file.text());
      setProblem('');
    } catch {
      setProblem(t('%1 cannot be read.', file.name));
    }
  };
  return (
    <>
      <button type="button" className="bnb-link" onClick={() => chooser.current?.click()}>
        {t('from a file…')}
      </button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={t('File')}
        onChange={({ currentTarget }) => void take(currentTarget)}
      />
      {problem && (
        <span role="alert" className="bnb-field-error">
          {problem}
        </span>
      )}
    </>
  );
}

function Flag({
  entry,
  onChange,
  control,
  required,
  fallback,
}: ScalarProps<FlagField>): JSX.Element {
  if (required || typeof fallback === 'boolean') {
    const on = entry?.kind === 'flag' ? entry.on : fallback === true;
    return (
      <input
        {...control}
        type="checkbox"
        checked={on}
        onChange={({ target }) => onChange({ kind: 'flag', on: target.checked })}
      />
    );
  }
  const value = entry?.kind === 'flag' ? String(entry.on) : '';
  return (
    <select
      {...control}
      className="bnb-input"
      value={value}
      onChange={({ target }) =>
        onChange(target.value ? { kind: 'flag', on: target.value === 'true' } : null)
      }
    >
      <option value="">{t('left out')}</option>
      <option value="true">True</option>
      <option value="false">False</option>
    </select>
  );
}

function Choice({
  field,
  entry,
  onChange,
  control,
  required,
  fallback,
}: ScalarProps<ChoiceField>): JSX.Element {
  const index = entry?.kind === 'choice' ? entry.index : -1;
  const first = required
    ? t('choose…')
    : fallback === undefined
      ? t('left out')
      : t('default %1', oneLine(fallback, 40));
  return (
    <select
      {...control}
      className="bnb-input"
      value={String(index)}
      onChange={({ target }) => {
        const chosen = Number(target.value);
        onChange(chosen < 0 && !required ? null : { kind: 'choice', index: chosen });
      }}
    >
      <option value="-1">{first}</option>
      {field.options.map((option, at) => (
        <option key={at} value={String(at)}>
          {optionWords(option)}
        </option>
      ))}
    </select>
  );
}

const PICKERS = {
  date: { type: 'date', form: /^\d{4}-\d{2}-\d{2}$/ },
  time: { type: 'time', form: /^\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/ },
  'date-time': {
    type: 'datetime-local',
    form: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/,
  },
} as const;

/** The browser's own picker; plain text for what it cannot show, such as a time zone. */
function Moment({
  field,
  entry,
  onChange,
  control,
  required,
}: ScalarProps<MomentField>): JSX.Element {
  const text = textOf(entry);
  const { type, form } = PICKERS[field.moment];
  const [asText, setAsText] = useState(text !== '' && !form.test(text));
  return (
    <>
      <input
        {...control}
        type={asText ? 'text' : type}
        step={field.moment === 'date' ? undefined : 1}
        className="bnb-input"
        value={text}
        onChange={({ target }) =>
          onChange(target.value || required ? { kind: 'text', text: target.value } : null)
        }
      />
      {field.moment !== 'date' && !asText && (
        <button type="button" className="bnb-link" onClick={() => setAsText(true)}>
          {t('with a time zone…')}
        </button>
      )}
    </>
  );
}
