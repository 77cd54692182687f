/** Head and cells of a table: side by side, or folded into two lines. */

import type { ReactNode } from 'react';

export interface Column<R> {
  id: string;
  title: string;
  cell: (row: R) => ReactNode;
  /** A CSS grid track, such as `minmax(8ch, 2fr)`; `1fr` unless told. */
  width?: string;
  align?: 'end';
  sortable?: boolean;
  /** Which line it stands on in a narrow table; 0 leaves it out. 1 unless told. */
  line?: 0 | 1 | 2;
  /** Takes the room that is left on its line. */
  grow?: boolean;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export function tracks<R>(columns: readonly Column<R>[]): string {
  return columns.map(({ width }) => width ?? 'minmax(0, 1fr)').join(' ');
}

interface HeaderProps<R> {
  columns: readonly Column<R>[];
  sort?: Sort | null;
  onSort?: (column: string) => void;
  /** Still there for screen readers. */
  hidden: boolean;
}

export function HeaderRow<R>({ columns, sort, onSort, hidden }: HeaderProps<R>): JSX.Element {
  return (
    <div role="rowgroup" className={`bnb-table-head${hidden ? ' bnb-unseen' : ''}`}>
      <div
        role="row"
        aria-rowindex={1}
        className="bnb-table-cells"
        style={{ gridTemplateColumns: tracks(columns) }}
      >
        {columns.map(({ id, title, align, sortable }) => {
          const direction =
            sort?.column !== id ? 'none' : sort.descending ? 'descending' : 'ascending';
          const able = sortable === true && onSort !== undefined;
          const sign = direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : '';
          return (
            <div
              key={id}
              role="columnheader"
              aria-sort={able ? direction : undefined}
              className={align === 'end' ? 'bnb-end' : undefined}
            >
              {able ? (
                <button type="button" tabIndex={hidden ? -1 : 0} onClick={() => onSort(id)}>
                  {title}
                  {sign}
                </button>
              ) : (
                title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface CellsProps<R> {
  columns: readonly Column<R>[];
  row: R | undefined;
  narrow: boolean;
}

export function Cells<R>({ columns, row, narrow }: CellsProps<R>): JSX.Element {
  if (row === undefined) {
    return (
      <div role="gridcell" aria-colindex={1} aria-label="loading" className="bnb-table-wait" />
    );
  }
  if (!narrow) {
    return (
      <div
        role="presentation"
        className="bnb-table-cells"
        style={{ gridTemplateColumns: tracks(columns) }}
      >
        {columns.map((column, at) => cellOf(column, row, at))}
      </div>
    );
  }
  return (
    <div role="presentation" className="bnb-table-lines">
      {([1, 2] as const).map((line) => (
        <div key={line} role="presentation" className={`bnb-table-line bnb-table-line-${line}`}>
          {columns.map((column, at) =>
            (column.line ?? 1) === line ? cellOf(column, row, at) : null,
          )}
        </div>
      ))}
    </div>
  );
}

function cellOf<R>(column: Column<R>, row: R, at: number): JSX.Element {
  const names = ['bnb-td', column.align === 'end' ? 'bnb-end' : '', column.grow ? 'bnb-grow' : ''];
  return (
    <div
      key={column.id}
      role="gridcell"
      aria-colindex={at + 1}
      data-column={column.id}
      className={names.join(' ')}
    >
      {column.cell(row)}
    </div>
  );
}
