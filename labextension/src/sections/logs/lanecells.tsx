/** Cells of a call tree: the name with its place in the tree, and its bar or its result. */

import { t } from '../../i18n';
import { duration } from '../../ui/moment';
import { StatusMark, said, statusClass } from '../../ui/status';
import type { Column } from '../../ui/VirtualTable';
import { bar, ticks } from './lanes';
import type { Span } from './lanes';
import type { Step } from './lineage';
import { outcome } from './outcome';

export interface Look {
  /** Whether bars are drawn instead of results. */
  lanes: boolean;
  span: Span;
  /** Where the axis begins. */
  origin: number;
  now: number;
}

/** Levels that are drawn further to the right than the one above. */
const DEEPEST = 24;

export function columnsOf(look: Look): Column<Step>[] {
  return [
    {
      id: 'name',
      title: t('run'),
      width: look.lanes ? 'minmax(12ch, 34%)' : 'minmax(14ch, 1fr)',
      grow: true,
      cell: (step) => <Name step={step} />,
    },
    look.lanes
      ? {
          id: 'lane',
          title: t('when'),
          width: 'minmax(0, 1fr)',
          line: 2,
          grow: true,
          cell: (step) => <Lane step={step} look={look} />,
        }
      : {
          id: 'result',
          title: t('result'),
          width: 'minmax(0, 1.3fr)',
          line: 2,
          grow: true,
          cell: ({ run }) => (
            <span className="bnb-clip bnb-mono bnb-log-result" title={outcome(run)}>
              {outcome(run)}
            </span>
          ),
        },
    {
      id: 'duration',
      title: t('took'),
      width: '9ch',
      align: 'end',
      cell: ({ run }) => (
        <time className="bnb-soft">{duration(run.duration) || t(said(run.status).word)}</time>
      ),
    },
  ];
}

function Name({ step }: { step: Step }): JSX.Element {
  const { run, depth, triggered, children } = step;
  return (
    <span
      className="bnb-clip bnb-mono bnb-calls-name"
      style={{ paddingInlineStart: `${Math.min(depth, DEEPEST) * 0.8}em` }}
      title={`${run.function}@${run.version}(${run.params_line})`}
    >
      <span className={`bnb-twisty${children > 0 ? '' : ' bnb-twisty-none'}`} aria-hidden="true" />
      <StatusMark status={run.status} />{' '}
      {triggered && (
        <span className="bnb-via" role="img" aria-label={t('triggered')} title={t('triggered')}>
          ↳{' '}
        </span>
      )}
      <b>{run.function}</b>
      <span className="bnb-soft">
        @{run.version}({run.params_line})
      </span>
    </span>
  );
}

function Lane({ step: { run }, look }: { step: Step; look: Look }): JSX.Element {
  const { left, width, open, beyond } = bar(run, look.span, look.now);
  const begins = duration(Math.max(0, run.started - look.origin)) || '0 ms';
  const words = t(
    'begins after %1, takes %2',
    begins,
    duration(run.duration) || said(run.status).word,
  );
  return (
    <span className="bnb-lane" role="img" aria-label={words} title={words}>
      {beyond === null ? (
        <span
          className={`bnb-bar ${statusClass(run.status)}${open ? ' bnb-bar-open' : ''}`}
          style={{ left: `${Math.min(left, 99.5)}%`, width: `${width}%` }}
        />
      ) : (
        <span className={`bnb-lane-${beyond}`}>{beyond === 'before' ? '‹' : '›'}</span>
      )}
    </span>
  );
}

/** The marks above the lanes. */
export function Axis({ span, origin }: { span: Span; origin: number }): JSX.Element {
  return (
    <div className="bnb-axis" aria-hidden="true">
      <div className="bnb-axis-marks">
        {ticks(span, origin).map(({ at, left }) => (
          <time key={at} style={{ left: `${left}%` }}>
            {at === 0 ? '0' : duration(at)}
          </time>
        ))}
      </div>
    </div>
  );
}
