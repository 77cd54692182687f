/** A logged value as a tree that unfolds; long lists come a hundred at a time. */

import { useState } from 'react';
import { t } from '../i18n';
import type { Json } from '../protocol';
import { shown } from './snapshot';

const STEP = 100;

export interface JsonTreeProps {
  value: Json;
  /** What stands before the value, such as the name of an argument. */
  name?: string;
  /** How many levels are open at first. */
  open?: number;
}

export function JsonTree({ value, name, open = 1 }: JsonTreeProps): JSX.Element {
  const { kind, text, long, parts, more } = shown(value);
  const [unfolded, setUnfolded] = useState(open > 0 && (parts?.length ?? 0) <= STEP);
  const [limit, setLimit] = useState(STEP);
  const inner = (parts?.length ?? 0) > 0 || long !== undefined;
  const face = (
    <>
      {name !== undefined && <span className="bnb-json-name">{name}</span>}
      <span className={`bnb-json-value bnb-json-${kind}`}>{text}</span>
    </>
  );
  if (!inner) {
    return (
      <div className="bnb-json">
        <div className="bnb-json-line">{face}</div>
        <LeftOut count={parts ? more : 0} />
      </div>
    );
  }
  return (
    <div className="bnb-json">
      <button
        type="button"
        className="bnb-json-line bnb-json-twisty"
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {face}
      </button>
      {unfolded && (
        <div className="bnb-json-parts">
          {long !== undefined && <pre className="bnb-json-long">{long}</pre>}
          {parts?.slice(0, limit).map((part, at) => (
            <JsonTree key={`${at}:${part.name}`} {...part} open={open - 1} />
          ))}
          {parts && parts.length > limit && (
            <button
              type="button"
              className="bnb-json-line"
              onClick={() => setLimit(limit + 10 * STEP)}
            >
              {t('show %1 more', Math.min(10 * STEP, parts.length - limit))}
            </button>
          )}
          <LeftOut count={more} />
        </div>
      )}
    </div>
  );
}

function LeftOut({ count }: { count: number }): JSX.Element | null {
  return count > 0 ? (
    <div className="bnb-json-line bnb-soft">{t('… %1 more were not logged', count)}</div>
  ) : null;
}
