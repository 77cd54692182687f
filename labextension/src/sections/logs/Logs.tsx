/**
 * The log: a table that follows the kernel while a cell is busy, and beside it one run in full.
 *
 * Where there is room for both they stand side by side; in a narrow place the run lies over the
 * table, which stays where it is beneath.
 */

import { useEffect, useMemo, useState } from 'react';
import { useNavigate, usePlace } from '../../hooks';
import { t } from '../../i18n';
import type { RunRow } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { ALL, asked, narrowed } from './choices';
import type { Choices } from './choices';
import { rowAt, size } from './book';
import { Filters } from './Filters';
import { LogTable } from './LogTable';
import { RunPane } from './RunPane';
import { Statistics } from './Statistics';
import { useLog } from './useLog';

export function Logs({ client }: { client: Client }): JSX.Element {
  const place = usePlace();
  const navigate = useNavigate();
  const [choices, setChoices] = useState<Choices>(ALL);
  const [live, setLive] = useState(true);
  const [selected, setSelected] = useState<string | null>(place.run ?? null);
  useEffect(() => {
    if (place.section !== 'logs') {
      return;
    }
    setSelected(place.run ?? null);
    if (place.name !== undefined) {
      const version = place.version === undefined ? '' : String(place.version);
      setChoices({ ...ALL, fn: place.name, version });
    }
  }, [place]);
  const filter = useMemo(() => asked(choices, Date.now()), [choices]);
  const reader = useLog(client, filter);
  const { book, loading, error } = reader.state;
  const open = (id: string | null): void => {
    setSelected(id);
    navigate(id === null ? { section: 'logs' } : { section: 'logs', run: id });
  };
  const isNarrowed = narrowed(choices) > 0 || choices.text !== '';
  const names = useMemo(() => namesIn(book), [book]);
  return (
    <div className={`bnb-logs${selected === null ? '' : ' bnb-logs-open'}`}>
      <div className="bnb-logs-list">
        <Filters choices={choices} onChange={setChoices} names={names} />
        <div className="bnb-row bnb-log-bar">
          <Button
            kind="quiet"
            pressed={live}
            onClick={() => setLive(!live)}
            title={live ? t('Hold new runs back') : t('Show new runs as they come')}
          >
            {t('Follow')}
          </Button>
          <Statistics filter={filter} />
          <Button kind="quiet" label={t('Read again')} onClick={() => setChoices({ ...choices })}>
            ⟳
          </Button>
        </div>
        {error !== null && <ErrorLine error={error} onRetry={() => reader.reload()} />}
        {size(book) > 0 ? (
          <LogTable
            reader={reader}
            selected={selected}
            onOpen={(run) => open(run.id)}
            live={live}
            question={filter}
          />
        ) : loading ? (
          <Spinner label={t('Reading the log…')} />
        ) : (
          error === null && <NoRuns narrowed={isNarrowed} onAll={() => setChoices(ALL)} />
        )}
      </div>
      {selected !== null && (
        <RunPane id={selected} onOpen={(id) => open(id)} onClose={() => open(null)} />
      )}
    </div>
  );
}

interface NoRunsProps {
  /** Whether filters hide what there may be. */
  narrowed: boolean;
  onAll: () => void;
}

function NoRuns({ narrowed: hidden, onAll }: NoRunsProps): JSX.Element {
  return hidden ? (
    <Empty
      title={t('No run fits these filters')}
      action={<Button onClick={onAll}>{t('Show all runs')}</Button>}
    >
      {t('New runs that fit will show up here.')}
    </Empty>
  ) : (
    <Empty title={t('Nothing ran yet')}>
      {t('Call one of your functions in a cell: every call appears here, also while it runs.')}
    </Empty>
  );
}

/** Names of functions among the newest rows, for the field's suggestions. */
function namesIn(book: Parameters<typeof rowAt>[0]): string[] {
  const names = new Set<string>();
  for (let at = 0; at < Math.min(size(book), 400); at += 1) {
    const row: RunRow | undefined = rowAt(book, at);
    if (row) {
      names.add(row.function);
    }
  }
  return [...names].sort().slice(0, 50);
}
