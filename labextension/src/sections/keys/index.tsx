import { useRef, useState } from 'react';
import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { KeyRow } from '../../protocol';
import { Client } from '../../store';
import { Chip } from '../../ui/Chip';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { useAction } from '../../ui/useAction';
import { useThrottled } from '../../ui/useThrottled';
import { AddKey } from './AddKey';

/** Names of keys, where their values come from and who needs them. Values are never shown. */
export function Section({ client }: { client: Client }): JSX.Element {
  const { data, error, reload } = useQuery('keys.list', {});
  usePush('definitions', useThrottled(reload, 1_000));
  const [said, setSaid] = useState('');
  const [name, setName] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const give = (key: string): void => {
    setName(key);
    form.current?.querySelector<HTMLInputElement>('input[type=password]')?.focus();
  };
  const done = (words: string): void => {
    setSaid(words);
    reload();
  };
  return (
    <div className="bnb-page">
      <AddKey client={client} name={name} onName={setName} onDone={done} form={form} />
      {said && (
        <p role="status" className="bnb-good bnb-break">
          {said}
        </p>
      )}
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {data === undefined ? (
        !error && <Spinner />
      ) : data.length === 0 ? (
        <Empty title={t('No keys yet')}>
          {t(
            'A function names the keys it reads: %%babyagi_function keys=my_key. Or add one above.',
          )}
        </Empty>
      ) : (
        <ul className="bnb-rows" aria-label={t('Keys')}>
          {missingFirst(data).map((row) => (
            <li key={row.name}>
              <Key client={client} row={row} onGive={() => give(row.name)} onDone={done} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What stands in somebody's way comes first. */
export function missingFirst(rows: readonly KeyRow[]): KeyRow[] {
  const rank = (row: KeyRow): number => (row.available ? 2 : row.used_by.length > 0 ? 0 : 1);
  return [...rows].sort(
    (one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name),
  );
}

interface KeyProps {
  client: Client;
  row: KeyRow;
  onGive: () => void;
  onDone: (words: string) => void;
}

function Key({ client, row, onGive, onDone }: KeyProps): JSX.Element {
  const { name, available, source, used_by: users } = row;
  const navigate = useNavigate();
  const action = useAction();
  const remove = (): void =>
    void action.run(async () => onDone(await client.request('keys.remove', { name })));
  return (
    <div className="bnb-entry bnb-entry-tall">
      <div className="bnb-grow">
        <div className="bnb-chips">
          <span className="bnb-mono bnb-break">
            <Revealed text={name} name />
          </span>
          {available ? (
            <Chip tone="good">{t('has a value')}</Chip>
          ) : (
            <Chip tone={users.length ? 'bad' : 'neutral'}>{t('no value')}</Chip>
          )}
          {available && <span className="bnb-soft bnb-break">{source}</span>}
        </div>
        <div className="bnb-soft bnb-break">
          {users.length === 0
            ? t('no function needs it')
            : users.map((user, at) => (
                <span key={user}>
                  {at > 0 && ', '}
                  <button
                    type="button"
                    className="bnb-link bnb-mono"
                    onClick={() => navigate({ section: 'functions', name: user })}
                  >
                    <Revealed text={user} name />
                  </button>
                </span>
              ))}
        </div>
        {Boolean(action.error) && <ErrorLine error={action.error} />}
      </div>
      <div className="bnb-actions">
        <button type="button" className="bnb-link" onClick={onGive}>
          {available ? t('replace') : t('give a value')}
        </button>
        <ConfirmButton
          kind="quiet"
          label={t('Remove %1', name)}
          confirm={t('Remove')}
          busy={action.busy}
          onClick={remove}
          question={
            users.length
              ? t('Remove %1? %2 cannot run without it.', name, users.join(', '))
              : t('Remove %1?', name)
          }
        >
          ×
        </ConfirmButton>
      </div>
    </div>
  );
}
