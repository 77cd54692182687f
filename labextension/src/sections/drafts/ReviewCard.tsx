import { useNavigate, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { Review } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Code } from '../../ui/Code';
import { Diff } from '../../ui/Diff';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { OriginChip, StateChip } from '../functions/Badges';
import { Decision } from './Decision';
import { parseLabel } from './grants';

export interface ReviewCardProps {
  client: Client;
  name: string;
  version: number;
}

/**
 * Everything there is to see before a decision. Its order is fixed: who wrote it, what is
 * suspicious, the code, what comes with it; and the decision at the end of what was read.
 */
export function ReviewCard({ client, name, version }: ReviewCardProps): JSX.Element {
  const { data, error, reload } = useQuery('drafts.review', { name, version });
  const navigate = useNavigate();
  if (data === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  return (
    <article className="bnb-fn" aria-label={t('Review of %1', data.label)}>
      <header className="bnb-fn-head">
        <h2 className="bnb-mono bnb-break">
          <Revealed text={data.label} name />
        </h2>
        <div className="bnb-chips">
          <StateChip state={data.state} own />
          <OriginChip origin={data.origin} />
          <button
            type="button"
            className="bnb-link"
            onClick={() => navigate({ section: 'functions', name, version })}
          >
            {t('try it in the sandbox')}
          </button>
        </div>
      </header>
      <Warnings review={data} />
      <Companions review={data} />
      <Declared review={data} />
      <Source review={data} />
      {data.tests.map((test, at) => (
        <section key={at}>
          <h3>{t('Test %1', at + 1)}</h3>
          <Code text={test} label={t('Test %1', at + 1)} />
        </section>
      ))}
      {data.tests.length === 0 && <p className="bnb-soft">{t('It comes without tests.')}</p>}
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {/* A draft that changed is another one to decide on: nothing stays ticked. */}
      <Decision
        key={`${data.label} ${data.review}`}
        client={client}
        review={data}
        onDone={reload}
      />
    </article>
  );
}

function Warnings({ review }: { review: Review }): JSX.Element | null {
  const { warnings } = review;
  if (warnings.length === 0) {
    return null;
  }
  return (
    <section className="bnb-warning" aria-label={t('Warnings')}>
      <strong>
        {counted(
          warnings.length,
          'place that a reader could miss',
          'places that a reader could miss',
        )}
      </strong>
      <ul>
        {warnings.map((words, at) => (
          <li key={at} className="bnb-break">
            <Revealed text={words} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What it depends on; each must be the person's own or approved first. */
function Companions({ review }: { review: Review }): JSX.Element | null {
  const navigate = useNavigate();
  if (review.companions.length === 0) {
    return null;
  }
  return (
    <section className="bnb-links">
      <h3>{t('It comes with')}</h3>
      <ul>
        {review.companions.map(({ label, state }) => {
          const found = parseLabel(label);
          const open = state !== 'own' && state !== 'approved';
          return (
            <li key={label} className="bnb-chips">
              <span className="bnb-mono bnb-break">
                <Revealed text={label} name />
              </span>
              <StateChip state={state} own />
              {open && found && (
                <Button onClick={() => navigate({ section: 'drafts', ...found })}>
                  {t('Review first')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What was said beside the code and is approved with it, such as after what it runs by itself. */
function Declared({ review }: { review: Review }): JSX.Element | null {
  if (review.declared.length === 0) {
    return null;
  }
  return (
    <section className="bnb-links" aria-label={t('Declared')}>
      <h3>{t('It declares')}</h3>
      <ul>
        {review.declared.map(([words, what], at) => (
          <li key={at} className={words === TRIGGER ? 'bnb-strong' : undefined}>
            {t(words)}{' '}
            <span className="bnb-mono bnb-break">
              <Revealed text={what} name />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** It runs by itself then: the line that must not be overlooked. */
const TRIGGER = 'runs after';

function Source({ review }: { review: Review }): JSX.Element {
  const { base, label, code } = review;
  return (
    <>
      {base && (
        <details open>
          <summary>{t('Changes since %1', base.label)}</summary>
          <Diff old={base} new={{ label, code }} />
        </details>
      )}
      <details open>
        <summary>{t('The whole code')}</summary>
        <Code text={code} label={t('Code of %1', label)} />
      </details>
    </>
  );
}
