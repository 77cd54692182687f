import { useMemo, useState } from 'react';
import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import type { Review } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorLine } from '../../ui/ErrorLine';
import { Field } from '../../ui/Field';
import { Revealed } from '../../ui/Revealed';
import { useAction } from '../../ui/useAction';
import { Grant, firstTicks, grantsOf, ticked } from './grants';

export interface DecisionProps {
  client: Client;
  review: Review;
  onDone: () => void;
}

/** The person's word: what is granted, and yes, no, or no longer. */
export function Decision({ client, review, onDone }: DecisionProps): JSX.Element {
  const grants = useMemo(() => grantsOf(review), [review]);
  const [chosen, setChosen] = useState<readonly Grant[]>(() => firstTicks(grants));
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState('');
  const action = useAction();
  const navigate = useNavigate();
  const { name, number: version, state, label } = review;
  const waits = review.companions.filter(({ state: its }) => its !== 'own' && its !== 'approved');
  const has = (grant: Grant): boolean => chosen.some((each) => same(each, grant));
  const flip = (grant: Grant): void =>
    setChosen(has(grant) ? chosen.filter((each) => !same(each, grant)) : [...chosen, grant]);
  const decide = (work: () => Promise<unknown>, words: string): void =>
    void action.run(work).then((good) => {
      if (good) {
        setSaid(words);
        onDone();
      }
    });
  if (state === 'own') {
    return <p className="bnb-soft">{t('It is your own and needs no approval.')}</p>;
  }
  return (
    <section className="bnb-decision" aria-label={t('Decision')}>
      {state === 'approved' ? (
        <Granted review={review} />
      ) : (
        <Asked grants={grants} has={has} flip={flip} busy={action.busy} />
      )}
      {Boolean(action.error) && <ErrorLine error={action.error} onRetry={onDone} />}
      {said && (
        <p role="status" className="bnb-good">
          {said}{' '}
          <button
            type="button"
            className="bnb-link"
            onClick={() => navigate({ section: 'drafts' })}
          >
            {t('What else waits')}
          </button>
        </p>
      )}
      {state !== 'approved' && waits.length > 0 && (
        <p className="bnb-warning">
          {t('It can be approved when %1 is.', waits.map((each) => each.label).join(', '))}
        </p>
      )}
      {state !== 'denied' && state !== 'revoked' && (
        <Field
          label={t('Reason')}
          hint={t('For denying or revoking; it is kept with the decision.')}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              className="bnb-input"
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
      )}
      <div className="bnb-actions">
        {state !== 'approved' && (
          <Button
            kind="primary"
            busy={action.busy}
            disabled={waits.length > 0}
            onClick={() =>
              decide(
                () =>
                  client.request('drafts.approve', {
                    name,
                    version,
                    review: review.review,
                    grants: ticked(chosen),
                  }),
                t('%1 is approved, and is the active version.', label),
              )
            }
          >
            {t('Approve')}
          </Button>
        )}
        {state === 'draft' && (
          <ConfirmButton
            kind="danger"
            busy={action.busy}
            question={t('%1 will not run any more, in the sandbox neither.', label)}
            onClick={() =>
              decide(
                () => client.request('drafts.deny', { name, version, reason }),
                t('%1 is denied.', label),
              )
            }
          >
            {t('Deny')}
          </ConfirmButton>
        )}
        {state === 'approved' && (
          <ConfirmButton
            kind="danger"
            busy={action.busy}
            question={t('%1 will not run until you approve it again.', label)}
            onClick={() =>
              decide(
                () => client.request('drafts.revoke', { name, version, reason }),
                t('The approval of %1 is taken back.', label),
              )
            }
          >
            {t('Revoke')}
          </ConfirmButton>
        )}
      </div>
      {review.review && (
        <p className="bnb-soft">
          {t('Review code %1: only what you see here is approved.', review.review)}
        </p>
      )}
    </section>
  );
}

interface AskedProps {
  grants: readonly Grant[];
  has: (grant: Grant) => boolean;
  flip: (grant: Grant) => void;
  busy: boolean;
}

function Asked({ grants, has, flip, busy }: AskedProps): JSX.Element {
  const wanted = grants.some((each) => each.asked);
  return (
    <fieldset className="bnb-fieldset">
      <legend>
        {wanted ? t('It asks to') : t('It asks for nothing: it stays in the sandbox')}
      </legend>
      {grants.map((grant) => (
        <label key={`${grant.kind} ${grant.which}`} className="bnb-check">
          <input
            type="checkbox"
            checked={has(grant)}
            disabled={grant.forbidden || busy}
            onChange={() => flip(grant)}
          />
          <span className="bnb-break">
            {t(grant.words)}{' '}
            {grant.which && grant.kind !== 'memory' && grant.kind !== 'seconds' && (
              <span className="bnb-mono">
                <Revealed text={grant.which} name />
              </span>
            )}{' '}
            {!grant.asked && <span className="bnb-soft">{t('(it does not ask for that)')}</span>}
            {grant.forbidden && <Chip tone="bad">{t('forbidden on this machine')}</Chip>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Granted({ review }: { review: Review }): JSX.Element {
  if (review.granted.length === 0) {
    return <p>{t('It was granted nothing: it runs in the sandbox.')}</p>;
  }
  return (
    <section className="bnb-links">
      <h3>{t('You granted')}</h3>
      <ul>
        {review.granted.map((each) => (
          <li key={each.join(' ')} className="bnb-break">
            <Revealed text={each.join(' ')} name />
          </li>
        ))}
      </ul>
    </section>
  );
}

function same(one: Grant, other: Grant): boolean {
  return one.kind === other.kind && one.which === other.which;
}
