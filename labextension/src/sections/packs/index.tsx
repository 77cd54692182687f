import { useNavigate, usePush, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { PackRow } from '../../protocol';
import { Client } from '../../store';
import { Chip } from '../../ui/Chip';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { useThrottled } from '../../ui/useThrottled';
import { FromPath } from './FromPath';
import { LoadButtons } from './LoadButtons';

/** Packs of functions that can be loaded, as drafts or as one's own word. */
export function Section({ client }: { client: Client }): JSX.Element {
  const { data, error, reload } = useQuery('packs.list', {});
  usePush('definitions', useThrottled(reload, 1_000));
  return (
    <div className="bnb-page">
      {Boolean(error) && <ErrorLine error={error} onRetry={reload} />}
      {data === undefined ? (
        !error && <Spinner />
      ) : data.length === 0 ? (
        <Empty title={t('No packs found')}>
          {t('Give the path of a Python file with functions below.')}
        </Empty>
      ) : (
        <ul className="bnb-rows" aria-label={t('Packs')}>
          {data.map((row) => (
            <li key={row.name}>
              <Pack client={client} row={row} onDone={reload} />
            </li>
          ))}
        </ul>
      )}
      <FromPath client={client} onDone={reload} />
    </div>
  );
}

interface PackProps {
  client: Client;
  row: PackRow;
  onDone: () => void;
}

function Pack({ client, row, onDone }: PackProps): JSX.Element {
  const { name, file, shipped, loaded } = row;
  const navigate = useNavigate();
  return (
    <div className="bnb-entry bnb-entry-tall">
      <div className="bnb-grow">
        <div className="bnb-chips">
          <span className="bnb-mono bnb-break">
            <Revealed text={name} name />
          </span>
          {shipped && (
            <Chip tone="good" title={t('It is part of babyagi_nb and runs in the kernel.')}>
              {t('shipped')}
            </Chip>
          )}
          {loaded > 0 && (
            <button
              type="button"
              className="bnb-link"
              onClick={() => navigate({ section: 'functions' })}
            >
              {counted(loaded, 'function loaded', 'functions loaded')}
            </button>
          )}
        </div>
        {shipped ? (
          <div className="bnb-soft">{t('Comes with babyagi_nb.')}</div>
        ) : (
          <div className="bnb-soft bnb-mono bnb-break">
            <Revealed text={file} name />
          </div>
        )}
      </div>
      <LoadButtons client={client} pack={name} shipped={shipped} onDone={onDone} />
    </div>
  );
}
