import { useEffect, useState } from 'react';
import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { FunctionDetail } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { Code } from '../../ui/Code';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { Tabs } from '../../ui/Tabs';
import { useThrottled } from '../../ui/useThrottled';
import { OriginChip, StateChip, TrustChips } from './Badges';
import { Edit } from './Edit';
import { Links } from './Links';
import { Recent } from './Recent';
import { Remove } from './Remove';
import { Run } from './Run';
import { Versions } from './Versions';

export interface DetailProps {
  client: Client;
  name: string;
  version: number | undefined;
  onRemoved: (name: string) => void;
}

/** One function: what it is, and what can be done with it. */
export function Detail({ client, name, version, onRemoved }: DetailProps): JSX.Element {
  const { data, error, reload } = useQuery(
    'functions.detail',
    version === undefined ? { name } : { name, version },
  );
  const again = useThrottled(reload, 500);
  usePush('definitions', ({ names }) => {
    // A change of what it depends on can change its state and its neighbours as well.
    if (names.length === 0 || names.some((each) => concerns(each, name, data))) {
      again();
    }
  });
  const navigate = useNavigate();
  if (data === undefined) {
    return error ? (
      <div className="bnb-fn">
        <ErrorLine error={error} onRetry={reload} />
        <Button onClick={() => navigate({ section: 'functions' })}>{t('All functions')}</Button>
      </div>
    ) : (
      <Spinner />
    );
  }
  return (
    <div className="bnb-fn">
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      <Head detail={data} />
      <Body key={name} client={client} detail={data} onRemoved={onRemoved} onChanged={reload} />
    </div>
  );
}

function concerns(touched: string, name: string, detail: FunctionDetail | undefined): boolean {
  return (
    touched === name ||
    detail === undefined ||
    detail.depends_on.includes(touched) ||
    detail.dependents.includes(touched) ||
    detail.listeners.includes(touched)
  );
}

function Head({ detail }: { detail: FunctionDetail }): JSX.Element {
  return (
    <header className="bnb-fn-head">
      <h2 className="bnb-mono bnb-break">
        <Revealed text={detail.name} name />
        <span className="bnb-soft">@{detail.version}</span>
      </h2>
      <div className="bnb-chips">
        <StateChip state={detail.state} own />
        <OriginChip origin={detail.origin} />
        <TrustChips trust={detail.trust} missing={detail.missing} async={detail.is_async} />
        {detail.tags.map((tag) => (
          <Chip key={tag}>
            <Revealed text={tag} />
          </Chip>
        ))}
      </div>
      {detail.description && (
        <p className="bnb-break bnb-description">
          <Revealed text={detail.description} />
        </p>
      )}
    </header>
  );
}

const TABS = ['run', 'code', 'versions', 'links', 'logs'] as const;
type TabId = (typeof TABS)[number];
const LABELS: Record<TabId, string> = {
  run: 'Run',
  code: 'Code',
  versions: 'Versions',
  links: 'Links',
  logs: 'Logs',
};

interface BodyProps {
  client: Client;
  detail: FunctionDetail;
  onRemoved: (name: string) => void;
  onChanged: () => void;
}

function Body({ client, detail, onRemoved, onChanged }: BodyProps): JSX.Element {
  const [tab, setTab] = useState<TabId>('code');
  const [ran, setRan] = useState(false);
  useEffect(() => {
    if (tab === 'run') {
      setRan(true);
    }
  }, [tab]);
  const links = detail.depends_on.length + detail.dependents.length + detail.listeners.length;
  const badges: Partial<Record<TabId, number>> = { versions: detail.versions.length, links };
  return (
    <>
      <Tabs
        label={t('About %1', detail.name)}
        active={tab}
        onSelect={(id) => setTab(id as TabId)}
        tabs={TABS.map((id) => ({ id, label: t(LABELS[id]), badge: badges[id] || null }))}
      />
      <div className="bnb-fn-panel" role="tabpanel" aria-label={t(LABELS[tab])}>
        {/* What was typed and what it gave stay there while one looks at something else. */}
        {(ran || tab === 'run') && (
          <div hidden={tab !== 'run'}>
            <Run client={client} detail={detail} onRan={onChanged} />
          </div>
        )}
        {tab === 'code' && (
          <CodeTab client={client} detail={detail} onRemoved={onRemoved} onChanged={onChanged} />
        )}
        {tab === 'versions' && <Versions client={client} detail={detail} onChanged={onChanged} />}
        {tab === 'links' && <Links detail={detail} />}
        {tab === 'logs' && <Recent name={detail.name} />}
      </div>
    </>
  );
}

function CodeTab({ client, detail, onRemoved, onChanged }: BodyProps): JSX.Element {
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <Edit
        client={client}
        cell={detail.cell}
        foreign={detail.origin !== 'user'}
        onSaved={onChanged}
        onClose={() => setEditing(false)}
      />
    );
  }
  return (
    <>
      <div className="bnb-actions">
        <Button onClick={() => setEditing(true)}>{t('Edit as a new version')}</Button>
        <Remove client={client} detail={detail} onRemoved={() => onRemoved(detail.name)} />
      </div>
      <Code text={detail.code} label={t('Code of %1', detail.name)} />
      {detail.tests.map((test, at) => (
        <section key={at}>
          <h3>{t('Test %1', at + 1)}</h3>
          <Code text={test} label={t('Test %1', at + 1)} />
        </section>
      ))}
      <Facts detail={detail} />
    </>
  );
}

/** What was declared beside the code. */
function Facts({ detail }: { detail: FunctionDetail }): JSX.Element {
  const facts: [string, string][] = [
    ['returns', detail.returns ?? ''],
    ['imports', detail.imports.join(', ')],
    ['from notebook', detail.uses.join(', ')],
    ['time limit', detail.timeout === null ? '' : `${detail.timeout} s`],
    ['effects', detail.effects === 'unknown' ? '' : detail.effects],
    ['log', detail.log === 'all' ? '' : detail.log],
    ['metadata', Object.keys(detail.metadata).length ? JSON.stringify(detail.metadata) : ''],
    ['asks to', detail.asks.map((each) => each.join(' ')).join('; ')],
    ['granted', detail.granted.map((each) => each.join(' ')).join('; ')],
    ['notebook', detail.where.notebook ?? ''],
  ];
  const said = facts.filter(([, value]) => value !== '');
  if (said.length === 0) {
    return <></>;
  }
  return (
    <dl className="bnb-declared">
      {said.map(([name, value]) => (
        <div key={name}>
          <dt className="bnb-soft">{t(name)}</dt>
          <dd className="bnb-mono bnb-break">
            <Revealed text={value} name />
          </dd>
        </div>
      ))}
    </dl>
  );
}
