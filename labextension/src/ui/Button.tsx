import { ReactNode } from 'react';

export interface ButtonProps {
  children: ReactNode;
  onClick: () => void;
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  disabled?: boolean;
  /** Shows that it works on it, and takes no click meanwhile. */
  busy?: boolean;
  /** For a button that stays down: whether it is. */
  pressed?: boolean;
  /** What a screen reader says, where the face of the button is a sign. */
  label?: string;
  title?: string;
}

/** A button. It never submits a form by accident. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, kind = 'plain', disabled, busy, pressed, label, title } = props;
  return (
    <button
      type="button"
      className={`bnb-button bnb-button-${kind}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      aria-pressed={pressed}
      aria-label={label}
      title={title ?? label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
