import { ReactNode } from 'react';
import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { DeniedRow, State } from '../../protocol';
import { Chip } from '../../ui/Chip';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { ago } from '../../ui/ago';
import { moment } from '../../ui/moment';
import { useThrottled } from '../../ui/useThrottled';
import { OriginChip, StateChip } from '../functions/Badges';

/** Rows that are shown of one list. */
const MOST = 300;

/**
 * What was decided on, to look at again or to take back: active functions of others, and versions
 * that were denied or revoked and so stand in no other list.
 */
export function Decided(): JSX.Element {
  const active = useQuery('functions.list', {});
  const denied = useQuery('drafts.denied', {});
  const again = useThrottled(() => {
    active.reload();
    denied.reload();
  }, 1_000);
  usePush('definitions', again);
  const error = active.error ?? denied.error;
  if (active.data === undefined || denied.data === undefined) {
    return error ? <ErrorLine error={error} onRetry={again} /> : <Spinner />;
  }
  const rows = active.data.rows.filter(({ state }) => state !== 'own' && state !== 'draft');
  if (rows.length === 0 && denied.data.length === 0) {
    return (
      <Empty title={t('No decision yet')}>
        {t('What you approve, deny or revoke can be looked at again here.')}
      </Empty>
    );
  }
  return (
    <>
      {rows.length > 0 && (
        <ul className="bnb-rows" aria-label={t('Decided')}>
          {rows.slice(0, MOST).map((row) => (
            <li key={row.name}>
              <Row {...row} number={row.version} />
            </li>
          ))}
          {rows.length > MOST && (
            <li>
              <Chip>{t('%1 more: search them under Functions', rows.length - MOST)}</Chip>
            </li>
          )}
        </ul>
      )}
      {denied.data.length > 0 && <Denied rows={denied.data} />}
    </>
  );
}

/** Folded: it is only looked for by somebody who has changed their mind. */
function Denied({ rows }: { rows: readonly DeniedRow[] }): JSX.Element {
  return (
    <details className="bnb-denied">
      <summary>{t('Denied and revoked versions (%1)', rows.length)}</summary>
      <p className="bnb-soft">{t('Open one to review it again, and to approve it after all.')}</p>
      <ul className="bnb-rows" aria-label={t('Denied and revoked')}>
        {rows.slice(0, MOST).map((row) => (
          <li key={row.label}>
            <Row {...row}>
              <span className="bnb-soft bnb-break">
                {row.reason ? <Revealed text={row.reason} /> : t('no reason was given')}
                {' · '}
                <span title={moment(row.at)}>{ago(row.at)}</span>
              </span>
            </Row>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface RowProps {
  name: string;
  number: number;
  state: State;
  origin: string;
  children?: ReactNode;
}

function Row({ name, number, state, origin, children }: RowProps): JSX.Element {
  const navigate = useNavigate();
  return (
    <button
      type="button"
      className="bnb-choice"
      onClick={() => navigate({ section: 'drafts', name, version: number })}
    >
      <span className="bnb-chips">
        <span className="bnb-mono bnb-break">
          <Revealed text={`${name}@${number}`} name />
        </span>
        <StateChip state={state} />
        <OriginChip origin={origin} />
      </span>
      {children}
    </button>
  );
}
