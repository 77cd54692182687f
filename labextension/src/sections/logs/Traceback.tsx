/** A traceback to read: places stand out, and those in our functions lead there. */

import { useMemo } from 'react';
import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import { traceLines } from './tracelines';

export function Traceback({ text }: { text: string }): JSX.Element {
  const navigate = useNavigate();
  const lines = useMemo(() => traceLines(text), [text]);
  return (
    <pre className="bnb-trace" tabIndex={0} role="group" aria-label={t('Traceback')}>
      {lines.map((line, index) =>
        line.kind !== 'place' ? (
          <div key={index} className={`bnb-trace-${line.kind}`}>
            {line.text || '\u200b'}
          </div>
        ) : (
          <div key={index} className="bnb-trace-place">
            {line.at !== null ? (
              <button
                type="button"
                className="bnb-link"
                title={t('Open this version')}
                onClick={() => line.at && navigate({ section: 'functions', ...line.at })}
              >
                {line.at.name}@{line.at.version}
              </button>
            ) : (
              <span className="bnb-break">{line.file}</span>
            )}
            <span className="bnb-soft">
              {' '}
              {t('line %1', line.line)}
              {line.within && line.within !== line.at?.name && ` · ${line.within}`}
            </span>
          </div>
        ),
      )}
    </pre>
  );
}
