import { useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { ChangeRow } from '../../protocol';
import type { Client } from '../../store';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { ago } from '../../ui/ago';
import { moment } from '../../ui/moment';
import { useAction } from '../../ui/useAction';
import { useThrottled } from '../../ui/useThrottled';

const SHOWN = 30;

/** The last changes of the store, each of which can be taken back. */
export function Changes({ client }: { client: Client }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details
      className="bnb-changes"
      open={open}
      onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
    >
      <summary>{t('Changes and undo')}</summary>
      {open && <ChangeList client={client} />}
    </details>
  );
}

function ChangeList({ client }: { client: Client }): JSX.Element {
  const { data, error, reload } = useQuery('history', { limit: SHOWN });
  usePush('definitions', useThrottled(reload, 1_000));
  const action = useAction();
  const undo = (id: number): void =>
    void action.run(() => client.request('undo', { id })).then((good) => good && reload());
  if (data === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  if (data.length === 0) {
    return <p className="bnb-soft">{t('Nothing was changed yet.')}</p>;
  }
  return (
    <>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
      <ul className="bnb-rows">
        {data.map((change) => (
          <li key={change.id}>
            <Change change={change} busy={action.busy} onUndo={() => undo(change.id)} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface ChangeProps {
  change: ChangeRow;
  busy: boolean;
  onUndo: () => void;
}

function Change({ change, busy, onUndo }: ChangeProps): JSX.Element {
  const { id, at, summary, state } = change;
  return (
    <div className="bnb-tools">
      <span className="bnb-grow bnb-break">
        <span className="bnb-soft">#{id}</span> <Revealed text={summary} name />{' '}
        <span className="bnb-soft" title={moment(at)}>
          {ago(at)}
          {state && ` · ${state}`}
        </span>
      </span>
      {!/^undone/.test(state) && (
        <ConfirmButton busy={busy} onClick={onUndo} question={t('Take back “%1”?', summary)}>
          {t('Undo')}
        </ConfirmButton>
      )}
    </div>
  );
}
