import { ReactNode } from 'react';

export interface EmptyProps {
  title: string;
  /** What to do next, in words. */
  children?: ReactNode;
  /** The button that does it. */
  action?: ReactNode;
}

/** Nothing is here, and this is how something gets here. */
export function Empty({ title, children, action }: EmptyProps): JSX.Element {
  return (
    <div className="bnb-empty">
      <div className="bnb-empty-title">{title}</div>
      {children && <div className="bnb-soft">{children}</div>}
      {action && <div className="bnb-empty-action">{action}</div>}
    </div>
  );
}
