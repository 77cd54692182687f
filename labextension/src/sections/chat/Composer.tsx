import { ReactNode, useMemo } from 'react';
import { useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import { Button } from '../../ui/Button';
import { Option, Picker } from '../../ui/Picker';
import { Revealed } from '../../ui/Revealed';
import { isSend } from '../selfbuild/Order';

export interface ComposerProps {
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  /** A turn is under way. */
  busy: boolean;
  /** Names of functions that may be called; null: those that fit what is said. */
  chosen: string[] | null;
  onChoose: (names: string[] | null) => void;
  /** What ends the turn under way. */
  stop: ReactNode;
}

/** Where the person writes, and says which functions the model may call. */
export function Composer(props: ComposerProps): JSX.Element {
  const { value, onChange, onSend, busy, chosen, onChoose, stop } = props;
  return (
    <>
      <textarea
        aria-label={t('Message')}
        rows={2}
        value={value}
        placeholder={t('Enter sends, Shift+Enter breaks the line')}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={(event) => {
          if (isSend(event)) {
            event.preventDefault();
            onSend();
          }
        }}
      />
      <div className="bnb-row bnb-wrap">
        <details className="bnb-grow">
          <summary>
            {chosen === null
              ? t('Functions: those that fit')
              : counted(chosen.length, 'function chosen', 'functions chosen')}
          </summary>
          <Choice chosen={chosen} onChoose={onChoose} />
        </details>
        {stop || (
          <Button kind="primary" busy={busy} disabled={!value.trim()} onClick={onSend}>
            {t('Send')}
          </Button>
        )}
      </div>
    </>
  );
}

function Choice({ chosen, onChoose }: Pick<ComposerProps, 'chosen' | 'onChoose'>): JSX.Element {
  const { data } = useQuery('functions.list', {});
  const options = useMemo(
    () =>
      (data?.rows ?? [])
        .filter(({ state, name }) => state !== 'draft' && !chosen?.includes(name))
        .map(({ name, description }): Option => ({ id: name, label: name, hint: description })),
    [data, chosen],
  );
  return (
    <div className="bnb-stack">
      <label className="bnb-check">
        <input
          type="checkbox"
          checked={chosen === null}
          onChange={({ target }) => onChoose(target.checked ? null : [])}
        />
        {t('Those that fit; you are asked before a call that does more than compute')}
      </label>
      {chosen !== null && (
        <>
          <Picker
            label={t('Only these, called without asking')}
            options={options}
            value={null}
            onPick={(name) => name !== null && onChoose([...chosen, name])}
          />
          <div className="bnb-chips">
            {chosen.map((name) => (
              <Button
                key={name}
                label={t('Take %1 out', name)}
                onClick={() => onChoose(chosen.filter((each) => each !== name))}
              >
                <span className="bnb-mono">
                  <Revealed text={name} name /> ×
                </span>
              </Button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
