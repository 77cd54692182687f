/**
 * The call tree of a run, as a tree of results or as bars on one time axis.
 *
 * One tree grid for both. In the waterfall `+` and `-` zoom, `,` and `.` move along the axis, `0`
 * shows all of it, `z` the run the keyboard is on; the wheel does so with Ctrl.
 */

import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, RefObject } from 'react';
import { counted, t } from '../../i18n';
import type { RunRow } from '../../protocol';
import { Button } from '../../ui/Button';
import { duration } from '../../ui/moment';
import { statusClass } from '../../ui/status';
import { VirtualTable } from '../../ui/VirtualTable';
import { Axis, columnsOf } from './lanecells';
import { around, moved, whole, zoomed } from './lanes';
import type { Span } from './lanes';
import { foldedAtFirst, lineage, unfolded } from './lineage';
import type { Step } from './lineage';

export interface CallTreeProps {
  runs: readonly RunRow[];
  /** How many runs the tree has; more than `runs` when it was cut. */
  total: number;
  selected: string;
  onOpen: (id: string) => void;
  /** Whether bars are drawn instead of results. */
  lanes: boolean;
}

export function CallTree({ runs, total, selected, onOpen, lanes }: CallTreeProps): JSX.Element {
  const steps = useMemo(() => lineage(runs), [runs]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => foldedAtFirst(steps, selected));
  const rows = useMemo(() => unfolded(steps, folded), [steps, folded]);
  const { all, now } = useMemo(() => {
    const moment = Date.now();
    return { all: whole(runs, moment), now: moment };
  }, [runs]);
  // Null shows everything, also while the tree grows.
  const [zoom, setZoom] = useState<Span | null>(null);
  const span = zoom ?? all;
  const columns = useMemo(
    () => columnsOf({ lanes, span, origin: all.from, now }),
    [lanes, span, all, now],
  );
  const open = (step: Step): boolean | undefined =>
    step.children > 0 ? !folded.has(step.run.id) : undefined;
  const toggle = (step: Step, unfold: boolean): void => {
    const next = new Set(folded);
    if (unfold) {
      next.delete(step.run.id);
    } else {
      next.add(step.run.id);
    }
    setFolded(next);
  };
  const onKey = (event: KeyboardEvent, step: Step | undefined): void => {
    const next = lanes ? turned(event.key, span, all, step, now) : undefined;
    if (next !== undefined) {
      event.preventDefault();
      setZoom(next);
    }
  };
  const box = useRef<HTMLDivElement>(null);
  useWheel(box, lanes, (factor, place) => setZoom(zoomed(span, all, factor, place)));
  const parents = steps.filter(({ children }) => children > 0);
  return (
    <div className="bnb-calls" ref={box}>
      <div className="bnb-row bnb-wrap bnb-calls-bar">
        <span className="bnb-soft">
          {total > runs.length
            ? t(
                'the first %1 of %2 runs of this tree',
                runs.length.toLocaleString(),
                total.toLocaleString(),
              )
            : counted(steps.length, 'run', 'runs')}{' '}
          · {duration(all.to - all.from)}
        </span>
        <span className="bnb-grow" />
        {parents.length > 0 && (
          <Button
            kind="quiet"
            onClick={() =>
              setFolded(folded.size > 0 ? new Set() : new Set(parents.map(({ run }) => run.id)))
            }
          >
            {folded.size > 0 ? t('Unfold all') : t('Fold all')}
          </Button>
        )}
        {lanes && (
          <>
            <Button
              kind="quiet"
              label={t('Zoom out (-)')}
              onClick={() => setZoom(zoomed(span, all, 0.5))}
            >
              −
            </Button>
            <Button
              kind="quiet"
              label={t('Zoom in (+)')}
              onClick={() => setZoom(zoomed(span, all, 2))}
            >
              +
            </Button>
            <Button
              kind="quiet"
              label={t('Zoom to the chosen run (z)')}
              onClick={() => {
                const run = runs.find(({ id }) => id === selected);
                setZoom(run ? around(run, all, now) : null);
              }}
            >
              ◎
            </Button>
            <Button kind="quiet" label={t('Show all (0)')} onClick={() => setZoom(null)}>
              {t('All')}
            </Button>
          </>
        )}
      </div>
      {lanes && <Axis span={span} origin={all.from} />}
      <VirtualTable
        label={lanes ? t('Waterfall of the call tree') : t('Call tree')}
        columns={columns}
        rows={rows}
        rowKey={idOf}
        selected={selected}
        onOpen={({ run }) => onOpen(run.id)}
        rowClass={({ run }) => statusClass(run.status)}
        tree={{ level: ({ depth }) => depth + 1, expanded: open, onToggle: toggle }}
        onKey={onKey}
      />
    </div>
  );
}

const idOf = ({ run }: Step): string => run.id;

/** Where a key leads on the axis; null is everything, undefined is another key. */
function turned(
  key: string,
  span: Span,
  all: Span,
  step: Step | undefined,
  now: number,
): Span | null | undefined {
  switch (key) {
    case '+':
    case '=':
      return zoomed(span, all, 2);
    case '-':
      return zoomed(span, all, 0.5);
    case ',':
      return moved(span, all, -0.25);
    case '.':
      return moved(span, all, 0.25);
    case '0':
      return null;
    case 'z':
      return step ? around(step.run, all, now) : undefined;
    default:
      return undefined;
  }
}

/** Ctrl and the wheel zoom; a listener of its own, because React's cannot stop the page's zoom. */
function useWheel(
  box: RefObject<HTMLDivElement>,
  on: boolean,
  zoom: (factor: number, place: number) => void,
): void {
  const latest = useRef(zoom);
  latest.current = zoom;
  useEffect(() => {
    const element = box.current;
    if (element === null || !on) {
      return;
    }
    const turn = (event: WheelEvent): void => {
      const lane = element.querySelector('.bnb-lane');
      if (!(event.ctrlKey || event.metaKey) || lane === null) {
        return;
      }
      event.preventDefault();
      const { left, width } = lane.getBoundingClientRect();
      const place = width > 0 ? (event.clientX - left) / width : 0.5;
      latest.current(event.deltaY < 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, place)));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [box, on]);
}
