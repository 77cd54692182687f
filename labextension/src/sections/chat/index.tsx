import { useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import { Client } from '../../store';
import { RequestError } from '../../transport';
import { Button } from '../../ui/Button';
import { ErrorLine } from '../../ui/ErrorLine';
import { ago } from '../../ui/ago';
import { useRemembered } from '../../ui/remember';
import { useAction } from '../../ui/useAction';
import { useThrottled } from '../../ui/useThrottled';
import { ModelLine } from '../model/ModelLine';
import { Queued, StopButton } from '../model/StopButton';
import { Composer } from './Composer';
import { Transcript } from './Transcript';

/** Talks with a model that may call functions, and asks the person where it has to. */
export function Section({ client }: { client: Client }): JSX.Element {
  const [chat, setChat] = useRemembered<string | null>(client, 'chat', null);
  const [chosen, setChosen] = useRemembered<string[] | null>(client, 'chat functions', null);
  const [draft, setDraft] = useRemembered(client, 'chat draft', '');
  const list = useQuery('chat.list', {});
  const whole = useQuery('chat.get', chat === null ? null : { chat });
  const [busy, setBusy] = useState<Record<string, boolean>>({});
  const action = useAction();
  const again = useThrottled(list.reload, 1000);
  usePush('chat', (push) => {
    if (busy[push.chat] !== push.busy) {
      setBusy({ ...busy, [push.chat]: push.busy });
      again();
    }
  });
  const going = chat !== null && (busy[chat] ?? whole.data?.busy ?? false);
  const say = (): void => {
    const text = draft.trim();
    if (!text || action.busy || going) {
      return;
    }
    setDraft('');
    void action
      .run(async () => {
        const id = chat ?? (await client.request('chat.new', {}));
        setChat(id);
        const functions = chosen ? { functions: chosen } : {};
        await client.request('chat.say', { chat: id, text, ...functions });
      })
      .then((good) => {
        if (!good) {
          setDraft((now) => now || text);
        }
        whole.reload();
        list.reload();
      });
  };
  const open = (id: string | null): void => {
    action.clear();
    setChat(id);
  };
  const lost = whole.error instanceof RequestError && whole.error.code === 'NotFound';
  return (
    <div className="bnb-chat">
      <div className="bnb-chat-head">
        <ModelLine client={client} />
        <div className="bnb-row">
          <select
            className="bnb-grow"
            aria-label={t('Conversation')}
            value={chat ?? ''}
            onChange={({ target }) => open(target.value || null)}
          >
            <option value="">{t('new conversation')}</option>
            {chat !== null && !list.data?.some(({ id }) => id === chat) && (
              <option value={chat}>{t('this conversation')}</option>
            )}
            {list.data?.map(({ id, title, turns, changed }) => (
              <option key={id} value={id}>
                {`${title} · ${counted(turns, 'turn', 'turns')}, ${ago(changed)}`}
              </option>
            ))}
          </select>
          <Button disabled={chat === null} onClick={() => open(null)}>
            {t('New')}
          </Button>
        </div>
      </div>
      <Transcript key={chat} client={client} chat={chat} known={lost ? undefined : whole.data} />
      <div className="bnb-chat-foot">
        {action.busy && !going && <Queued />}
        {Boolean(action.error) && <ErrorLine error={action.error} />}
        {Boolean(whole.error) && !lost && <ErrorLine error={whole.error} onRetry={whole.reload} />}
        <Composer
          value={draft}
          onChange={setDraft}
          onSend={say}
          busy={action.busy || going}
          chosen={chosen}
          onChoose={setChosen}
          stop={going && <StopButton client={client} />}
        />
      </div>
    </div>
  );
}
