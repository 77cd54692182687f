import { useState } from 'react';
import { useNavigate, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { FunctionDetail, VersionRow } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { Diff } from '../../ui/Diff';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { ago } from '../../ui/ago';
import { duration, moment } from '../../ui/moment';
import { useAction } from '../../ui/useAction';
import { OriginChip, StateChip } from './Badges';

export interface VersionsProps {
  client: Client;
  detail: FunctionDetail;
  onChanged: () => void;
}

/** Every version with how it fared, and what changed between any two. */
export function Versions({ client, detail, onChanged }: VersionsProps): JSX.Element {
  const rows = [...detail.versions].sort((one, other) => other.number - one.number);
  const action = useAction();
  const activate = (number: number): void =>
    void action
      .run(() => client.request('functions.activate', { name: detail.name, version: number }))
      .then((good) => good && onChanged());
  return (
    <>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
      <ul className="bnb-versions">
        {rows.map((row) => (
          <li key={row.number} className={row.active ? 'bnb-version bnb-active' : 'bnb-version'}>
            <Version row={row} shown={row.number === detail.version} name={detail.name} />
            <Activate
              row={row}
              name={detail.name}
              busy={action.busy}
              onActivate={() => activate(row.number)}
            />
          </li>
        ))}
      </ul>
      {rows.length > 1 && <Comparison name={detail.name} rows={rows} />}
    </>
  );
}

interface VersionProps {
  row: VersionRow;
  name: string;
  shown: boolean;
}

function Version({ row, name, shown }: VersionProps): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-grow">
      <div className="bnb-chips">
        <button
          type="button"
          className="bnb-link"
          aria-current={shown || undefined}
          onClick={() => navigate({ section: 'functions', name, version: row.number })}
        >
          {t('version %1', row.number)}
        </button>
        {row.active && <Chip tone="good">{t('active')}</Chip>}
        <StateChip state={row.state} />
        <OriginChip origin={row.origin} />
      </div>
      <div className="bnb-soft">
        <span title={moment(row.created)}>{ago(row.created)}</span>
        {' · '}
        {outcome(row)}
      </div>
    </div>
  );
}

function outcome({ runs, errors, p50 }: VersionRow): string {
  if (runs === 0) {
    return t('never ran');
  }
  const rate = Math.round((100 * errors) / runs);
  const parts = [
    counted(runs, 'run', 'runs'),
    errors === 0 ? t('no errors') : t('%1 errors (%2 %)', errors.toLocaleString(), rate || '< 1'),
  ];
  return [...parts, p50 === null ? '' : t('p50 %1', duration(p50))].filter(Boolean).join(' · ');
}

interface ActivateProps {
  row: VersionRow;
  name: string;
  busy: boolean;
  onActivate: () => void;
}

function Activate({ row, name, busy, onActivate }: ActivateProps): JSX.Element | null {
  const navigate = useNavigate();
  if (row.active) {
    return null;
  }
  if (row.state !== 'own' && row.state !== 'approved') {
    return (
      <Button onClick={() => navigate({ section: 'drafts', name, version: row.number })}>
        {t('Review')}
      </Button>
    );
  }
  return (
    <ConfirmButton
      busy={busy}
      onClick={onActivate}
      question={t('From now on every call of %1 runs version %2.', name, row.number)}
    >
      {t('Activate')}
    </ConfirmButton>
  );
}

function Comparison({ name, rows }: { name: string; rows: readonly VersionRow[] }): JSX.Element {
  const newest = rows[0]?.number ?? 1;
  const active = rows.find((each) => each.active)?.number;
  const [old, setOld] = useState(
    active !== undefined && active !== newest ? active : (rows[1]?.number ?? 1),
  );
  const [now, setNow] = useState(newest);
  const { data, error, reload } = useQuery('functions.diff', { name, old, new: now });
  return (
    <section aria-label={t('Compare versions')}>
      <div className="bnb-tools">
        <Pick label={t('From')} value={old} rows={rows} onChange={setOld} />
        <Button
          kind="quiet"
          label={t('Swap')}
          onClick={() => {
            setOld(now);
            setNow(old);
          }}
        >
          ⇄
        </Button>
        <Pick label={t('To')} value={now} rows={rows} onChange={setNow} />
      </div>
      {error ? (
        <ErrorLine error={error} onRetry={reload} />
      ) : data ? (
        <Diff old={data.old} new={data.new} />
      ) : (
        <Spinner />
      )}
    </section>
  );
}

interface PickProps {
  label: string;
  value: number;
  rows: readonly VersionRow[];
  onChange: (number: number) => void;
}

function Pick({ label, value, rows, onChange }: PickProps): JSX.Element {
  return (
    <select
      className="bnb-input bnb-slim"
      aria-label={label}
      value={String(value)}
      onChange={({ target }) => onChange(Number(target.value))}
    >
      {rows.map(({ number, active }) => (
        <option key={number} value={String(number)}>
          {active ? t('version %1 (active)', number) : t('version %1', number)}
        </option>
      ))}
    </select>
  );
}
