import { t } from '../i18n';

/** Something is under way. */
export function Spinner({ label }: { label?: string }): JSX.Element {
  return (
    <div className="bnb-spinner" role="status">
      <span className="bnb-spinner-sign" aria-hidden="true" />
      <span>{label ?? t('Loading…')}</span>
    </div>
  );
}
