import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import type { ChatPart } from '../../protocol';
import { Client } from '../../store';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { Revealed } from '../../ui/Revealed';
import { useAction } from '../../ui/useAction';

const SIGNS: Record<string, readonly [sign: string, status: string, word: string]> = {
  began: ['▶', 'started', 'under way'],
  asked: ['?', 'refused', 'asks you'],
  done: ['✓', 'success', 'done'],
  failed: ['✗', 'error', 'failed'],
  refused: ['⊘', 'refused', 'refused'],
  known: ['↺', 'success', 'answered from memory'],
};

/** A call as a line that opens its run, and the question before it where there is one. */
export function Call({ client, part }: { client: Client; part: ChatPart }): JSX.Element {
  const navigate = useNavigate();
  const { name, text, note, status, run, question } = part;
  const [sign, kind, word] = SIGNS[status] ?? ['·', '', status];
  const line = (
    <>
      <span className={`bnb-sign bnb-is-${kind}`} role="img" aria-label={t(word)}>
        {sign}
      </span>{' '}
      <strong className="bnb-mono">
        <Revealed text={name} name />
      </strong>{' '}
      <span className="bnb-mono bnb-soft">
        <Revealed text={text} />
        {note && question === null && (
          <>
            {' → '}
            <Revealed text={note} />
          </>
        )}
      </span>
    </>
  );
  return (
    <div className="bnb-call" data-status={status}>
      {run === null ? (
        <div className="bnb-break">{line}</div>
      ) : (
        <button
          type="button"
          className="bnb-choice bnb-break"
          title={t('Show its run in the log')}
          onClick={() => navigate({ section: 'logs', run })}
        >
          <span>{line}</span>
        </button>
      )}
      {question !== null && (
        <Asked key={question} client={client} question={question} text={note} />
      )}
    </div>
  );
}

/** The person's word before a call; nothing is called until it is there. */
function Asked(props: { client: Client; question: number; text: string }): JSX.Element {
  const { client, question, text } = props;
  const action = useAction();
  const answer = (yes: boolean) => () =>
    void action.run(() => client.request('chat.answer', { question, yes }));
  return (
    <div className="bnb-confirm" role="group" aria-label={t('Your word is needed')}>
      <div role="alert" className="bnb-mono bnb-break">
        <Revealed text={text} />
      </div>
      <div className="bnb-actions">
        <Button kind="primary" busy={action.busy} onClick={answer(true)}>
          {t('Allow')}
        </Button>
        <Button busy={action.busy} onClick={answer(false)}>
          {t("Don't")}
        </Button>
        <span className="bnb-soft">{t('After five minutes the answer is no.')}</span>
      </div>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </div>
  );
}
