import { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'bad' | 'warn' | 'info';

export interface ChipProps {
  children: ReactNode;
  tone?: Tone;
  title?: string;
  /** With it the chip is a filter that can be switched. */
  onClick?: () => void;
  selected?: boolean;
}

/** A short word about something: a state, a tag, or a filter. */
export function Chip({
  children,
  tone = 'neutral',
  title,
  onClick,
  selected,
}: ChipProps): JSX.Element {
  const name = `bnb-chip bnb-tone-${tone}`;
  if (onClick === undefined) {
    return (
      <span className={name} title={title}>
        {children}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={name}
      title={title}
      aria-pressed={selected ?? false}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
