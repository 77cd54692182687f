import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import type { FunctionDetail } from '../../protocol';
import { Button } from '../../ui/Button';
import { Revealed } from '../../ui/Revealed';

/** What it depends on, what depends on it, and what runs when. */
export function Links({ detail }: { detail: FunctionDetail }): JSX.Element {
  const navigate = useNavigate();
  const rows: [string, readonly string[], boolean][] = [
    ['Depends on', detail.depends_on, true],
    ['Used by', detail.dependents, true],
    ['Runs after', detail.runs_after, true],
    ['After it run', detail.listeners, true],
    ['Reads the keys', detail.keys, false],
    ['Imports', detail.imports, false],
    ['From the notebook', detail.uses, false],
  ];
  const said = rows.filter(([, names]) => names.length > 0);
  return (
    <>
      <div className="bnb-actions">
        <Button onClick={() => navigate({ section: 'graph', name: detail.name })}>
          {t('Show in the graph')}
        </Button>
        {detail.keys.length > 0 && (
          <Button onClick={() => navigate({ section: 'keys' })}>{t('Keys')}</Button>
        )}
        <Button onClick={() => navigate({ section: 'triggers', name: detail.name })}>
          {t('Triggers')}
        </Button>
      </div>
      {said.length === 0 && (
        <p className="bnb-soft">{t('It depends on nothing, and nothing depends on it.')}</p>
      )}
      {said.map(([title, names, open]) => (
        <section key={title} className="bnb-links">
          <h3>{t(title)}</h3>
          <ul>
            {names.map((name) => (
              <li key={name} className="bnb-mono bnb-break">
                {open ? <Neighbour name={name} /> : <Revealed text={name} name />}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Neighbour({ name }: { name: string }): JSX.Element {
  const navigate = useNavigate();
  // An event, such as a registration, is no function.
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
    return <Revealed text={name} />;
  }
  return (
    <button
      type="button"
      className="bnb-link"
      onClick={() => navigate({ section: 'functions', name })}
    >
      <Revealed text={name} name />
    </button>
  );
}
