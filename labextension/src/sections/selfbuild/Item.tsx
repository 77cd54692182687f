import { useEffect, useMemo, useState } from 'react';
import { useNavigate, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { BuildRow, BuildState, MadeRow, Spent } from '../../protocol';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Chip, Tone } from '../../ui/Chip';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { ago } from '../../ui/ago';
import { moment } from '../../ui/moment';
import { useAction } from '../../ui/useAction';
import { useParts } from '../../ui/useParts';
import { StateChip } from '../functions/Badges';
import { Queued, StopButton } from '../model/StopButton';
import { spending } from '../model/spending';
import { LimitFields, Written, limitsOf } from './LimitFields';
import { Steps } from './Steps';

const TONES: Record<BuildState, Tone> = {
  running: 'info',
  done: 'good',
  stopped: 'warn',
  failed: 'bad',
};

export interface ItemProps {
  client: Client;
  row: BuildRow;
  /** Another number: it was gone on with, and its steps begin anew. */
  sitting: number;
  /** Whether it is shown in full to begin with. */
  begin: boolean;
  onDone: () => void;
}

/** One build: a line, and all of it when it is opened. */
export function Item({ client, row, sitting, begin, onDone }: ItemProps): JSX.Element {
  const [open, setOpen] = useState(begin);
  useEffect(() => {
    if (begin) {
      setOpen(true);
    }
  }, [begin]);
  return (
    <>
      <button
        type="button"
        className="bnb-choice"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="bnb-chips">
          <Chip tone={TONES[row.state]}>{t(row.state)}</Chip>
          <span className="bnb-soft" title={moment(row.started)}>
            {ago(row.started)}
          </span>
        </span>
        <span className="bnb-break">
          <Revealed text={row.task} />
        </span>
      </button>
      {open && <Whole key={sitting} client={client} row={row} onDone={onDone} />}
    </>
  );
}

/** Its steps as they come, what was made, what it took, and how to go on. */
function Whole(props: { client: Client; row: BuildRow; onDone: () => void }): JSX.Element {
  const { client, row, onDone } = props;
  const navigate = useNavigate();
  const { data } = useQuery('builds.get', { build: row.id });
  const full = useMemo(() => data && { revision: data.revision, parts: data.steps }, [data]);
  const [steps, take] = useParts(full);
  const [spent, setSpent] = useState<Spent>();
  usePush('build', (push) => {
    if (push.build === row.id) {
      take(push.revision, push.steps);
      setSpent(push.spent);
    }
  });
  const { run } = row;
  return (
    <div className="bnb-build">
      {steps.length > 0 && <Steps steps={steps} going={row.here} />}
      {row.state === 'running' && !row.here && (
        <p className="bnb-soft">
          {t('A cell or another kernel works on it; its steps are told there.')}
        </p>
      )}
      {row.made.length > 0 && (
        <ul aria-label={t('Made')}>
          {row.made.map((made) => (
            <Made key={made.name} made={made} main={made.name === row.main} />
          ))}
        </ul>
      )}
      {row.message && (
        <p className={row.state === 'failed' ? 'bnb-bad bnb-break' : 'bnb-break'}>
          <Revealed text={row.message} />
        </p>
      )}
      <div className="bnb-row bnb-wrap bnb-soft">
        <span role="status">{spending((row.here && spent) || row.spent)}</span>
        {run !== null && (
          <button
            type="button"
            className="bnb-link"
            onClick={() => navigate({ section: 'logs', run })}
          >
            {t('Log')}
          </button>
        )}
      </div>
      {row.here && (
        <div className="bnb-actions">
          <StopButton client={client} />
        </div>
      )}
      {row.state === 'stopped' && <Resume client={client} row={row} onDone={onDone} />}
    </div>
  );
}

/** One function: a draft to review, one that was there, or why there is none. */
function Made({ made, main }: { made: MadeRow; main: boolean }): JSX.Element {
  const navigate = useNavigate();
  const { name, how, version, reason, state } = made;
  const label = version === null ? name : `${name}@${version}`;
  const written = how === 'written' && version !== null;
  const open = (): void =>
    written && state === 'draft'
      ? navigate({ section: 'drafts', name, version })
      : navigate({ section: 'functions', name });
  return (
    <li className="bnb-made">
      <span className="bnb-chips">
        <span className="bnb-mono bnb-break">
          <Revealed text={label} name />
        </span>
        {main && <Chip title={t('It does the task.')}>{t('main')}</Chip>}
        {how !== 'written' && <Chip tone={how === 'failed' ? 'bad' : 'good'}>{t(how)}</Chip>}
        {state && <StateChip state={state} />}
        {how !== 'failed' && (
          <Button kind={written && state === 'draft' ? 'primary' : 'quiet'} onClick={open}>
            {written && state === 'draft' ? t('Review') : t('Show')}
          </Button>
        )}
      </span>
      {reason && (
        <div className="bnb-soft bnb-break">
          <Revealed text={reason} />
        </div>
      )}
    </li>
  );
}

function Resume(props: { client: Client; row: BuildRow; onDone: () => void }): JSX.Element {
  const { client, row, onDone } = props;
  const [limits, setLimits] = useState<Written>({});
  const action = useAction();
  const resume = (): Promise<void> =>
    action
      .run(() => client.request('builds.resume', { build: row.id, ...limitsOf(limits) }))
      .then(onDone);
  return (
    <div>
      <LimitFields value={limits} onChange={setLimits} />
      <div className="bnb-actions">
        <Button busy={action.busy} onClick={() => void resume()}>
          {t('Resume')}
        </Button>
      </div>
      {action.busy && <Queued />}
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </div>
  );
}
