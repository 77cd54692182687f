/** One run in full: what went in and out, and the tree of calls it belongs to. */

import { useEffect, useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { Tabs } from '../../ui/Tabs';
import { useThrottled } from '../../ui/useThrottled';
import { CallTree } from './CallTree';
import { Detail } from './Detail';

export interface RunPaneProps {
  id: string;
  onOpen: (id: string) => void;
  onClose: () => void;
}

/** The least time between two readings while the tree grows, in ms. */
const AGAIN = 500;

export function RunPane({ id, onOpen, onClose }: RunPaneProps): JSX.Element {
  const [tab, setTab] = useState('detail');
  const [root, setRoot] = useState<string | null>(null);
  const detail = useQuery('logs.detail', { id });
  const tree = useQuery('logs.tree', root === null ? null : { id: root });
  const run = detail.data;
  useEffect(() => {
    if (run) {
      setRoot(run.root);
    }
  }, [run]);
  const again = useThrottled(() => {
    detail.reload();
    tree.reload();
  }, AGAIN);
  const [unlogged, setUnlogged] = useState(false);
  useEffect(() => setUnlogged(false), [id]);
  usePush('runs', ({ runs, dropped, gone }) => {
    setUnlogged((old) => old || gone.includes(id));
    const open =
      run?.status === 'started' || tree.data?.rows.some(({ status }) => status === 'started');
    if (runs.some((each) => each.id === id || each.root === root) || (dropped > 0 && open)) {
      again();
    }
  });
  return (
    <section
      className="bnb-run"
      aria-label={t('Run')}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <div className="bnb-row bnb-run-bar">
        <Tabs
          label={t('About this run')}
          active={tab}
          onSelect={setTab}
          tabs={[
            { id: 'detail', label: t('Run') },
            { id: 'tree', label: t('Calls'), badge: tree.data ? tree.data.total : null },
            { id: 'waterfall', label: t('Waterfall') },
          ]}
        />
        <span className="bnb-grow" />
        <Button kind="quiet" onClick={onClose} label={t('Back to the log')}>
          ✕
        </Button>
      </div>
      {unlogged ? (
        <Empty title={t('It has ended, and left no record')}>
          {t('Its function logs only runs that fail, and this one went well.')}
        </Empty>
      ) : detail.error ? (
        <ErrorLine error={detail.error} onRetry={detail.reload} />
      ) : tab === 'detail' ? (
        run ? (
          <Detail run={run} tree={tree.data?.rows ?? []} onOpen={onOpen} />
        ) : (
          <Spinner />
        )
      ) : tree.error ? (
        <ErrorLine error={tree.error} onRetry={tree.reload} />
      ) : tree.data ? (
        <CallTree
          key={root}
          runs={tree.data.rows}
          total={tree.data.total}
          selected={id}
          onOpen={onOpen}
          lanes={tab === 'waterfall'}
        />
      ) : (
        <Spinner />
      )}
    </section>
  );
}
