/** Search, what is drawn, and around what. */

import type { ReactNode } from 'react';
import { t } from '../../i18n';
import type { Ops } from '../../protocol';
import { Button } from '../../ui/Button';
import { Chip } from '../../ui/Chip';

export type Shown = Pick<Ops['graph']['args'], 'dependencies' | 'triggers' | 'keys' | 'imports'>;

export interface Focus {
  name: string;
  hops: number;
  /** False when the graph was too large and nobody chose. */
  chosen: boolean;
}

export interface ToolbarProps {
  text: string;
  onText: (text: string) => void;
  /** Enter in the search field. */
  onNext: () => void;
  /** How many nodes fit the text; null when nobody searches. */
  matches: number | null;
  shown: Shown;
  onShown: (shown: Shown) => void;
  children: ReactNode;
}

const PARTS: readonly [keyof Shown, string][] = [
  ['dependencies', 'dependencies'],
  ['triggers', 'triggers'],
  ['keys', 'keys'],
  ['imports', 'imports'],
];

export function Toolbar(props: ToolbarProps): JSX.Element {
  const { text, onText, onNext, matches, shown, onShown, children } = props;
  return (
    <div className="bnb-graph-bar">
      <div className="bnb-row bnb-graph-search">
        <input
          type="search"
          className="bnb-grow"
          aria-label={t('Find in the graph')}
          placeholder={t('Find; Enter goes there')}
          spellCheck={false}
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && onNext()}
        />
        <span className="bnb-soft bnb-graph-matches" role="status">
          {matches === null ? '' : matches === 0 ? t('not drawn') : matches.toLocaleString()}
        </span>
      </div>
      <div className="bnb-row bnb-wrap" role="group" aria-label={t('What is drawn')}>
        {PARTS.map(([part, words]) => (
          <Chip
            key={part}
            selected={shown[part]}
            onClick={() => onShown({ ...shown, [part]: !shown[part] })}
          >
            {t(words)}
          </Chip>
        ))}
        {children}
      </div>
    </div>
  );
}

export interface FocusBarProps {
  focus: Focus | null;
  /** Functions that are not drawn. */
  hidden: number;
  onFocus: (focus: Focus | null) => void;
  onAll: () => void;
}

const FAR = [1, 2, 3, 4, 5, 8];

/** Says that this is only a part, and how to see more or less of it. */
export function FocusBar({ focus, hidden, onFocus, onAll }: FocusBarProps): JSX.Element | null {
  if (focus === null) {
    return hidden > 0 ? (
      <div className="bnb-row bnb-wrap bnb-graph-focus" role="status">
        <span className="bnb-soft">
          {t('%1 more functions are not drawn; find one by its name.', hidden.toLocaleString())}
        </span>
      </div>
    ) : null;
  }
  return (
    <div className="bnb-row bnb-wrap bnb-graph-focus">
      <span className="bnb-clip" title={focus.name}>
        {t('Around')} <b className="bnb-mono">{focus.name}</b>
      </span>
      <label className="bnb-row">
        <span className="bnb-soft">{t('steps')}</span>
        <select
          value={focus.hops}
          aria-label={t('Steps from it')}
          onChange={(event) =>
            onFocus({ ...focus, hops: Number(event.currentTarget.value), chosen: true })
          }
        >
          {FAR.map((hops) => (
            <option key={hops} value={hops}>
              {hops}
            </option>
          ))}
        </select>
      </label>
      <Button kind="quiet" onClick={onAll}>
        {t('Draw all')}
      </Button>
      <span className="bnb-soft" role="status">
        {hidden > 0 && t('%1 more functions', hidden.toLocaleString())}
        {!focus.chosen && ` · ${t('the graph is large, so its busiest part comes first')}`}
      </span>
    </div>
  );
}
