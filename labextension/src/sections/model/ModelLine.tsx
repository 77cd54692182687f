import { useState } from 'react';
import { useNavigate, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { Models, Ops } from '../../protocol';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Field } from '../../ui/Field';
import { Revealed } from '../../ui/Revealed';
import { Spinner } from '../../ui/Spinner';
import { useAction } from '../../ui/useAction';
import { useUid } from '../../ui/useUid';

/** Which model is asked, what is missing for it, and picking another one. */
export function ModelLine({ client }: { client: Client }): JSX.Element {
  const { data, error, reload } = useQuery('models.list', { ask: false });
  const [open, setOpen] = useState(false);
  const done = (): void => {
    setOpen(false);
    reload();
  };
  if (data === undefined) {
    return error ? <ErrorLine error={error} onRetry={reload} /> : <Spinner />;
  }
  return (
    <section aria-label={t('Model')}>
      <div className="bnb-row">
        <span className="bnb-soft">{t('Model')}</span>
        <span className="bnb-mono bnb-clip" title={data.picked}>
          <Revealed text={data.picked || t('none picked')} name={Boolean(data.picked)} />
        </span>
        <span className="bnb-soft bnb-clip bnb-host" title={data.host}>
          {data.host}
        </span>
        <Button kind="quiet" pressed={open} onClick={() => setOpen(!open)}>
          {t('Change')}
        </Button>
      </div>
      {!data.ready && !open && <Trouble models={data} onChoose={() => setOpen(true)} />}
      {open && <Choice client={client} now={data} onDone={done} />}
    </section>
  );
}

/** Why it cannot be asked, and the line that mends it. */
function Trouble({ models, onChoose }: { models: Models; onChoose?: () => void }): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-warning" role="status">
      <div>
        <Revealed text={models.problem} />
      </div>
      {models.fix && (
        <div className="bnb-mono bnb-break">
          <Revealed text={models.fix} />
        </div>
      )}
      <div className="bnb-actions">
        <Button onClick={() => navigate({ section: 'keys' })}>{t('Keys')}</Button>
        {onChoose && <Button onClick={onChoose}>{t('Choose a model')}</Button>}
      </div>
    </div>
  );
}

interface ChoiceProps {
  client: Client;
  now: Models;
  onDone: () => void;
}

function Choice({ client, now, onDone }: ChoiceProps): JSX.Element {
  const { data, loading } = useQuery('models.list', { ask: true });
  const [name, setName] = useState(now.picked);
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const action = useAction();
  const list = useUid();
  const pick = (): void => {
    const args: Ops['models.pick']['args'] = { name: name.trim() };
    if (url.trim()) {
      args.url = url.trim();
    }
    if (key.trim()) {
      args.key = key.trim();
    }
    void action.run(() => client.request('models.pick', args)).then((good) => good && onDone());
  };
  const fields = [
    { label: t('Name of the model'), value: name, set: setName, hint: '' },
    { label: t('Server'), value: url, set: setUrl, hint: now.host },
    { label: t('Name of its key'), value: key, set: setKey, hint: t('never the value') },
  ];
  return (
    <div className="bnb-form">
      {fields.map(({ label, value, set, hint }, at) => (
        <Field key={label} label={label}>
          {(control) => (
            <input
              {...control}
              type="text"
              list={at === 0 ? list : undefined}
              spellCheck={false}
              autoComplete="off"
              placeholder={hint}
              value={value}
              onChange={({ target }) => set(target.value)}
              onKeyDown={({ key }) => key === 'Enter' && pick()}
            />
          )}
        </Field>
      ))}
      <datalist id={list}>
        {data?.models.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <Button kind="primary" busy={action.busy} onClick={pick}>
        {t('Ask this one')}
      </Button>
      <span className="bnb-soft" role="status">
        {loading
          ? t('Asking the server what it has…')
          : data?.models.length
            ? t('The server has %1.', data.models.length)
            : ''}
      </span>
      {data?.problem && <Trouble models={data} />}
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </div>
  );
}
