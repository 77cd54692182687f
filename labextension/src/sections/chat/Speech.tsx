import { memo, useMemo } from 'react';
import { t } from '../../i18n';
import { Code } from '../../ui/Code';
import { CopyButton } from '../../ui/CopyButton';
import { Revealed } from '../../ui/Revealed';

/**
 * What a model said: its words as they are, and blocks between fences as code. Nothing else of its
 * marks means anything: a link is its letters, a tag is its letters.
 */
export const Speech = memo(function Speech({ text }: { text: string }): JSX.Element {
  const found = useMemo(() => blocks(text), [text]);
  return (
    <div className="bnb-speech">
      {found.map(({ language, text: part }, at) =>
        language === null ? (
          <p key={at}>
            <Revealed text={part} />
          </p>
        ) : (
          <div key={at} className="bnb-block">
            <Code
              text={part}
              numbers={false}
              language={/^py(thon)?3?$/.test(language) ? 'python' : 'text'}
            />
            <CopyButton text={part}>{t('Copy')}</CopyButton>
          </div>
        ),
      )}
    </div>
  );
});

/** A piece of a speech; with a language it is code. */
export interface Block {
  language: string | null;
  text: string;
}

/** *text* at its fences; one that is not closed yet goes to the end. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  const lines: string[] = [];
  let language: string | null = null;
  const close = (): void => {
    const whole = lines.join('\n');
    if (whole.trim()) {
      found.push({ language, text: language === null ? whole.trim() : whole });
    }
    lines.length = 0;
  };
  for (const line of text.split('\n')) {
    const fence = /^\s{0,3}```+\s*([\w+-]*)[^`]*$/.exec(line);
    if (fence === null) {
      lines.push(line);
      continue;
    }
    close();
    language = language === null ? (fence[1] ?? '').toLowerCase() : null;
  }
  close();
  return found;
}
