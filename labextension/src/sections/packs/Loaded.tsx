import { useNavigate } from '../../hooks';
import { counted, t } from '../../i18n';
import type { Outcome } from '../../protocol';
import { Revealed } from '../../ui/Revealed';

const SAID: Record<Outcome['change'], string> = {
  added: 'new',
  updated: 'a new version',
  activated: 'active again',
  unchanged: 'unchanged',
  proposed: 'a draft',
};

export interface LoadedProps {
  outcomes: readonly Outcome[];
  /** Whether the pack was vouched for: then its functions were approved in the same breath. */
  vouched: boolean;
}

/** What loading a pack did. */
export function Loaded({ outcomes, vouched }: LoadedProps): JSX.Element {
  const navigate = useNavigate();
  const drafts = vouched ? 0 : outcomes.filter(({ change }) => change === 'proposed').length;
  return (
    <div role="status" className="bnb-registered">
      <div>
        {counted(outcomes.length, 'function', 'functions')}
        {drafts > 0 && (
          <>
            {', '}
            <button
              type="button"
              className="bnb-link"
              onClick={() => navigate({ section: 'drafts' })}
            >
              {counted(drafts, 'waits for your approval', 'wait for your approval')}
            </button>
          </>
        )}
      </div>
      <ul className="bnb-plain">
        {outcomes.map(({ name, version, change, warnings }) => (
          <li key={name} className="bnb-break">
            <button
              type="button"
              className="bnb-link bnb-mono"
              onClick={() => navigate({ section: 'functions', name, version })}
            >
              <Revealed text={name} name />@{version}
            </button>{' '}
            <span className="bnb-soft">
              {t(vouched && change === 'proposed' ? 'approved' : SAID[change])}
            </span>
            {warnings.map((warning, at) => (
              <div key={at} className="bnb-warning">
                <Revealed text={warning} />
              </div>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
