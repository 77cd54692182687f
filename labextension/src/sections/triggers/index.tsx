import { useMemo, useState } from 'react';
import { useNavigate, usePlace, usePush, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { TriggerRow } from '../../protocol';
import { Client } from '../../store';
import { Chip } from '../../ui/Chip';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { ago } from '../../ui/ago';
import { moment } from '../../ui/moment';
import { StatusMark } from '../../ui/status';
import { useAction } from '../../ui/useAction';
import { useThrottled } from '../../ui/useThrottled';
import { AddTrigger } from './AddTrigger';
import { REGISTRATION, sourceWords } from './events';

/** Which functions run after which, how that went last; add and remove. */
export function Section({ client }: { client: Client }): JSX.Element {
  const place = usePlace();
  const { data, error, reload } = useQuery('triggers.list', {});
  const again = useThrottled(reload, 1_000);
  usePush('definitions', again);
  usePush('runs', ({ runs }) => {
    if (runs.some((run) => run.trigger !== null)) {
      again();
    }
  });
  const about = place.section === 'triggers' ? (place.name ?? '') : '';
  const [text, setText] = useState(about);
  const found = useMemo(() => matching(data ?? [], text), [data, text]);
  return (
    <div className="bnb-page">
      <AddTrigger client={client} about={about} onDone={reload} />
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {data === undefined ? (
        !error && <Spinner />
      ) : data.length === 0 ? (
        <Empty title={t('No triggers yet')}>
          {t('Choose above which function is to run after another.')}
        </Empty>
      ) : (
        <>
          <div className="bnb-tools">
            <input
              type="search"
              className="bnb-input bnb-grow"
              aria-label={t('Search triggers')}
              placeholder={t('Search')}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
            <span className="bnb-soft" role="status">
              {counted(found.length, 'trigger', 'triggers')}
            </span>
          </div>
          {found.length === 0 && (
            <Empty title={t('Nothing matches')}>{t('Search for less.')}</Empty>
          )}
          <ul className="bnb-rows" aria-label={t('Triggers')}>
            {found.slice(0, MOST).map((row) => (
              <li key={`${row.triggering} ${row.triggered}`}>
                <Trigger client={client} row={row} onDone={reload} />
              </li>
            ))}
          </ul>
          {found.length > MOST && (
            <p className="bnb-soft">
              {t('%1 more: search for some of them.', found.length - MOST)}
            </p>
          )}
        </>
      )}
    </div>
  );
}

const MOST = 500;

function matching(rows: readonly TriggerRow[], text: string): TriggerRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const names = `${row.triggering} ${sourceWords(row.triggering)} ${row.triggered}`.toLowerCase();
    return words.every((word) => names.includes(word));
  });
}

interface TriggerProps {
  client: Client;
  row: TriggerRow;
  onDone: () => void;
}

function Trigger({ client, row, onDone }: TriggerProps): JSX.Element {
  const { triggered, triggering, last, last_status: status, failures } = row;
  const action = useAction();
  const remove = (): void =>
    void action
      .run(() => client.request('triggers.remove', { triggered, triggering }))
      .then((good) => good && onDone());
  return (
    <div className="bnb-entry">
      <div className="bnb-grow">
        <div className="bnb-break">
          <span className="bnb-soft">{t('after')}</span> <Name name={triggering} />{' '}
          <span className="bnb-soft">{t('runs')}</span> <Name name={triggered} />
        </div>
        <div className="bnb-chips bnb-soft">
          {status === null ? (
            t('never fired')
          ) : (
            <>
              <StatusMark status={status} word />
              <span title={last === null ? '' : moment(last)}>{ago(last)}</span>
            </>
          )}
          {failures > 0 && <Chip tone="bad">{counted(failures, 'failure', 'failures')}</Chip>}
        </div>
        {Boolean(action.error) && <ErrorLine error={action.error} />}
      </div>
      <ConfirmButton
        kind="quiet"
        label={t('Remove the trigger of %1 after %2', triggered, sourceWords(triggering))}
        confirm={t('Remove')}
        busy={action.busy}
        onClick={remove}
        question={t('%1 will not run after %2 any more.', triggered, sourceWords(triggering))}
      >
        ×
      </ConfirmButton>
    </div>
  );
}

function Name({ name }: { name: string }): JSX.Element {
  const navigate = useNavigate();
  if (name === REGISTRATION) {
    return <span>{sourceWords(name)}</span>;
  }
  return (
    <button
      type="button"
      className="bnb-link bnb-mono"
      onClick={() => navigate({ section: 'functions', name })}
    >
      <Revealed text={name} name />
    </button>
  );
}
