import { KeyboardEvent, ReactNode, useEffect, useRef, useState } from 'react';
import { t } from '../i18n';
import { Button, ButtonProps } from './Button';

export interface ConfirmButtonProps extends Omit<ButtonProps, 'pressed'> {
  /** What will happen, as a question. */
  question: ReactNode;
  /** The word on the button that does it; the face of the first button unless told. */
  confirm?: string;
  /** Whether it may be done as things stand; such as a box that has to be ticked first. */
  ready?: boolean;
}

/** A button that asks before it acts. Escape takes the question back. */
export function ConfirmButton(props: ConfirmButtonProps): JSX.Element {
  const { question, confirm, ready = true, onClick, ...rest } = props;
  const [asking, setAsking] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    if (asking) {
      box.current?.focus();
    } else if (opened.current) {
      box.current?.querySelector('button')?.focus();
    }
    opened.current = asking;
  }, [asking]);
  if (!asking) {
    return (
      <div className="bnb-confirm-closed" ref={box}>
        <Button {...rest} onClick={() => setAsking(true)} />
      </div>
    );
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      setAsking(false);
    }
  };
  return (
    <div ref={box} className="bnb-confirm" role="group" tabIndex={-1} onKeyDown={onKeyDown}>
      <div>{question}</div>
      <div className="bnb-actions">
        <Button
          kind={rest.kind ?? 'primary'}
          disabled={!ready}
          busy={rest.busy}
          onClick={() => {
            setAsking(false);
            onClick();
          }}
        >
          {confirm ?? rest.children}
        </Button>
        <Button onClick={() => setAsking(false)}>{t('Cancel')}</Button>
      </div>
    </div>
  );
}
