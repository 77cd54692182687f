import { KeyboardEvent, useRef } from 'react';
import { useUid } from './useUid';

export interface Tab {
  id: string;
  label: string;
  /** A small count or sign behind the label. */
  badge?: string | number | null;
}

export interface TabsProps {
  tabs: readonly Tab[];
  active: string;
  onSelect: (id: string) => void;
  /** What the tabs choose between, for a screen reader. */
  label: string;
}

/** A row of tabs: arrows, Home and End move, as in every tab list. */
export function Tabs({ tabs, active, onSelect, label }: TabsProps): JSX.Element {
  const id = useUid();
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === active);
    const last = tabs.length - 1;
    const next = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at <= 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const tab = next === undefined ? undefined : tabs[next];
    if (tab !== undefined && next !== undefined) {
      event.preventDefault();
      onSelect(tab.id);
      (row.current?.children[next] as HTMLElement | undefined)?.focus();
    }
  };
  return (
    <div ref={row} className="bnb-tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`${id}-${tab.id}`}
          className="bnb-tab"
          aria-selected={tab.id === active}
          tabIndex={tab.id === active ? 0 : -1}
          onClick={() => onSelect(tab.id)}
        >
          {tab.label}
          {tab.badge !== undefined && tab.badge !== null && (
            <span className="bnb-badge">{tab.badge}</span>
          )}
        </button>
      ))}
    </div>
  );
}
