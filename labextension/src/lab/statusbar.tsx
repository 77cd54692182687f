/** How many functions run now, and how many failed of late; a click opens the log. */

import { ReactWidget } from '@jupyterlab/apputils';
import { useCallback, useEffect, useState } from 'react';
import { usePhase } from '../hooks';
import { t } from '../i18n';
import { Overview } from '../protocol';
import { Client } from '../store';
import { Current } from './current';

/** Between two looks while a cell runs; nothing is asked while the kernel rests. */
const INTERVAL_MS = 2000;

export class StatusItem extends ReactWidget {
  /** Whether the person wants to see it; a setting. */
  wanted = true;

  constructor(
    private readonly current: Current,
    private readonly open: () => void,
  ) {
    super();
    this.addClass('bnb-status');
    current.changed.connect(this.update, this);
  }

  override dispose(): void {
    this.current.changed.disconnect(this.update, this);
    super.dispose();
  }

  protected override render(): JSX.Element {
    const { client, connection } = this.current;
    const executing = () => connection?.executing ?? false;
    return <Status client={client} executing={executing} open={this.open} />;
  }
}

interface StatusProps {
  client: Client;
  executing: () => boolean;
  open: () => void;
}

function Status({ client, executing, open }: StatusProps): JSX.Element | null {
  const { phase, epoch } = usePhase(client);
  const [overview, setOverview] = useState<Overview | null>(null);
  const look = useCallback(
    () => client.request('overview', {}).then(setOverview, () => undefined),
    [client],
  );
  useEffect(() => {
    setOverview(null);
    if (phase !== 'live') {
      return;
    }
    void look();
    let ran = false;
    const timer = setInterval(() => {
      // Once more after the cell has ended, for its last runs.
      if (executing() || ran) {
        ran = executing();
        void look();
      }
    }, INTERVAL_MS);
    return () => clearInterval(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, phase, epoch, look]);
  if (overview === null) {
    return null;
  }
  const { running, failures } = overview;
  return (
    <button
      type="button"
      className="bnb-status-button"
      title={t('babyagi: %1 running, %2 failed in the last 24 hours', running, failures)}
      onClick={open}
    >
      <span>▶ {running}</span>
      <span className={failures ? 'bnb-status-bad' : undefined}>✗ {failures}</span>
    </button>
  );
}
