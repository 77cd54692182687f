import { t } from '../i18n';
import { RequestError } from '../transport';
import { Button } from './Button';

export interface ErrorLineProps {
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, and how to mend it. */
export function ErrorLine({ error, onRetry }: ErrorLineProps): JSX.Element {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof RequestError ? error.code : null;
  const fix = error instanceof RequestError ? error.fix : '';
  return (
    <div className="bnb-error" role="alert">
      <div>
        {code && <strong>{code}: </strong>}
        {message}
      </div>
      {fix && <div className="bnb-error-fix">{fix}</div>}
      {onRetry && <Button onClick={onRetry}>{t('Try again')}</Button>}
    </div>
  );
}
