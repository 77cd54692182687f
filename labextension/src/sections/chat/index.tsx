import { useNavigate } from '../../hooks';
import { t } from '../../i18n';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';

/** Says what is missing; nothing here pretends to answer. */
export function Section(): JSX.Element {
  const navigate = useNavigate();
  return (
    <div className="bnb-page">
      <Empty
        title={t('Chat is not there yet')}
        action={
          <Button onClick={() => navigate({ section: 'functions' })}>{t('Run a function')}</Button>
        }
      >
        <p>
          {t(
            'Here you will talk to a model that may call the functions you tick. This version of ' +
              'babyagi_nb has no model layer; it comes with a later version: ' +
              'pip install -U babyagi_nb, then restart the kernel.',
          )}
        </p>
        <p>{t('Until then, every function can be run from its form.')}</p>
      </Empty>
    </div>
  );
}
