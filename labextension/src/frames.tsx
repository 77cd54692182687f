/** What is shown instead of a section: why there is nothing to ask, and what to do about it. */

import { useEffect, useState } from 'react';
import { t } from './i18n';
import { Client } from './store';
import { Button } from './ui/Button';
import { Empty } from './ui/Empty';
import { ErrorLine } from './ui/ErrorLine';
import { Spinner } from './ui/Spinner';
import { RequestError } from './transport';

/** How long a kernel may stay silent before people are told what they wait for. */
const PATIENCE_MS = 4000;

export function Frame({ client }: { client: Client }): JSX.Element {
  switch (client.phase) {
    case 'mismatch':
      return <Mismatch client={client} />;
    case 'dead':
      return (
        <Empty title={t('The kernel is dead')}>
          {t('Restart it (Kernel → Restart Kernel…); the functions and their log are on disk.')}
        </Empty>
      );
    case 'other-language':
      return (
        <Empty
          title={t('This kernel speaks %1', client.situation.language || t('another language'))}
        >
          {t('babyagi_nb lives in Python kernels. Switch to a notebook with a Python kernel.')}
        </Empty>
      );
    case 'missing':
      return <Missing client={client} />;
    default:
      return <Connecting />;
  }
}

function Connecting(): JSX.Element {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <Spinner label={t('Connecting to the kernel…')} />
      {long && (
        <Empty title={t('The kernel does not answer yet')}>
          {t('It starts, or runs a cell and cannot answer beside it. This connects by itself.')}
        </Empty>
      )}
    </>
  );
}

function Missing({ client }: { client: Client }): JSX.Element {
  const { reason, load } = client.situation;
  if (reason === 'no-notebook') {
    return (
      <Empty title={t('No notebook is open')}>
        {t('Open a notebook or a console with a Python kernel; its functions appear here.')}
      </Empty>
    );
  }
  if (reason === 'no-kernel') {
    return (
      <Empty title={t('This notebook has no kernel')}>
        {t('Choose one with Kernel → Change Kernel…; its functions appear here.')}
      </Empty>
    );
  }
  if (reason === 'silent') {
    return (
      <Empty title={t('The kernel does not answer any more')}>
        {t(
          'If it was restarted, run the cell of this panel again. If it is only very busy, this ' +
            'connects by itself.',
        )}
      </Empty>
    );
  }
  return (
    <Empty
      title={t('babyagi_nb is not loaded in this kernel')}
      action={
        load && (
          <Button kind="primary" onClick={load}>
            {t('Load it')}
          </Button>
        )
      }
    >
      {load
        ? t('A cell with "%load_ext babyagi_nb" is added on top and run, so that it can be seen.')
        : t('Run "%load_ext babyagi_nb" in a cell.')}
    </Empty>
  );
}

function Mismatch({ client }: { client: Client }): JSX.Element {
  const problem = client.problem ?? { code: 'Version', message: '', fix: '' };
  return (
    <div className="bnb-stack">
      <Empty title={t('This page and the kernel do not understand one another')} />
      <ErrorLine error={new RequestError(problem)} onRetry={() => client.greet()} />
    </div>
  );
}
