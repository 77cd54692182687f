import { useState } from 'react';
import { counted, t } from '../../i18n';
import type { FunctionDetail } from '../../protocol';
import type { Client } from '../../store';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { useAction } from '../../ui/useAction';

export interface RemoveProps {
  client: Client;
  detail: FunctionDetail;
  onRemoved: () => void;
}

/** Takes a function out of use; who would miss it is named before. */
export function Remove({ client, detail, onRemoved }: RemoveProps): JSX.Element {
  const { name, dependents } = detail;
  const [force, setForce] = useState(false);
  const action = useAction();
  const remove = (): void =>
    void action
      .run(() =>
        client.request('functions.remove', { name, force: force && dependents.length > 0 }),
      )
      .then((good) => good && onRemoved());
  return (
    <>
      <ConfirmButton
        kind="danger"
        busy={action.busy}
        onClick={remove}
        ready={force || dependents.length === 0}
        question={
          <>
            {t('Take %1 out of use? Its versions and runs stay, and undo brings it back.', name)}
            {dependents.length > 0 && (
              <>
                <div className="bnb-warning">
                  {counted(dependents.length, 'function depends on it', 'functions depend on it')}:{' '}
                  <span className="bnb-mono bnb-break">
                    <Revealed text={dependents.join(', ')} name />
                  </span>
                </div>
                <label className="bnb-check">
                  <input
                    type="checkbox"
                    checked={force}
                    onChange={({ target }) => setForce(target.checked)}
                  />{' '}
                  {t('Remove it anyway; they fail until it is back.')}
                </label>
              </>
            )}
          </>
        }
      >
        {t('Remove')}
      </ConfirmButton>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </>
  );
}
