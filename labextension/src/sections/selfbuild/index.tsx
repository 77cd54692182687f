import { useEffect } from 'react';
import { usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import { Client } from '../../store';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { useRemembered } from '../../ui/remember';
import { useThrottled } from '../../ui/useThrottled';
import { ModelLine } from '../model/ModelLine';
import { Item } from './Item';
import { Order } from './Order';

/** How often a build of somebody else is looked at; nobody tells how far it is. */
const LOOK_MS = 3000;

/** A sitting of a build that this kernel tells about. */
interface Live {
  id: string;
  sitting: number;
  going: boolean;
}

const NONE: Live = { id: '', sitting: 0, going: false };

/** A model writes the functions that a task needs; what it writes are drafts. */
export function Section({ client }: { client: Client }): JSX.Element {
  const { data, error, reload } = useQuery('builds.list', {});
  const [live, setLive] = useRemembered<Live>(client, 'build', NONE);
  usePush('definitions', useThrottled(reload, 1000));
  usePush('build', ({ build, state }) => {
    const going = state === 'running';
    if (build !== live.id || going !== live.going) {
      setLive({ id: build, sitting: live.sitting + Number(going), going });
      reload();
    }
  });
  const elsewhere = data?.some((each) => each.state === 'running' && !each.here);
  useEffect(() => {
    const timer = elsewhere && setInterval(reload, LOOK_MS);
    return () => clearInterval(timer || undefined);
  }, [elsewhere, reload]);
  const here = data?.find((each) => each.here);
  return (
    <div className="bnb-page bnb-stack">
      <ModelLine client={client} />
      <Order client={client} going={here !== undefined} onDone={reload} />
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {data === undefined ? (
        !error && <Spinner />
      ) : data.length === 0 ? (
        <Empty title={t('No builds yet')}>
          {t(
            'Say above what you want done. The model plans functions, uses those that you have, ' +
              'writes tests and code, and tries it in the sandbox. Nothing is active before you ' +
              'approve it.',
          )}
        </Empty>
      ) : (
        <ul className="bnb-rows" aria-label={t('Builds')}>
          {data.map((row) => (
            <li key={row.id}>
              <Item
                client={client}
                row={row}
                sitting={row.id === live.id ? live.sitting : 0}
                begin={row.here || row.id === live.id}
                onDone={reload}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
