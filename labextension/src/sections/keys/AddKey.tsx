import { FormEvent, RefObject, useRef } from 'react';
import { t } from '../../i18n';
import type { Client } from '../../store';
import { ErrorLine } from '../../ui/ErrorLine';
import { Field } from '../../ui/Field';
import { useAction } from '../../ui/useAction';

export interface AddKeyProps {
  client: Client;
  name: string;
  onName: (name: string) => void;
  /** In plain words where the value is kept. */
  onDone: (words: string) => void;
  form: RefObject<HTMLFormElement>;
}

/**
 * The one way in which a value travels. It stands in the password field alone, never in the state
 * of a component; the field is empty before the request leaves, whatever becomes of it.
 */
export function AddKey({ client, name, onName, onDone, form }: AddKeyProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const action = useAction();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const input = field.current;
    const key = name.trim();
    if (input === null || !key || !input.value || action.busy) {
      (key ? input : form.current?.querySelector<HTMLInputElement>('input'))?.focus();
      return;
    }
    const value = input.value;
    input.value = '';
    void action.run(async () => {
      const words = await client.request('keys.set', { name: key, value });
      onName('');
      onDone(words);
    });
  };
  return (
    <form ref={form} className="bnb-form" onSubmit={send} autoComplete="off">
      <Field label={t('Name of the key')} hint={t('letters, digits and _')}>
        {(control) => (
          <input
            {...control}
            type="text"
            className="bnb-input bnb-mono"
            spellCheck={false}
            autoComplete="off"
            value={name}
            onChange={({ target }) => onName(target.value)}
          />
        )}
      </Field>
      <Field
        label={t('Value')}
        hint={t('It goes to the kernel, which keeps it outside of store and notebook.')}
      >
        {(control) => (
          <input
            {...control}
            ref={field}
            type="password"
            className="bnb-input"
            autoComplete="new-password"
          />
        )}
      </Field>
      <button
        type="submit"
        className="bnb-button bnb-button-primary"
        disabled={action.busy}
        aria-busy={action.busy || undefined}
      >
        {t('Keep it')}
      </button>
      {Boolean(action.error) && <ErrorLine error={action.error} />}
    </form>
  );
}
