import { useState } from 'react';
import { t } from '../i18n';
import { Button } from './Button';
import { copy } from './clipboard';

/** Copies `text`, and says for a moment how that went. */
export function CopyButton({ text, children }: { text: string; children: string }): JSX.Element {
  const [said, setSaid] = useState<string | null>(null);
  const onClick = (): void => {
    void copy(text).then((done) => {
      setSaid(done ? t('Copied') : t('The browser refused; select the text instead'));
      setTimeout(() => setSaid(null), 1500);
    });
  };
  return (
    <Button onClick={onClick}>
      <span role="status">{said ?? children}</span>
    </Button>
  );
}
