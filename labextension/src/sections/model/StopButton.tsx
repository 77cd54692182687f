import { t } from '../../i18n';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { useAction } from '../../ui/useAction';

/**
 * Ends what a page began on the main shell. Beside a busy kernel that is a request; where nothing is
 * heard there, the host interrupts the kernel, if it can.
 */
export function StopButton({ client }: { client: Client }): JSX.Element {
  const action = useAction();
  const { interrupt } = client;
  const beside = client.hello?.concurrent;
  if (!beside && interrupt === null) {
    return <span className="bnb-soft">{t('The ■ of the notebook stops it.')}</span>;
  }
  const stop = async (): Promise<void> => {
    await (beside ? client.request('stop', {}) : interrupt?.());
  };
  return (
    <>
      <Button kind="danger" busy={action.busy} onClick={() => void action.run(stop)}>
        {t('Stop')}
      </Button>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </>
  );
}

/** It was sent, and the kernel has not begun it. */
export function Queued(): JSX.Element {
  return (
    <p className="bnb-soft" role="status">
      {t('Sent. If a cell is busy, it begins by itself when the cell ends.')}
    </p>
  );
}
