import { useState } from 'react';
import { t } from '../../i18n';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorLine } from '../../ui/ErrorLine';
import { useAction } from '../../ui/useAction';
import { Loaded, LoadedProps } from './Loaded';

export interface LoadButtonsProps {
  client: Client;
  pack: string;
  shipped: boolean;
  onDone: () => void;
  disabled?: boolean;
}

/** The two ways to load a pack, with the words of what each means. */
export function LoadButtons(props: LoadButtonsProps): JSX.Element {
  const { client, pack, shipped, onDone, disabled } = props;
  const action = useAction();
  const [done, setDone] = useState<LoadedProps | null>(null);
  const load = (approve: boolean): void => {
    setDone(null);
    void action
      .run(async () => {
        const outcomes = await client.request('packs.load', { pack, approve });
        setDone({ outcomes, vouched: approve || shipped });
      })
      .then((good) => good && onDone());
  };
  return (
    <div className="bnb-load">
      <div className="bnb-actions">
        <Button
          busy={action.busy}
          disabled={disabled}
          onClick={() => load(false)}
          title={
            shipped
              ? t('Its functions run in the kernel.')
              : t('Its functions run in the sandbox until you approve them one by one.')
          }
        >
          {shipped ? t('Load') : t('Load as drafts')}
        </Button>
        {!shipped && (
          <ConfirmButton
            kind="danger"
            busy={action.busy}
            disabled={disabled}
            onClick={() => load(true)}
            confirm={t('I trust it: load')}
            question={t(
              'The file %1 is executed in your kernel, and all its functions may do whatever you ' +
                'may do: read your files, use your keys, reach the network. Read it first.',
              pack,
            )}
          >
            {t('Load and trust')}
          </ConfirmButton>
        )}
      </div>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
      {done && <Loaded {...done} />}
    </div>
  );
}
