import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { RunRow } from '../../protocol';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { clock, duration } from '../../ui/moment';
import { StatusMark } from '../../ui/status';
import { useThrottled } from '../../ui/useThrottled';

const SHOWN = 20;

/** The newest runs of one function, as they come in. */
export function Recent({ name }: { name: string }): JSX.Element {
  const navigate = useNavigate();
  const { data, error, reload } = useQuery('logs.page', {
    filter: { function: name },
    limit: SHOWN,
  });
  const again = useThrottled(reload, 1_000);
  usePush('runs', ({ runs, dropped, gone }) => {
    if (
      dropped > 0 ||
      data?.rows.some(({ id }) => gone.includes(id)) ||
      runs.some((run) => run.function === name)
    ) {
      again();
    }
  });
  if (data === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  if (data.rows.length === 0) {
    return <Empty title={t('It never ran')}>{t('Run it here, or call it in a cell.')}</Empty>;
  }
  return (
    <>
      <div className="bnb-actions">
        <Button onClick={() => navigate({ section: 'logs', name })}>
          {t('All of them in the log')}
        </Button>
      </div>
      <ul className="bnb-recent">
        {data.rows.map((run) => (
          <li key={run.id}>
            <button type="button" onClick={() => navigate({ section: 'logs', run: run.id })}>
              <Row run={run} />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ run }: { run: RunRow }): JSX.Element {
  return (
    <>
      <span>
        <StatusMark status={run.status} /> {clock(run.started)}{' '}
        <span className="bnb-soft">
          v{run.version} {duration(run.duration)}
        </span>
      </span>
      <span className="bnb-mono bnb-clip">
        (<Revealed text={run.params_line} />)
        {run.result_line && (
          <>
            {' → '}
            <Revealed text={run.result_line} />
          </>
        )}
      </span>
    </>
  );
}
