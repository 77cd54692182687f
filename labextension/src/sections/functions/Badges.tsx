import { t } from '../../i18n';
import type { State } from '../../protocol';
import { Chip, Tone } from '../../ui/Chip';
import { Revealed } from '../../ui/Revealed';

const STATES: Record<State, { tone: Tone; words: string }> = {
  own: { tone: 'neutral', words: 'You wrote it: it runs in the kernel.' },
  draft: { tone: 'warn', words: 'Nobody has decided yet: it runs in the sandbox only.' },
  approved: { tone: 'good', words: 'You approved it, with the grants that are listed.' },
  denied: { tone: 'bad', words: 'You denied it: it does not run.' },
  revoked: { tone: 'bad', words: 'You took the approval back: it does not run.' },
};

/** The state of a version as a word; one's own needs none. */
export function StateChip({
  state,
  own = false,
}: {
  state: State;
  own?: boolean;
}): JSX.Element | null {
  if (state === 'own' && !own) {
    return null;
  }
  const { tone, words } = STATES[state] ?? STATES.draft;
  return (
    <Chip tone={tone} title={t(words)}>
      {t(state)}
    </Chip>
  );
}

/** Who wrote it, where it was not the person. */
export function OriginChip({ origin }: { origin: string }): JSX.Element | null {
  if (origin === 'user') {
    return null;
  }
  return (
    <Chip tone="info" title={t('Who wrote it')}>
      <Revealed text={origin} name />
    </Chip>
  );
}

/** What else is to be known at a glance. */
export function TrustChips(props: {
  trust: string;
  missing: boolean;
  async?: boolean;
}): JSX.Element {
  return (
    <>
      {props.trust === 'sandbox' && (
        <Chip title={t('It runs in a process of its own, with nothing but what was granted.')}>
          {t('sandbox')}
        </Chip>
      )}
      {props.missing && (
        <Chip tone="bad" title={t('A key that it needs has no value: see Keys.')}>
          {t('no key')}
        </Chip>
      )}
      {props.async && <Chip title={t('An async def: it is awaited.')}>async</Chip>}
    </>
  );
}
