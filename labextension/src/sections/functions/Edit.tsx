import { KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from '../../hooks';
import { counted, t } from '../../i18n';
import type { Outcome } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Field } from '../../ui/Field';
import { Revealed } from '../../ui/Revealed';
import { oddities } from '../../ui/disguises';
import { useAction } from '../../ui/useAction';
import { typedKey } from './typing';

export interface EditProps {
  client: Client;
  /** The text to begin with. */
  cell: string;
  /** Whether somebody else wrote it. */
  foreign?: boolean;
  onSaved: () => void;
  onClose: () => void;
}

export const FIRST_CELL = `%%babyagi_function
def greet(name: str) -> str:
    """Say hello."""
    return f"Hello, {name}!"
`;

const SAID: Record<Outcome['change'], string> = {
  added: 'stored',
  updated: 'stored as a new version',
  activated: 'an earlier version with this text is active again',
  unchanged: 'nothing changed',
  proposed: 'stored as a draft',
};

/** The cell that stores a function, to be changed and registered again. */
export function Edit({ client, cell, foreign, onSaved, onClose }: EditProps): JSX.Element {
  const [text, setText] = useState(cell);
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const action = useAction();
  const area = useRef<HTMLTextAreaElement | null>(null);
  useEffect(() => area.current?.focus(), []);
  const save = (): void => {
    setOutcomes(null);
    void action.run(async () => {
      setOutcomes(await client.request('functions.register', { cell: text }));
      onSaved();
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      save();
    } else {
      typedKey(event);
    }
  };
  const odd = oddities(text);
  return (
    <div className="bnb-edit">
      {foreign && (
        <div className="bnb-warning">
          {t(
            'Somebody else wrote this. What you register here counts as your own word: read it first.',
          )}
        </div>
      )}
      <Field
        label={t('Cell')}
        hint={t('Ctrl+Enter registers it. Tab indents; Shift+Tab leaves the text.')}
      >
        {(control) => (
          <textarea
            {...control}
            ref={area}
            className="bnb-input bnb-mono bnb-source"
            rows={Math.min(40, Math.max(12, text.split('\n').length + 1))}
            spellCheck={false}
            wrap="off"
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      {odd > 0 && (
        <div className="bnb-warning">
          {counted(odd, 'hidden character is in it', 'hidden characters are in it')}
        </div>
      )}
      <div className="bnb-actions">
        <Button kind="primary" busy={action.busy} disabled={!text.trim()} onClick={save}>
          {t('Register')}
        </Button>
        <Button onClick={onClose}>{outcomes ? t('Close') : t('Cancel')}</Button>
        {text !== cell && (
          <Button kind="quiet" onClick={() => setText(cell)}>
            {t('Take the changes back')}
          </Button>
        )}
      </div>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
      {outcomes && <Registered outcomes={outcomes} />}
    </div>
  );
}

function Registered({ outcomes }: { outcomes: readonly Outcome[] }): JSX.Element {
  const navigate = useNavigate();
  return (
    <div role="status" className="bnb-registered">
      {outcomes.map(({ name, version, change, warnings, tests }) => (
        <div key={name}>
          <button
            type="button"
            className="bnb-link bnb-mono"
            onClick={() => navigate({ section: 'functions', name })}
          >
            <Revealed text={name} name />@{version}
          </button>{' '}
          {t(SAID[change])}
          {tests > 0 && `, ${counted(tests, 'test passed', 'tests passed')}`}
          {warnings.map((warning, at) => (
            <div key={at} className="bnb-warning">
              <Revealed text={warning} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
