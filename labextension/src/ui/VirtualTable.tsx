/**
 * A table of any length: only the rows in sight are in the page.
 *
 * Columns stand side by side where there is room and fold into rows of two lines in a narrow place. The
 * grid has one tab stop; arrows, Page Up/Down, Home, End and Enter do the rest. Rows come from
 * anything with a `length` and an `at`, so a long log can fetch them as they are looked at: a row
 * that is not there yet is drawn as a grey line, never as a hole.
 *
 * With `tree` it is a tree grid: left and right arrows fold and unfold.
 */

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, RefObject } from 'react';

import { Cells, HeaderRow } from './tableparts';
import type { Column, Sort } from './tableparts';
import { useActiveRow } from './useActiveRow';
import { useRowWindow } from './useRowWindow';
import { useUid } from './useUid';

export type { Column, Sort } from './tableparts';

/** What rows are read from; arrays are one. */
export interface Rows<R> {
  readonly length: number;
  at(index: number): R | undefined;
}

/** How a row of a tree grid stands to the others. */
export interface TreeOf<R> {
  /** Counts from 1. */
  level: (row: R) => number;
  /** Undefined for a row with nothing under it. */
  expanded: (row: R) => boolean | undefined;
  onToggle: (row: R, open: boolean) => void;
}

export interface VirtualTableProps<R> {
  /** What screen readers call the table. */
  label: string;
  columns: readonly Column<R>[];
  rows: Rows<R>;
  rowKey: (row: R) => string;
  /** Key of the row that is shown elsewhere as chosen. */
  selected?: string | null;
  /** A click on a row, or Enter. */
  onOpen?: (row: R) => void;
  sort?: Sort | null;
  onSort?: (column: string) => void;
  /** Whether there are more rows than `rows` knows of; `onEnd` asks for them. */
  more?: boolean;
  onEnd?: () => void;
  /** First and last row in sight, whenever they change. */
  onRange?: (first: number, last: number) => void;
  /** Extra class of a row, such as its status. */
  rowClass?: (row: R) => string;
  tree?: TreeOf<R>;
  /** Keys that the table itself has no use for. */
  onKey?: (event: KeyboardEvent, row: R | undefined) => void;
  /** Instead of measuring: whether rows have two lines. */
  narrow?: boolean;
  /** Width in pixels below which rows have two lines; 420 unless told. */
  foldBelow?: number;
  /** A new value moves to the first row. */
  topToken?: unknown;
}

/** Pixels of a row of one line, of two, and of the head. */
const ONE = 28;
const TWO = 46;
const HEAD = 26;
/** How far from the end the next page is asked for, in rows. */
const AHEAD = 120;

export function VirtualTable<R>(props: VirtualTableProps<R>): JSX.Element {
  const { rows, columns, rowKey, onOpen, tree, rowClass } = props;
  const id = useUid();
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useNarrow(scroller, props.foldBelow ?? 420, props.narrow);
  const height = narrow ? TWO : ONE;
  const head = narrow ? 0 : HEAD;
  const view = useRowWindow({ scroller, length: rows.length, height, head });
  const active = useActiveRow(rows, rowKey);
  useEndAndRange(props, view.first, view.last);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new token moves the table
  useEffect(() => view.reveal(0), [props.topToken]);

  const go = (index: number): void => {
    const target = Math.max(0, Math.min(rows.length - 1, index));
    active.set(target);
    view.reveal(target);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || event.metaKey) {
      return;
    }
    const at = active.index;
    const row = at === null ? undefined : rows.at(at);
    const turned = tree && row !== undefined ? turn(tree, row, event.key) : undefined;
    const moved = turned === undefined ? step(event, at, rows.length, view.page) : undefined;
    if (turned === 'parent' && tree && at !== null && row !== undefined) {
      go(parentOf(rows, tree, at, row));
    } else if (moved !== undefined) {
      go(moved);
    } else if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) {
      onOpen?.(row);
    } else if (turned === undefined) {
      props.onKey?.(event, row);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={scroller}
      className={`bnb-table${narrow ? ' bnb-table-narrow' : ''}`}
      role={tree ? 'treegrid' : 'grid'}
      aria-label={props.label}
      aria-rowcount={props.more ? -1 : rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active.index === null ? undefined : `${id}-${active.index}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={() => active.index === null && rows.length > 0 && active.set(view.first)}
    >
      <HeaderRow columns={columns} sort={props.sort} onSort={props.onSort} hidden={narrow} />
      <div className="bnb-table-body" role="rowgroup" style={{ height: view.total }}>
        {view.items.map(({ index, start }) => {
          const row = rows.at(index);
          const key = row === undefined ? null : rowKey(row);
          const chosen = key !== null && key === props.selected;
          return (
            <div
              key={key ?? `#${index}`}
              id={`${id}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={chosen}
              aria-busy={row === undefined || undefined}
              aria-level={tree && row !== undefined ? tree.level(row) : undefined}
              aria-expanded={tree && row !== undefined ? tree.expanded(row) : undefined}
              className={[
                'bnb-table-row',
                chosen ? 'bnb-selected' : '',
                active.index === index ? 'bnb-active' : '',
                row !== undefined && rowClass ? rowClass(row) : '',
              ].join(' ')}
              style={{ height, transform: `translateY(${start}px)` }}
              onClick={(event) => {
                if (row === undefined) {
                  return;
                }
                active.set(index);
                const open = tree?.expanded(row);
                if (open !== undefined && onTwisty(event.target)) {
                  tree?.onToggle(row, !open);
                } else {
                  onOpen?.(row);
                }
              }}
            >
              <Cells columns={columns} row={row} narrow={narrow} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Whether a click was on the sign that folds: an element of class `bnb-twisty`. */
function onTwisty(target: EventTarget): boolean {
  return target instanceof Element && target.closest('.bnb-twisty') !== null;
}

/** Where a key leads, or undefined when it leads nowhere. */
function step(
  event: KeyboardEvent,
  at: number | null,
  length: number,
  page: number,
): number | undefined {
  if (length === 0 || event.ctrlKey || event.shiftKey) {
    return undefined;
  }
  const from = at ?? -1;
  switch (event.key) {
    case 'ArrowDown':
      return from + 1;
    case 'ArrowUp':
      return from - 1;
    case 'PageDown':
      return from + page;
    case 'PageUp':
      return from - page;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}

/** Folds or unfolds; says whether it did, or that the key leads to the parent. */
function turn<R>(tree: TreeOf<R>, row: R, key: string): 'done' | 'parent' | undefined {
  const open = tree.expanded(row);
  if (key === 'ArrowRight' && open === false) {
    tree.onToggle(row, true);
    return 'done';
  }
  if (key === 'ArrowLeft') {
    if (open !== true) {
      return 'parent';
    }
    tree.onToggle(row, false);
    return 'done';
  }
  return undefined;
}

function parentOf<R>(rows: Rows<R>, tree: TreeOf<R>, at: number, row: R): number {
  const level = tree.level(row);
  for (let index = at - 1; index >= 0; index -= 1) {
    const other = rows.at(index);
    if (other !== undefined && tree.level(other) < level) {
      return index;
    }
  }
  return at;
}

/** Tells the owner what is in sight, and asks for more before the end is reached. */
function useEndAndRange<R>(props: VirtualTableProps<R>, first: number, last: number): void {
  const { onRange, onEnd, more, rows } = props;
  const length = rows.length;
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  useEffect(() => {
    if (more && last >= length - AHEAD) {
      onEnd?.();
    }
  }, [more, last, length, onEnd]);
}

/** Whether rows have two lines, by the width of the table itself. */
function useNarrow(scroller: RefObject<HTMLDivElement>, below: number, told?: boolean): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || told !== undefined) {
      return;
    }
    const measure = (): void => {
      const width = element.clientWidth;
      if (width > 0) {
        setNarrow(width < below);
      }
    };
    measure();
    if (typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, below, told]);
  return told ?? narrow;
}
