/** What went into one run, what came out, what it printed, what broke, and how to call it again. */

import type { ReactNode } from 'react';
import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import type { RunDetail, RunRow } from '../../protocol';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { JsonTree } from '../../ui/JsonTree';
import { duration, moment } from '../../ui/moment';
import { StatusMark, failed, said, statusClass } from '../../ui/status';
import { lineage } from './lineage';
import { Traceback } from './Traceback';

export interface DetailProps {
  run: RunDetail;
  /** The call tree as far as it is known. */
  tree: readonly RunRow[];
  onOpen: (id: string) => void;
}

export function Detail({ run, tree, onOpen }: DetailProps): JSX.Element {
  const navigate = useNavigate();
  const params = Object.entries(run.params);
  const broken = failed(run.status);
  return (
    <div className="bnb-detail bnb-scroll">
      <header className="bnb-detail-head">
        <div className="bnb-detail-title">
          <b className="bnb-mono bnb-break">{run.function}</b>
          <span className="bnb-soft">@{run.version}</span> <StatusMark status={run.status} word />
        </div>
        <div className="bnb-soft">
          <time>{moment(run.started)}</time>
          {run.duration !== null && <> · {duration(run.duration)}</>}
        </div>
        <div className="bnb-row bnb-wrap">
          <CopyButton text={run.call}>{t('Copy as Python')}</CopyButton>
          <Button
            onClick={() =>
              navigate({ section: 'functions', name: run.function, version: run.version })
            }
          >
            {t('Open function')}
          </Button>
          <Button onClick={() => navigate({ section: 'logs', name: run.function })}>
            {t('All its runs')}
          </Button>
        </div>
      </header>
      {broken && <Broken run={run} />}
      {run.status === 'started' && (
        <p className="bnb-soft">{t('Still running. What it returns will show up here.')}</p>
      )}
      <Part title={t('Arguments')}>
        {params.length === 0 ? (
          <span className="bnb-soft">{t('none')}</span>
        ) : (
          params.map(([name, value]) => <JsonTree key={name} name={name} value={value} />)
        )}
      </Part>
      {run.status === 'success' && (
        <Part title={t('Result')}>
          <JsonTree value={run.output} open={2} />
        </Part>
      )}
      {run.stdout && (
        <Part title={t('Printed')}>
          <pre className="bnb-detail-text" tabIndex={0}>
            {run.stdout}
          </pre>
        </Part>
      )}
      {run.traceback && (
        <Part title={t('Traceback')}>
          <Traceback text={run.traceback} />
        </Part>
      )}
      <Part title={t('Call it again')}>
        <pre className="bnb-detail-text" tabIndex={0}>
          {run.call}
        </pre>
      </Part>
      <Kin run={run} tree={tree} onOpen={onOpen} />
      <Where run={run} />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): JSX.Element {
  return (
    <section className="bnb-detail-part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}

function Broken({ run }: { run: RunDetail }): JSX.Element {
  const words = [run.error, run.message].filter(Boolean).join(': ');
  return (
    <div className={`bnb-detail-broken ${statusClass(run.status)}`} role="group">
      <b className="bnb-break">{words || t(said(run.status).word)}</b>
      <div className="bnb-soft">{t(said(run.status).meaning)}</div>
    </div>
  );
}

/** Ways to the runs above and below. */
function Kin({ run, tree, onOpen }: DetailProps): JSX.Element | null {
  const byId = new Map(tree.map((each) => [each.id, each]));
  const above: [string, string][] = [];
  if (run.parent !== null) {
    above.push([t('called by'), run.parent]);
  }
  if (run.trigger !== null && run.trigger !== run.parent) {
    above.push([t('triggered by'), run.trigger]);
  }
  if (run.root !== run.id && run.root !== run.parent && run.root !== run.trigger) {
    above.push([t('began with'), run.root]);
  }
  const children = childrenOf(run.id, tree);
  if (above.length === 0 && children.length === 0) {
    return null;
  }
  return (
    <Part title={t('Runs around it')}>
      {above.map(([words, id]) => (
        <div key={words} className="bnb-kin">
          <span className="bnb-soft">{words}</span>
          <Way id={id} row={byId.get(id)} onOpen={onOpen} />
        </div>
      ))}
      {children.slice(0, MOST).map((child) => (
        <div key={child.id} className="bnb-kin">
          <span className="bnb-soft">
            {child.trigger === run.id ? t('triggered') : t('called')}
          </span>
          <Way id={child.id} row={child} onOpen={onOpen} />
        </div>
      ))}
      {children.length > MOST && (
        <div className="bnb-soft">{t('… and %1 more; see Calls', children.length - MOST)}</div>
      )}
    </Part>
  );
}

const MOST = 20;

function childrenOf(id: string, tree: readonly RunRow[]): RunRow[] {
  const own = tree.filter((each) => each.id !== id && (each.parent === id || each.trigger === id));
  return lineage(own).map((step) => step.run);
}

interface WayProps {
  id: string;
  row: RunRow | undefined;
  onOpen: (id: string) => void;
}

function Way({ id, row, onOpen }: WayProps): JSX.Element {
  return (
    <button type="button" className="bnb-link bnb-mono bnb-clip" onClick={() => onOpen(id)}>
      {row ? (
        <>
          <StatusMark status={row.status} /> {row.function}@{row.version}
        </>
      ) : (
        id
      )}
    </button>
  );
}

function Where({ run }: { run: RunDetail }): JSX.Element {
  const facts: [string, string | null][] = [
    [t('run'), run.id],
    [t('kernel'), run.kernel],
    [t('cell'), run.cell],
  ];
  return (
    <details className="bnb-detail-part">
      <summary className="bnb-soft">{t('Where')}</summary>
      <dl className="bnb-facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt className="bnb-soft">{name}</dt>
              <dd className="bnb-mono bnb-break">{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </details>
  );
}
