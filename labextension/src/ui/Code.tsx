import { memo, useMemo } from 'react';
import { t } from '../i18n';
import { Revealed } from './Revealed';
import { Token, tokenLines } from './python';

export interface CodeProps {
  text: string;
  /** What a screen reader calls it. */
  label?: string;
  /** Line numbers; on unless told. */
  numbers?: boolean;
  /** A line to point at, from 1. */
  mark?: number | null;
  /** Colours of Python unless told. */
  language?: 'python' | 'text';
}

/** Source to read: coloured, numbered, with nothing in it that hides. */
export const Code = memo(function Code(props: CodeProps): JSX.Element {
  const { text, label, numbers = true, mark = null, language = 'python' } = props;
  const lines = useMemo(() => codeLines(text, language), [text, language]);
  return (
    <pre className="bnb-code" tabIndex={0} role="group" aria-label={label ?? t('Code')}>
      {lines.map((line, at) => (
        <div key={at} className={at + 1 === mark ? 'bnb-code-line bnb-code-mark' : 'bnb-code-line'}>
          {numbers && (
            <span className="bnb-code-number" aria-hidden="true">
              {at + 1}
            </span>
          )}
          <code>
            <CodeLine tokens={line} />
            {line.length === 0 && '\u200b'}
          </code>
        </div>
      ))}
    </pre>
  );
});

export interface Part extends Token {
  /** Whether it is the part of the line that changed. */
  changed?: boolean;
}

/** One line of tokens. In names every odd letter is marked; prose keeps its alphabet. */
export function CodeLine({ tokens }: { tokens: readonly Part[] }): JSX.Element {
  return (
    <>
      {tokens.map(({ kind, text, changed }, at) => {
        const shown = <Revealed text={text} name={holdsNames(kind, text)} />;
        if (kind === 'plain' && !changed) {
          return <span key={at}>{shown}</span>;
        }
        return (
          <span key={at} className={`bnb-${kind}${changed ? ' bnb-changed' : ''}`}>
            {shown}
          </span>
        );
      })}
    </>
  );
}

/** Lines of tokens as Python ends lines: carriage returns end one too. */
export function codeLines(text: string, language: 'python' | 'text' = 'python'): Token[][] {
  const unified = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  if (language === 'python') {
    return tokenLines(unified);
  }
  return unified.split('\n').map((line) => (line ? [{ kind: 'plain', text: line }] : []));
}

/** Strings and comments are prose, but an f-string has names between its braces. */
function holdsNames(kind: Token['kind'], text: string): boolean {
  return kind === 'string' ? /^\w*f\w*["']/i.test(text) : kind !== 'comment';
}
