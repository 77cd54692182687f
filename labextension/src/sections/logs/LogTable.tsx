/** The runs, newest first, as one table that reads on by itself. */

import { useCallback, useEffect, useMemo, useState } from 'react';
import { t } from '../../i18n';
import type { RunFilter, RunRow } from '../../protocol';
import { clock, duration, moment } from '../../ui/moment';
import { StatusMark, statusClass } from '../../ui/status';
import { VirtualTable } from '../../ui/VirtualTable';
import type { Column, Rows } from '../../ui/VirtualTable';
import { rowAt, size } from './book';
import { outcome } from './outcome';
import type { LogReader } from './reader';

export interface LogTableProps {
  reader: LogReader;
  selected: string | null;
  onOpen: (run: RunRow) => void;
  /** Whether the person wants new rows at the top as they come. */
  live: boolean;
  /** Another question begins at the top. */
  question: RunFilter;
}

export function LogTable({ reader, selected, onOpen, live, question }: LogTableProps): JSX.Element {
  const { book } = reader.state;
  const rows = useMemo<Rows<RunRow>>(
    () => ({ length: size(book), at: (index) => rowAt(book, index) }),
    [book],
  );
  const [top, setTop] = useState(true);
  const [shown, setShown] = useState(0);
  const topToken = useMemo(() => [question, shown], [question, shown]);
  // Somebody who scrolled down reads: nothing moves until they are back, or ask for it.
  useEffect(() => reader.setFollow(live && top), [reader, live, top]);
  const onRange = useCallback(
    (first: number, last: number) => {
      setTop(first === 0);
      reader.look(first, last);
    },
    [reader],
  );
  const onEnd = useCallback(() => reader.more(), [reader]);
  const showNew = (): void => {
    setShown(shown + 1);
    reader.setFollow(true);
    if (!live) {
      reader.setFollow(false);
    }
  };
  const { waiting, atLeast } = reader.state;
  return (
    <div className="bnb-log-table">
      {waiting > 0 && (
        <button type="button" className="bnb-log-new" onClick={showNew}>
          ↑ {t('%1 new', `${waiting.toLocaleString()}${atLeast ? '+' : ''}`)}
        </button>
      )}
      <VirtualTable
        label={t('Runs, newest first')}
        columns={COLUMNS}
        rows={rows}
        rowKey={idOf}
        selected={selected}
        onOpen={onOpen}
        more={book.more}
        onEnd={onEnd}
        onRange={onRange}
        rowClass={classOf}
        topToken={topToken}
        foldBelow={560}
      />
    </div>
  );
}

const idOf = (run: RunRow): string => run.id;
const classOf = (run: RunRow): string => statusClass(run.status);

const COLUMNS: readonly Column<RunRow>[] = [
  {
    id: 'status',
    title: '',
    width: '1.6em',
    cell: ({ status }) => <StatusMark status={status} />,
  },
  {
    id: 'function',
    title: 'function',
    width: 'minmax(8ch, 1.1fr)',
    grow: true,
    cell: (run) => (
      <span className="bnb-clip bnb-mono" title={`${run.function}@${run.version}`}>
        {run.trigger !== null && (
          <span className="bnb-via" title={t('triggered by the end of another run')}>
            ↳{' '}
          </span>
        )}
        <b>{run.function}</b>
        <span className="bnb-soft">@{run.version}</span>
      </span>
    ),
  },
  {
    id: 'params',
    title: 'arguments',
    width: 'minmax(0, 1.4fr)',
    line: 0,
    cell: ({ params_line }) => (
      <span className="bnb-clip bnb-mono bnb-soft" title={params_line}>
        {params_line}
      </span>
    ),
  },
  {
    id: 'result',
    title: 'result',
    width: 'minmax(0, 1.6fr)',
    line: 2,
    grow: true,
    cell: (run) => (
      <span className="bnb-clip bnb-mono bnb-log-result" title={outcome(run)}>
        {outcome(run)}
      </span>
    ),
  },
  {
    id: 'duration',
    title: 'took',
    width: '9ch',
    align: 'end',
    cell: ({ duration: took }) => <time className="bnb-soft">{duration(took)}</time>,
  },
  {
    id: 'started',
    title: 'started',
    width: 'minmax(12ch, 19ch)',
    align: 'end',
    line: 2,
    cell: ({ started }) => (
      <time className="bnb-soft" title={moment(started)}>
        {clock(started)}
      </time>
    ),
  },
];
