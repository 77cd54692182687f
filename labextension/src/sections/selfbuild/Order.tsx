import { KeyboardEvent, useEffect, useState } from 'react';
import { useNavigate, useQuery } from '../../hooks';
import { t } from '../../i18n';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Field } from '../../ui/Field';
import { Revealed } from '../../ui/Revealed';
import { Tabs } from '../../ui/Tabs';
import { useRemembered } from '../../ui/remember';
import { useAction } from '../../ui/useAction';
import { Queued } from '../model/StopButton';
import { LimitFields, Written, limitsOf } from './LimitFields';

export interface OrderProps {
  client: Client;
  /** Whether a build goes on that this kernel tells about. */
  going: boolean;
  onDone: () => void;
}

/** A likeness below it is chance. */
const LIKE = 0.4;

/** Says what is to be built: a task, or a role that has tasks. */
export function Order({ client, going, onDone }: OrderProps): JSX.Element {
  const [kind, setKind] = useRemembered(client, 'build kind', 'task');
  const [words, setWords] = useRemembered(client, 'build words', '');
  const [count, setCount] = useRemembered(client, 'build count', '3');
  const [limits, setLimits] = useRemembered<Written>(client, 'build limits', {});
  const action = useAction();
  const role = kind === 'role';
  const text = words.trim();
  const start = (): void => {
    if (!text) {
      return;
    }
    const given = limitsOf(limits);
    void action
      .run(() =>
        role
          ? client.request('builds.self_build', {
              role: text,
              n: Math.max(1, Math.round(Number(count)) || 1),
              ...given,
            })
          : client.request('builds.start', { task: text, ...given }),
      )
      .then((good) => {
        if (good) {
          setWords((now) => (now.trim() === text ? '' : now));
        }
        onDone();
      });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isSend(event)) {
      event.preventDefault();
      start();
    }
  };
  return (
    <section aria-label={t('New build')} className="bnb-stack">
      <Tabs
        label={t('What to build for')}
        active={kind}
        onSelect={setKind}
        tabs={[
          { id: 'task', label: t('A task') },
          { id: 'role', label: t('A role') },
        ]}
      />
      <Field
        label={role ? t('Whose tasks?') : t('What should be done?')}
        hint={t('Enter starts, Shift+Enter breaks the line')}
      >
        {(control) => (
          <textarea
            {...control}
            rows={3}
            value={words}
            placeholder={
              role
                ? t('an analyst of rainfall records')
                : t('Read lines such as "tea: 3.50" and say their mean.')
            }
            onChange={({ target }) => setWords(target.value)}
            onKeyDown={onKeyDown}
          />
        )}
      </Field>
      {role && (
        <Field label={t('How many tasks')}>
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              max={10}
              value={count}
              onChange={({ target }) => setCount(target.value)}
            />
          )}
        </Field>
      )}
      {!role && <Like words={text} />}
      <LimitFields value={limits} onChange={setLimits} />
      <div className="bnb-actions">
        <Button kind="primary" busy={action.busy} disabled={!text || going} onClick={start}>
          {t('Build')}
        </Button>
      </div>
      {action.busy && !going && <Queued />}
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </section>
  );
}

/** Whether a key sends what was written; composing a letter of another script does not. */
export function isSend(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
}

/** Stored functions that may do it already. */
function Like({ words }: { words: string }): JSX.Element | null {
  const [query, setQuery] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQuery(words.length > 8 ? words : ''), 600);
    return () => clearTimeout(timer);
  }, [words]);
  const { data } = useQuery('find', query ? { query } : null);
  const navigate = useNavigate();
  const found = data?.filter(({ score }) => score >= LIKE) ?? [];
  if (found.length === 0) {
    return null;
  }
  return (
    <div className="bnb-soft" role="status">
      {t('There already:')}{' '}
      {found.map(({ name, description }) => (
        <span key={name}>
          <button
            type="button"
            className="bnb-link bnb-mono"
            title={description}
            onClick={() => navigate({ section: 'functions', name })}
          >
            <Revealed text={name} name />
          </button>{' '}
        </span>
      ))}
    </div>
  );
}
