import { KeyboardEvent, useMemo, useRef, useState } from 'react';
import { t } from '../i18n';
import { Field } from './Field';
import { Revealed } from './Revealed';
import { useUid } from './useUid';

export interface Option {
  id: string;
  label: string;
  hint?: string;
}

export interface PickerProps {
  label: string;
  options: readonly Option[];
  /** The id of what is chosen. */
  value: string | null;
  onPick: (id: string | null) => void;
  error?: string | null;
}

/** Options that are drawn at once; typing finds the others. */
const SHOWN = 50;

/** Chooses one of many by typing a part of its name: arrows move, Enter takes, Escape closes. */
export function Picker({ label, options, value, onPick, error }: PickerProps): JSX.Element {
  const id = useUid();
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const open = text !== null;
  const chosen = options.find((each) => each.id === value);
  const found = useMemo(() => search(options, text ?? ''), [options, text]);
  const shown = found.slice(0, SHOWN);
  const active = Math.min(at, shown.length - 1);
  const close = (): void => setText(null);
  const pick = (option: Option | undefined): void => {
    if (option) {
      onPick(option.id);
      close();
    }
  };
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setAt(next);
    (list.current?.children[next] as HTMLElement | undefined)?.scrollIntoView?.({
      block: 'nearest',
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault();
        setText('');
      }
      return;
    }
    const act = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => move(active - 1),
      Enter: () => pick(shown[active]),
      Escape: close,
    }[event.key];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };
  return (
    <div className="bnb-picker">
      <Field label={label} error={error}>
        {(control) => (
          <input
            {...control}
            type="text"
            role="combobox"
            autoComplete="off"
            spellCheck={false}
            className="bnb-input"
            aria-expanded={open}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={open && shown[active] ? `${id}-${active}` : undefined}
            placeholder={t('type to search')}
            value={text ?? chosen?.label ?? value ?? ''}
            onFocus={(event) => event.currentTarget.select()}
            onClick={() => setText((old) => old ?? '')}
            onChange={({ target }) => {
              setText(target.value);
              setAt(0);
              if (value !== null) {
                onPick(null);
              }
            }}
            onBlur={close}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      {open && (
        <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="bnb-options">
          {shown.map((option, index) => (
            <li
              key={option.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              // Before the click the input would lose the focus, and the list would be gone.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(option)}
            >
              <span className="bnb-mono">
                <Revealed text={option.label} name />
              </span>{' '}
              {option.hint && <span className="bnb-soft bnb-clip">{option.hint}</span>}
            </li>
          ))}
          {found.length > SHOWN && (
            <li className="bnb-soft" role="presentation">
              {t('%1 more', (found.length - SHOWN).toLocaleString())}
            </li>
          )}
          {found.length === 0 && (
            <li className="bnb-soft" role="presentation">
              {t('nothing matches')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

/** Names that begin with the text first, then those that contain it. */
function search(options: readonly Option[], text: string): Option[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') {
    return [...options];
  }
  const first: Option[] = [];
  const rest: Option[] = [];
  for (const option of options) {
    const name = option.label.toLowerCase();
    if (name.startsWith(wanted)) {
      first.push(option);
    } else if (name.includes(wanted)) {
      rest.push(option);
    }
  }
  return [...first, ...rest];
}
