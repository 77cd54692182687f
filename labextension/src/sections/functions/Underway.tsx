import { useEffect, useState } from 'react';
import { t } from '../../i18n';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { duration } from '../../ui/moment';

export interface UnderwayProps {
  client: Client;
  /** When it was sent to the kernel. */
  since: number;
  /** Wait no longer; the run itself goes on. */
  onLeave: () => void;
}

/**
 * A run that is under way, and how to end it. Where the host can interrupt the kernel, that is one
 * click. It ends whatever the kernel runs, and says so: the run may still wait behind a cell.
 */
export function Underway({ client, since, onLeave }: UnderwayProps): JSX.Element {
  const [now, setNow] = useState(since);
  const [stopped, setStopped] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const { interrupt } = client;
  const seconds = Math.floor((now - since) / 1000);
  const stop = (): void => {
    setStopped(true);
    setError(undefined);
    interrupt?.().catch((reason: unknown) => {
      setStopped(false);
      setError(reason);
    });
  };
  return (
    <div className="bnb-under">
      <Spinner label={seconds < 1 ? t('Running…') : t('Running, %1', duration(seconds * 1000))} />
      <div className="bnb-actions">
        {interrupt !== null && (
          <Button
            kind="danger"
            busy={stopped}
            onClick={stop}
            title={t('Interrupts the kernel: whatever it runs now ends')}
          >
            {t('Stop')}
          </Button>
        )}
        {(interrupt === null || stopped) && <Button onClick={onLeave}>{t('Stop waiting')}</Button>}
      </div>
      {Boolean(error) && <ErrorLine error={error} />}
      {(seconds >= 2 || stopped) && <p className="bnb-soft">{t(wordsFor(interrupt, stopped))}</p>}
    </div>
  );
}

function wordsFor(interrupt: Client['interrupt'], stopped: boolean): string {
  if (interrupt === null) {
    return 'It waits for a cell that is busy, or it takes its time. The ■ of the notebook stops it.';
  }
  return stopped
    ? 'The kernel was interrupted. It ends when the code lets it; a cell that was busy ended first.'
    : 'It waits for a cell that is busy, or it takes its time. Stop interrupts whatever the kernel runs.';
}
