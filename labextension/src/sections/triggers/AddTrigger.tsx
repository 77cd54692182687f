import { useMemo, useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Option, Picker } from '../../ui/Picker';
import { useAction } from '../../ui/useAction';
import { useThrottled } from '../../ui/useThrottled';
import { REGISTRATION, sourceWords } from './events';

export interface AddTriggerProps {
  client: Client;
  /** The function to begin with. */
  about: string;
  onDone: () => void;
}

/** Lets one function run after another, or after any registration. */
export function AddTrigger({ client, about, onDone }: AddTriggerProps): JSX.Element {
  const { data, error, reload } = useQuery('functions.list', {});
  usePush('definitions', useThrottled(reload, 2_000));
  const [source, setSource] = useState<string | null>(null);
  const [target, setTarget] = useState<string | null>(about || null);
  const action = useAction();
  const functions = useMemo(
    () =>
      (data?.rows ?? []).map((row): Option => ({
        id: row.name,
        label: row.name,
        hint: row.description,
      })),
    [data],
  );
  const sources = useMemo(
    () => [
      { id: REGISTRATION, label: sourceWords(REGISTRATION), hint: REGISTRATION },
      ...functions,
    ],
    [functions],
  );
  const itself = source !== null && source === target;
  const add = (): void => {
    if (source === null || target === null) {
      return;
    }
    const args = { triggered: target, triggering: source === REGISTRATION ? null : source };
    void action
      .run(() => client.request('triggers.add', args))
      .then((good) => {
        if (good) {
          setSource(null);
          setTarget(null);
          onDone();
        }
      });
  };
  return (
    <section className="bnb-form" aria-label={t('New trigger')}>
      <Picker label={t('After')} options={sources} value={source} onPick={setSource} />
      <Picker
        label={t('run')}
        options={functions}
        value={target}
        onPick={setTarget}
        error={itself ? t('A function cannot run after itself.') : null}
      />
      <Button
        kind="primary"
        busy={action.busy}
        disabled={source === null || target === null || itself}
        onClick={add}
      >
        {t('Add the trigger')}
      </Button>
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </section>
  );
}
