import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import type { Ops, RunDetail } from '../../protocol';
import { Code } from '../../ui/Code';
import { CopyButton } from '../../ui/CopyButton';
import { JsonTree } from '../../ui/JsonTree';
import { Revealed } from '../../ui/Revealed';
import { duration } from '../../ui/moment';
import { StatusMark, failed } from '../../ui/status';

/** What a run gave: its result, or what it raised and where. */
export function Outcome({ result }: { result: Ops['functions.run']['ok'] }): JSX.Element {
  const { run, output } = result;
  const bad = run !== null && failed(run.status);
  return (
    <section className="bnb-outcome" aria-label={t('Result')} aria-live="polite">
      {run && <Head run={run} />}
      {run && bad ? <Raised run={run} /> : <JsonTree value={output} open={2} />}
    </section>
  );
}

function Head({ run }: { run: RunDetail }): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-actions">
      <StatusMark status={run.status} word />
      <span className="bnb-soft">{duration(run.duration)}</span>
      <button
        type="button"
        className="bnb-link"
        onClick={() => navigate({ section: 'logs', run: run.id })}
      >
        {t('in the log')}
      </button>
      {run.call && <CopyButton text={run.call}>{t('Copy as a Python call')}</CopyButton>}
    </div>
  );
}

function Raised({ run }: { run: RunDetail }): JSX.Element {
  return (
    <>
      <div className="bnb-error" role="alert">
        <strong>
          <Revealed text={run.error ?? run.status} name />
        </strong>
        {run.message && (
          <>
            : <Revealed text={run.message} />
          </>
        )}
      </div>
      {run.traceback && (
        <Code text={run.traceback} label={t('Traceback')} numbers={false} language="text" />
      )}
    </>
  );
}
