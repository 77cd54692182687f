import { useLayoutEffect, useRef } from 'react';
import { usePush } from '../../hooks';
import { t } from '../../i18n';
import type { Chat, ChatPart } from '../../protocol';
import { Client } from '../../store';
import { Empty } from '../../ui/Empty';
import { Revealed } from '../../ui/Revealed';
import { useParts } from '../../ui/useParts';
import { useWidth } from '../../ui/useWidth';
import { spending } from '../model/spending';
import { Call } from './Call';
import { Speech } from './Speech';

export interface TranscriptProps {
  client: Client;
  chat: string | null;
  known: Chat | undefined;
}

/** Pixels from the end within which it is followed. */
const NEAR = 60;

/** What was said and called, and what comes of it while it comes. */
export function Transcript({ client, chat, known }: TranscriptProps): JSX.Element {
  const [parts, take] = useParts(known);
  usePush('chat', (push) => push.chat === chat && take(push.revision, push.parts));
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const width = useWidth(box);
  useLayoutEffect(() => {
    const { current } = box;
    if (current !== null && follows.current) {
      current.scrollTop = current.scrollHeight;
    }
  }, [parts, width]);
  const onScroll = (): void => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {};
    follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
  };
  return (
    <div
      ref={box}
      className="bnb-said"
      role="log"
      tabIndex={0}
      aria-label={t('Conversation')}
      onScroll={onScroll}
    >
      {parts.length === 0 && (
        <Empty title={t('Nothing was said yet')}>
          {t('The model may call your functions. Before a call that does more, you are asked.')}
        </Empty>
      )}
      {known !== undefined && known.dropped > 0 && (
        <p className="bnb-soft">{t('%1 earlier turns were not kept.', known.dropped)}</p>
      )}
      {joined(parts).map((part) => (
        <Part key={part.n} client={client} part={part} />
      ))}
    </div>
  );
}

const FINISHES: Record<string, string> = {
  rounds: 'It went on calling functions, and was told to answer.',
  length: 'The answer was cut off: it reached its limit.',
  truncated: 'The answer was cut off.',
  budget: 'The budget is spent.',
  interrupted: 'Stopped.',
  error: 'Ended by an error.',
};

function Part({ client, part }: { client: Client; part: ChatPart }): JSX.Element {
  const { kind, text, status, spent } = part;
  switch (kind) {
    case 'said':
      return (
        <div className="bnb-mine bnb-speech">
          <Revealed text={text} />
        </div>
      );
    case 'text':
      return <Speech text={text} />;
    case 'call':
      return <Call client={client} part={part} />;
    case 'turn':
      return (
        <div className="bnb-soft bnb-turn">
          {Object.hasOwn(FINISHES, status) && <strong>{t(FINISHES[status] ?? '')} </strong>}
          {spent && spending(spent)}
        </div>
      );
    default:
      return (
        <div className={kind === 'error' ? 'bnb-error' : 'bnb-soft bnb-break'}>
          <Revealed text={text} />
        </div>
      );
  }
}

/** Pieces of text that follow one another, as one. */
export function joined(parts: readonly ChatPart[]): ChatPart[] {
  const found: ChatPart[] = [];
  for (const part of parts) {
    const last = found[found.length - 1];
    if (part.kind === 'text' && last?.kind === 'text') {
      found[found.length - 1] = { ...last, text: last.text + part.text };
    } else {
      found.push(part);
    }
  }
  return found;
}
