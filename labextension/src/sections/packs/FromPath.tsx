import { useState } from 'react';
import { t } from '../../i18n';
import type { Client } from '../../store';
import { Field } from '../../ui/Field';
import { LoadButtons } from './LoadButtons';

/** A pack that is in no list: a Python file by its path. */
export function FromPath({ client, onDone }: { client: Client; onDone: () => void }): JSX.Element {
  const [path, setPath] = useState('');
  const pack = path.trim();
  return (
    <section className="bnb-form" aria-label={t('A pack from a file')}>
      <Field
        label={t('A pack from a file')}
        hint={t('The path of a Python file, as the kernel sees it.')}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            className="bnb-input bnb-mono"
            spellCheck={false}
            placeholder="packs/my_functions.py"
            value={path}
            onChange={({ target }) => setPath(target.value)}
          />
        )}
      </Field>
      <LoadButtons client={client} pack={pack} shipped={false} disabled={!pack} onDone={onDone} />
    </section>
  );
}
