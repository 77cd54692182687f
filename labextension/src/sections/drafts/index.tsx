import { useRef, useState } from 'react';
import { useNavigate, usePlace } from '../../hooks';
import { t } from '../../i18n';
import { Client } from '../../store';
import { Tabs } from '../../ui/Tabs';
import { useWidth } from '../../ui/useWidth';
import { ReviewCard } from './ReviewCard';
import { Decided } from './Decided';
import { Waiting } from './Waiting';

const TWO = 860;

/** Code of others that waits for the person's word, and what was decided. */
export function Section({ client }: { client: Client }): JSX.Element {
  const place = usePlace();
  const navigate = useNavigate();
  const whole = useRef<HTMLDivElement>(null);
  const wide = useWidth(whole) >= TWO;
  const [tab, setTab] = useState('waiting');
  const { name, version } = place;
  const one = place.section === 'drafts' && name !== undefined && version !== undefined;
  return (
    <div ref={whole} className={`bnb-pair${wide && one ? ' bnb-pair-both' : ''}`}>
      {(!one || wide) && (
        <div className="bnb-pair-side">
          <Tabs
            label={t('Approvals')}
            active={tab}
            onSelect={setTab}
            tabs={[
              { id: 'waiting', label: t('Waiting') },
              { id: 'decided', label: t('Decided') },
            ]}
          />
          {tab === 'waiting' ? (
            <Waiting selected={one ? `${name}@${version}` : null} />
          ) : (
            <Decided />
          )}
        </div>
      )}
      {one && (
        <div className="bnb-pair-one">
          {!wide && (
            <button
              type="button"
              className="bnb-link bnb-to-list"
              onClick={() => navigate({ section: 'drafts' })}
            >
              ‹ {t('All approvals')}
            </button>
          )}
          <ReviewCard key={`${name}@${version}`} client={client} name={name} version={version} />
        </div>
      )}
    </div>
  );
}
