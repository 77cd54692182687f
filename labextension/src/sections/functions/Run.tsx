import { KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, usePush } from '../../hooks';
import { t } from '../../i18n';
import type { FunctionDetail, Ops } from '../../protocol';
import type { Client } from '../../store';
import { RequestError } from '../../transport';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { useRemembered } from '../../ui/remember';
import { Members } from './form/Form';
import { ObjectEntry, blank } from './form/entries';
import { ObjectField, Schema, formOf } from './form/fields';
import { carriedOver, readForm } from './form/reading';
import { Outcome } from './Outcome';
import { Underway } from './Underway';

export interface RunProps {
  client: Client;
  detail: FunctionDetail;
  /** The kernel may know more of it now. */
  onRan: () => void;
}

/** Characters of printed text that stay on the page. */
const PRINTED = 100_000;

type State =
  | { at: 'idle' }
  | { at: 'running'; ticket: number; since: number; abort: AbortController }
  | { at: 'done'; result: Ops['functions.run']['ok'] }
  | { at: 'failed'; error: unknown };

/** The form of a function, and what became of the last run. */
export function Run({ client, detail, onRan }: RunProps): JSX.Element {
  const form = useForm(detail);
  const { entry, setEntry } = useEntry(client, detail.name, form);
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [state, setState] = useState<State>({ at: 'idle' });
  const [printed, setPrinted] = useState('');
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => setProblems(new Map()), [form]);
  usePush('printed', ({ ticket, text }) => {
    if (state.at === 'running' && ticket === state.ticket) {
      setPrinted((old) => (old + text).slice(-PRINTED));
    }
  });
  const running = state.at === 'running';
  const abort = running ? state.abort : null;
  useEffect(() => () => abort?.abort(), [abort]);

  const start = async (): Promise<void> => {
    if (running) {
      return;
    }
    const { value, problems: found } = readForm(form, entry);
    setProblems(new Map(found.reverse().map(({ path, message }) => [path, message])));
    if (found.length > 0) {
      requestAnimationFrame(() =>
        whole.current
          ?.querySelector<HTMLElement>(
            'input[aria-invalid], textarea[aria-invalid], select[aria-invalid], [aria-invalid] select',
          )
          ?.focus(),
      );
      return;
    }
    const ticket = newTicket();
    const waiting = new AbortController();
    setPrinted('');
    setState({ at: 'running', ticket, since: Date.now(), abort: waiting });
    try {
      const args = { name: detail.name, version: detail.version, arguments: value, ticket };
      const options = { signal: waiting.signal, main: true };
      const result = await client.request('functions.run', chosen(detail, args), options);
      setState({ at: 'done', result });
      // All of it, also what no push had the time for.
      setPrinted((old) => result.run?.stdout?.slice(-PRINTED) ?? old);
      onRan();
    } catch (error) {
      setState(waiting.signal.aborted ? { at: 'idle' } : { at: 'failed', error });
      setProblems(refused(error, form));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      void start();
    }
  };
  const count = problems.size;
  return (
    <div ref={whole} className="bnb-fn-run" onKeyDown={onKeyDown}>
      {detail.missing && <MissingKeys />}
      {form.members.length === 0 && form.extra === null && (
        <p className="bnb-soft">{t('It takes no arguments.')}</p>
      )}
      <Members field={form} entry={entry} onChange={setEntry} path="" problems={problems} />
      {count > 0 && state.at !== 'failed' && (
        <p className="bnb-field-error" role="alert">
          {t('Nothing ran: %1 to mend above.', count)}
        </p>
      )}
      <div className="bnb-actions">
        <Button kind="primary" busy={running} onClick={() => void start()} title={t('Ctrl+Enter')}>
          {t('Run')}
        </Button>
        {!running && (
          <Button
            kind="quiet"
            onClick={() => {
              setEntry(blank(form) as ObjectEntry);
              setProblems(new Map());
            }}
          >
            {t('Clear')}
          </Button>
        )}
        {detail.trust === 'sandbox' && <span className="bnb-soft">{t('runs in the sandbox')}</span>}
      </div>
      {state.at === 'running' && (
        <Underway
          key={state.ticket}
          client={client}
          since={state.since}
          onLeave={() => state.abort.abort()}
        />
      )}
      {printed && (
        <pre className="bnb-printed" aria-label={t('Printed')} tabIndex={0}>
          {printed}
        </pre>
      )}
      {state.at === 'failed' && <ErrorLine error={state.error} />}
      {state.at === 'done' && <Outcome result={state.result} />}
    </div>
  );
}

/** What was typed, kept while one looks at other functions; and where it fits, in a new form. */
function useEntry(
  client: Client,
  name: string,
  form: ObjectField,
): { entry: ObjectEntry; setEntry: (entry: ObjectEntry) => void } {
  const [held, setHeld] = useRemembered(client, `form ${name}`, () => begun(form));
  const entry = useMemo(
    () => (held.form === form ? held.entry : carriedOver(held.form, form, held.entry)),
    [held, form],
  );
  return { entry, setEntry: (next) => setHeld({ form, entry: next }) };
}

function begun(form: ObjectField): { form: ObjectField; entry: ObjectEntry } {
  return { form, entry: blank(form) as ObjectEntry };
}

/** The argument that the kernel did not take, so that its words stand beside the field too. */
function refused(error: unknown, form: ObjectField): ReadonlyMap<string, string> {
  if (!(error instanceof RequestError) || error.code !== 'ArgumentError') {
    return new Map();
  }
  const [, name, words] = /argument '([^']+)'(?::\s*(.+))?/.exec(error.message) ?? [];
  const known = form.members.some((each) => each.name === name);
  return new Map(name !== undefined && known ? [[name, words ?? t('is needed')]] : []);
}

function useForm({ schema, parameters }: FunctionDetail): ObjectField {
  const source = JSON.stringify([schema, parameters]);
  return useMemo(() => {
    const [known, written] = JSON.parse(source) as [Schema, FunctionDetail['parameters']];
    return formOf(known, written);
  }, [source]);
}

/** The active version is run as everybody runs it; another one by its number. */
function chosen(
  detail: FunctionDetail,
  args: Ops['functions.run']['args'],
): Ops['functions.run']['args'] {
  const active = detail.versions.find((each) => each.active)?.number;
  if (active !== detail.version) {
    return args;
  }
  const { name, arguments: given, ticket } = args;
  return { name, arguments: given, ticket };
}

/** Tickets of two pages must not meet; they are not secret. */
function newTicket(): number {
  return 1 + Math.floor(Math.random() * 2 ** 40);
}

function MissingKeys(): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-warning">
      {t('A key that it needs has no value.')}{' '}
      <button type="button" className="bnb-link" onClick={() => navigate({ section: 'keys' })}>
        {t('Add it')}
      </button>
    </div>
  );
}
