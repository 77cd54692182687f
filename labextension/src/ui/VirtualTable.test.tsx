import { fireEvent, render, screen, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { VirtualTable } from './VirtualTable';
import type { Column, VirtualTableProps } from './VirtualTable';

interface Item {
  id: string;
  size: number;
}
const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, at) => ({ id: `item ${at}`, size: at }));
const COLUMNS: Column<Item>[] = [
  { id: 'id', title: 'name', cell: ({ id }) => id, sortable: true },
  { id: 'size', title: 'size', cell: ({ size }) => size, align: 'end', line: 2 },
];
const table = (part: Partial<VirtualTableProps<Item>> = {}): JSX.Element => (
  <VirtualTable
    label="things"
    columns={COLUMNS}
    rows={items(100)}
    rowKey={({ id }) => id}
    {...part}
  />
);
const grid = (): HTMLElement => screen.getByRole('grid', { name: 'things' });
const active = (): string | null => {
  const id = grid().getAttribute('aria-activedescendant');
  return id === null ? null : (document.getElementById(id)?.textContent ?? null);
};
const press = (key: string): void => {
  fireEvent.keyDown(grid(), { key });
};

describe('a table of any length', () => {
  test('puts only the rows in sight into the page, and says how many there are', () => {
    render(table({ rows: items(10_000) }));
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
    expect(grid().getAttribute('aria-rowcount')).toBe('10001');
  });

  test('does not know how many there are while more can come', () => {
    render(table({ more: true }));
    expect(grid().getAttribute('aria-rowcount')).toBe('-1');
  });

  test('asks for more before the end is reached, and not when nothing follows', () => {
    const onEnd = vi.fn();
    const { rerender } = render(table({ rows: items(1000), more: true, onEnd }));
    expect(onEnd).not.toHaveBeenCalled();
    rerender(table({ rows: items(20), more: true, onEnd }));
    expect(onEnd).toHaveBeenCalled();
    onEnd.mockClear();
    rerender(table({ rows: items(21), more: false, onEnd }));
    expect(onEnd).not.toHaveBeenCalled();
  });

  test('is walked through with the keyboard, and Enter opens', () => {
    const onOpen = vi.fn();
    render(table({ onOpen }));
    grid().focus();
    fireEvent.focus(grid());
    press('ArrowDown');
    press('ArrowDown');
    press('ArrowUp');
    press('Enter');
    expect(onOpen).toHaveBeenLastCalledWith({ id: 'item 1', size: 1 });
    press('Home');
    press('ArrowUp');
    press(' ');
    expect(onOpen).toHaveBeenLastCalledWith({ id: 'item 0', size: 0 });
  });

  test('reaches the end of a very long list with one key, and comes back', () => {
    const onOpen = vi.fn();
    render(table({ rows: items(100_000), onOpen }));
    fireEvent.focus(grid());
    press('End');
    press('Enter');
    expect(onOpen).toHaveBeenLastCalledWith({ id: 'item 99999', size: 99_999 });
    expect(active()).toContain('item 99999');
    press('Home');
    expect(active()).toContain('item 0');
  });

  test('keeps the active row when others come before it', () => {
    const { rerender } = render(table());
    fireEvent.focus(grid());
    press('ArrowDown');
    expect(active()).toContain('item 1');
    rerender(table({ rows: [{ id: 'new', size: 0 }, ...items(100)] }));
    expect(active()).toContain('item 1');
  });

  test('draws a line for a row that is not there yet', () => {
    render(table({ rows: { length: 3, at: () => undefined } }));
    expect(screen.getAllByLabelText('loading')).toHaveLength(3);
  });

  test('opens the row that is clicked and marks the chosen one', () => {
    const onOpen = vi.fn();
    render(table({ onOpen, selected: 'item 2' }));
    fireEvent.click(screen.getByText('item 3'));
    expect(onOpen).toHaveBeenCalledWith({ id: 'item 3', size: 3 });
    expect(screen.getByRole('row', { selected: true }).textContent).toContain('item 2');
  });

  test('says how it is sorted and asks for another order', () => {
    const onSort = vi.fn();
    render(table({ sort: { column: 'id', descending: true }, onSort }));
    const head = screen.getByRole('columnheader', { name: /name/ });
    expect(head.getAttribute('aria-sort')).toBe('descending');
    fireEvent.click(within(head).getByRole('button'));
    expect(onSort).toHaveBeenCalledWith('id');
    expect(screen.getByRole('columnheader', { name: 'size' }).hasAttribute('aria-sort')).toBe(
      false,
    );
  });

  test('folds into two lines where it is narrow, with the same cells', () => {
    render(table({ narrow: true, rows: items(1) }));
    const [row] = screen.getAllByRole('row').slice(1);
    expect(within(row as HTMLElement).getAllByRole('gridcell')).toHaveLength(2);
    expect((row as HTMLElement).querySelectorAll('.bnb-table-line')).toHaveLength(2);
  });

  test('keeps text text', () => {
    const rows = [{ id: '<img src=x onerror=alert(1)>', size: 0 }];
    render(table({ rows }));
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
  });
});

describe('a tree grid', () => {
  test('folds with left, unfolds with right, and left again goes to the parent', () => {
    const onToggle = vi.fn();
    const onOpen = vi.fn();
    const tree = {
      level: ({ size }: Item) => (size === 0 ? 1 : 2),
      expanded: ({ size }: Item) => (size === 0 ? true : undefined),
      onToggle,
    };
    render(table({ rows: items(3), tree, onOpen }));
    const box = screen.getByRole('treegrid');
    fireEvent.focus(box);
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft', 'Enter', 'ArrowLeft']) {
      fireEvent.keyDown(box, { key });
    }
    expect(onOpen).toHaveBeenCalledWith({ id: 'item 0', size: 0 });
    expect(onToggle).toHaveBeenCalledWith({ id: 'item 0', size: 0 }, false);
    expect(screen.getAllByRole('row')[2]?.getAttribute('aria-level')).toBe('2');
  });
});
