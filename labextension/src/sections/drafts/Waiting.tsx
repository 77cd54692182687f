import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { DraftRow } from '../../protocol';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { ago } from '../../ui/ago';
import { moment } from '../../ui/moment';
import { useThrottled } from '../../ui/useThrottled';
import { OriginChip, StateChip } from '../functions/Badges';

/** What waits for a decision, newest first. */
export function Waiting({ selected }: { selected: string | null }): JSX.Element {
  const { data, error, reload } = useQuery('drafts.list', {});
  usePush('definitions', useThrottled(reload, 500));
  const navigate = useNavigate();
  if (data === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  const rows = [...data].sort((one, other) => other.created - one.created);
  return (
    <>
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {rows.length === 0 ? (
        <Empty
          title={t('Nothing waits for you')}
          action={<Button onClick={() => navigate({ section: 'packs' })}>{t('Packs')}</Button>}
        >
          {t('What a model, a pack or an import proposes stands here until you decide on it.')}
        </Empty>
      ) : (
        <ul className="bnb-rows" aria-label={t('Drafts')}>
          {rows.map((row) => (
            <li key={row.label}>
              <Draft row={row} selected={row.label === selected} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Draft({ row, selected }: { row: DraftRow; selected: boolean }): JSX.Element {
  const navigate = useNavigate();
  return (
    <button
      type="button"
      className="bnb-choice"
      aria-current={selected || undefined}
      onClick={() => navigate({ section: 'drafts', name: row.name, version: row.number })}
    >
      <span className="bnb-chips">
        <span className="bnb-mono bnb-break">
          <Revealed text={row.label} name />
        </span>
        <StateChip state={row.state} />
        <OriginChip origin={row.origin} />
        <span className="bnb-soft" title={moment(row.created)}>
          {ago(row.created)}
        </span>
      </span>
      <span className="bnb-soft bnb-break">
        {row.asks.length === 0 ? (
          t('asks for nothing')
        ) : (
          <>
            {t('asks to')}{' '}
            <Revealed text={row.asks.map((each) => each.join(' ')).join('; ')} name />
          </>
        )}
      </span>
    </button>
  );
}
