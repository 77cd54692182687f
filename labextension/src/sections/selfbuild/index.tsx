import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';

/** Says what is missing; nothing here pretends to build. */
export function Section(): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-page">
      <Empty
        title={t('Self-build is not there yet')}
        action={
          <div className="bnb-actions">
            <Button onClick={() => navigate({ section: 'packs' })}>{t('Load a pack')}</Button>
            <Button onClick={() => navigate({ section: 'drafts' })}>{t('Approvals')}</Button>
          </div>
        }
      >
        <p>
          {t(
            'Here a model will write the functions that a task needs. This version of babyagi_nb ' +
              'has no model layer; it comes with a later version: pip install -U babyagi_nb, then ' +
              'restart the kernel.',
          )}
        </p>
        <p>
          {t(
            'What it writes will arrive as drafts. Until then, code that a model wrote elsewhere ' +
              'can be proposed in a cell, and decided on under Approvals:',
          )}
        </p>
        <pre className="bnb-mono bnb-left">{'app.propose(code, origin="model:NAME")'}</pre>
      </Empty>
    </div>
  );
}
