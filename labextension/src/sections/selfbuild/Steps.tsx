import { useMemo } from 'react';
import { t } from '../../i18n';
import type { StepRow } from '../../protocol';
import { Revealed } from '../../ui/Revealed';

const WORDS: Record<string, string> = {
  search: 'look for stored functions',
  plan: 'plan',
  tests: 'state tests',
  reuse: 'try stored functions',
  code: 'write code',
  gate: 'try it in the sandbox',
  register: 'store the draft',
  tasks: 'think of tasks',
  task: 'task',
};
const SIGNS = { began: '▶', ended: '✓', failed: '✗', known: '·' };
const CLASSES = { began: 'started', ended: 'success', failed: 'error', known: '' };
const SPOKEN = { began: 'under way', ended: 'done', failed: 'failed', known: 'known from before' };
/** How often a function is repaired before the build gives it up. */
const REPAIRS = 3;

/** The steps of a build, under the functions that they are about. */
export function Steps({ steps, going }: { steps: StepRow[]; going: boolean }): JSX.Element {
  const groups = useMemo(() => grouped(steps), [steps]);
  return (
    <details open={going || undefined}>
      <summary>{t('%1 steps', steps.length)}</summary>
      <ol className="bnb-steps" role="log" aria-label={t('Steps')}>
        {groups.map(({ name, lines }) => (
          <li key={lines[0]?.row.n}>
            {name !== null && (
              <div className="bnb-mono bnb-strong bnb-break">
                <Revealed text={name} name />
              </div>
            )}
            {lines.map(({ row, words }) => (
              <div key={row.n} className="bnb-step">
                <span
                  className={`bnb-sign bnb-is-${CLASSES[row.state]}`}
                  role="img"
                  aria-label={t(SPOKEN[row.state])}
                >
                  {SIGNS[row.state]}
                </span>{' '}
                <Revealed text={words} />
                {row.message && (
                  <span className="bnb-soft bnb-break">
                    {' '}
                    <Revealed text={row.message} />
                  </span>
                )}
              </div>
            ))}
          </li>
        ))}
      </ol>
    </details>
  );
}

interface Group {
  name: string | null;
  lines: { row: StepRow; words: string }[];
}

/** Steps that follow one another and are about the same function, with repairs counted. */
export function grouped(steps: readonly StepRow[]): Group[] {
  const found: Group[] = [];
  let repairs = 0;
  for (const row of steps) {
    let last = found[found.length - 1];
    if (last === undefined || last.name !== row.function) {
      last = { name: row.function, lines: [] };
      found.push(last);
      repairs = 0;
    }
    repairs += Number(row.step === 'repair');
    const words =
      row.step === 'repair'
        ? t('repair %1/%2', repairs, REPAIRS)
        : t((Object.hasOwn(WORDS, row.step) && WORDS[row.step]) || row.step);
    last.lines.push({ row, words });
  }
  return found;
}
