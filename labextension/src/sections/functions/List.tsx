import { useCallback, useMemo, useRef, useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { RunRow } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { VirtualTable } from '../../ui/VirtualTable';
import { useRemembered } from '../../ui/remember';
import { useThrottled } from '../../ui/useThrottled';
import { columns } from './columns';
import {
  Item,
  MARKS,
  Mark,
  Order,
  freshen,
  narrow,
  nearest,
  order,
  prepare,
  tagsOf,
  withStats,
} from './library';

export interface ListProps {
  client: Client;
  selected: string | null;
  onOpen: (name: string) => void;
  onNew: () => void;
  onPacks: () => void;
  /** Whether it stands beside a detail and has room for rows of two lines only. */
  beside: boolean;
}

const WORDS: Record<Mark, string> = {
  drafts: 'drafts',
  failing: 'failing',
  sandbox: 'sandbox',
  keys: 'no key',
};

/** Every function of the store, searched as one types. */
export function List({ client, selected, onOpen, onNew, onPacks, beside }: ListProps): JSX.Element {
  const { items, error, loading, reload } = useLibrary();
  const [text, setText] = useRemembered(client, 'functions.text', '');
  const [marks, setMarks] = useRemembered<readonly Mark[]>(client, 'functions.marks', []);
  const [tag, setTag] = useRemembered(client, 'functions.tag', '');
  const [sort, setSort] = useRemembered<Order>(client, 'functions.sort', {
    column: 'name',
    descending: false,
  });
  // Sorted once for each list, so that a key stroke only filters.
  const ordered = useMemo(() => order(items ?? [], sort), [items, sort]);
  const found = useMemo(() => {
    const some = narrow(ordered, { text, marks, tag });
    return sort.column === 'name' ? nearest(some, text) : some;
  }, [ordered, sort.column, text, marks, tag]);
  const tags = useMemo(() => tagsOf(items ?? []), [items]);
  const shown = useMemo(() => columns(), []);
  const clear = useCallback(() => {
    setText('');
    setMarks([]);
    setTag('');
  }, [setText, setMarks, setTag]);
  if (items === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  if (items.length === 0) {
    return (
      <Empty
        title={t('No functions yet')}
        action={
          <div className="bnb-actions">
            <Button kind="primary" onClick={onNew}>
              {t('Write one')}
            </Button>
            <Button onClick={onPacks}>{t('Load a pack')}</Button>
          </div>
        }
      >
        {t('A cell that begins with %%babyagi_function stores the functions in it.')}
      </Empty>
    );
  }
  const flip = (mark: Mark): void =>
    setMarks(marks.includes(mark) ? marks.filter((each) => each !== mark) : [...marks, mark]);
  return (
    <div className="bnb-fn-list">
      <div className="bnb-tools">
        <input
          type="search"
          className="bnb-input bnb-grow"
          value={text}
          aria-label={t('Search functions')}
          placeholder={t('Search name, description, tags')}
          onChange={({ target }) => setText(target.value)}
        />
        <Button onClick={onNew} label={t('New function')}>
          +
        </Button>
      </div>
      <div className="bnb-tools bnb-chips">
        {MARKS.map((mark) => (
          <Chip key={mark} selected={marks.includes(mark)} onClick={() => flip(mark)}>
            {t(WORDS[mark])}
          </Chip>
        ))}
        {tags.length > 0 && (
          <select
            className="bnb-input bnb-slim"
            aria-label={t('Tag')}
            value={tag}
            onChange={({ target }) => setTag(target.value)}
          >
            <option value="">{t('any tag')}</option>
            {tags.map(([name, count]) => (
              <option key={name} value={name}>
                {`${name} (${count})`}
              </option>
            ))}
          </select>
        )}
        <Sorter sort={sort} onSort={setSort} always={beside} />
        <span className="bnb-soft" role="status">
          {found.length === items.length
            ? counted(items.length, 'function', 'functions')
            : t('%1 of %2', found.length.toLocaleString(), items.length.toLocaleString())}
          {loading && ' …'}
        </span>
      </div>
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {found.length === 0 ? (
        <Empty
          title={t('Nothing matches')}
          action={<Button onClick={clear}>{t('Clear search and filters')}</Button>}
        >
          {t('None of %1 functions fits.', items.length.toLocaleString())}
        </Empty>
      ) : (
        <VirtualTable<Item>
          label={t('Functions')}
          columns={shown}
          narrow={beside || undefined}
          rows={found}
          rowKey={nameOf}
          selected={selected}
          onOpen={({ row }) => onOpen(row.name)}
          sort={sort}
          onSort={(column) =>
            setSort({
              column,
              descending: sort.column === column ? !sort.descending : FIRST_DOWN.has(column),
            })
          }
          topToken={`${text}/${marks.join()}/${tag}/${sort.column}`}
        />
      )}
    </div>
  );
}

/** Columns of which the largest are looked for first. */
const FIRST_DOWN = new Set(['last', 'p50', 'runs', 'errors']);
const ORDERS: readonly [string, string][] = [
  ['name', 'by name'],
  ['last', 'last run first'],
  ['p50', 'slowest first'],
  ['runs', 'most run first'],
  ['errors', 'most errors first'],
];

interface SorterProps {
  sort: Order;
  onSort: (sort: Order) => void;
  always: boolean;
}

/** The order as a choice, for rows of two lines that have no head to click on. */
function Sorter({ sort, onSort, always }: SorterProps): JSX.Element {
  return (
    <select
      className={`bnb-input bnb-slim${always ? '' : ' bnb-when-narrow'}`}
      aria-label={t('Order')}
      value={sort.column}
      onChange={({ target }) =>
        onSort({ column: target.value, descending: FIRST_DOWN.has(target.value) })
      }
    >
      {ORDERS.map(([column, words]) => (
        <option key={column} value={column}>
          {t(words)}
        </option>
      ))}
    </select>
  );
}

function nameOf({ row }: Item): string {
  return row.name;
}

/** The list with its statistics, kept up to date without asking for everything at every call. */
function useLibrary(): {
  items: Item[] | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
} {
  const list = useQuery('functions.list', {});
  const stats = useQuery('functions.stats', {});
  const fresh = useRef(new Map<string, RunRow>());
  const [heard, setHeard] = useState(0);
  const redraw = useThrottled(() => setHeard((count) => count + 1), 250);
  const reloadList = useThrottled(list.reload, 1_000);
  const reloadStats = useThrottled(stats.reload, 10_000);
  usePush('definitions', reloadList);
  usePush('runs', ({ runs, gone }) => {
    for (const run of runs) {
      fresh.current.set(run.function, run);
    }
    for (const [name, { id }] of [...fresh.current]) {
      if (gone.includes(id)) {
        fresh.current.delete(name);
      }
    }
    redraw();
    reloadStats();
  });
  const prepared = useMemo(() => list.data && prepare(list.data.rows), [list.data]);
  const items = useMemo(
    () => prepared && withStats(prepared, freshen(stats.data, fresh.current)),
    // `heard` stands for what is in `fresh`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [prepared, stats.data, heard],
  );
  const reload = useCallback(() => {
    list.reload();
    stats.reload();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [list.reload, stats.reload]);
  return { items, error: list.error ?? stats.error, loading: list.loading, reload };
}
