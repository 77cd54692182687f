import { KeyboardEvent, useRef, useState } from 'react';
import { useNavigate, usePlace } from '../../hooks';
import { t } from '../../i18n';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { useAction } from '../../ui/useAction';
import { useWidth } from '../../ui/useWidth';
import { Changes } from './Changes';
import { Detail } from './Detail';
import { Edit, FIRST_CELL } from './Edit';
import { List } from './List';

/** Pixels from which list and detail stand side by side. */
const TWO = 860;

/** All functions; one of them in detail; a new one. */
export function Section({ client }: { client: Client }): JSX.Element {
  const place = usePlace();
  const navigate = useNavigate();
  const whole = useRef<HTMLDivElement>(null);
  const wide = useWidth(whole) >= TWO;
  const [writing, setWriting] = useState(false);
  const [removed, setRemoved] = useState<{ name: string; id: number | null } | null>(null);
  const name = place.section === 'functions' ? (place.name ?? null) : null;
  const toList = (): void => navigate({ section: 'functions' });
  const onRemoved = async (gone: string): Promise<void> => {
    // Its number, so that undo takes back this change and no later one.
    const last = await client.request('history', { limit: 1 }).catch(() => []);
    setRemoved({ name: gone, id: last[0]?.id ?? null });
    toList();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // In a field Escape belongs to the field.
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as Element).tagName);
    if (event.key === 'Escape' && name !== null && !typing && !event.defaultPrevented) {
      toList();
    }
  };
  const beside = name !== null || writing;
  return (
    <div ref={whole} className={`bnb-pair${wide && beside ? ' bnb-pair-both' : ''}`}>
      <div className="bnb-pair-side" hidden={beside && !wide}>
        {removed && <Removed client={client} removed={removed} onDone={() => setRemoved(null)} />}
        <List
          client={client}
          selected={name}
          beside={beside}
          onOpen={(opened) => {
            setWriting(false);
            navigate({ section: 'functions', name: opened });
          }}
          onNew={() => setWriting(true)}
          onPacks={() => navigate({ section: 'packs' })}
        />
        <Changes client={client} />
      </div>
      {writing ? (
        <div className="bnb-fn">
          <Edit
            client={client}
            cell={FIRST_CELL}
            onSaved={() => undefined}
            onClose={() => setWriting(false)}
          />
        </div>
      ) : (
        name !== null && (
          <div className="bnb-pair-one" onKeyDown={onKeyDown}>
            {!wide && (
              <button type="button" className="bnb-link bnb-to-list" onClick={toList}>
                ‹ {t('All functions')}
              </button>
            )}
            <Detail
              key={name}
              client={client}
              name={name}
              version={place.version}
              onRemoved={(gone) => void onRemoved(gone)}
            />
          </div>
        )
      )}
    </div>
  );
}

interface RemovedProps {
  client: Client;
  removed: { name: string; id: number | null };
  onDone: () => void;
}

/** What was just taken out of use, and the way back. */
function Removed({ client, removed, onDone }: RemovedProps): JSX.Element {
  const action = useAction();
  const { name, id } = removed;
  const undo = (): void =>
    void action
      .run(() => client.request('undo', id === null ? {} : { id }))
      .then((good) => good && onDone());
  return (
    <div className="bnb-notice" role="status">
      <span className="bnb-grow bnb-break">{t('%1 is out of use.', name)}</span>
      <Button busy={action.busy} onClick={undo}>
        {t('Undo')}
      </Button>
      <Button kind="quiet" label={t('Dismiss')} onClick={onDone}>
        ×
      </Button>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </div>
  );
}
