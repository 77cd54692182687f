import { pieces } from './disguises';

export interface RevealedProps {
  text: string;
  /** For names, hosts and paths: letters beyond ASCII are marked as well. */
  name?: boolean;
}

/** Text in which nothing hides: odd characters stand there as their code points, marked. */
export function Revealed({ text, name = false }: RevealedProps): JSX.Element {
  return (
    <>
      {pieces(text, name).map(({ text: part, odd }, at) =>
        odd === null ? (
          part
        ) : (
          <mark key={at} className="bnb-odd" title={odd}>
            {part}
          </mark>
        ),
      )}
    </>
  );
}
