/** The one event that is no function: any registration. */

import { t } from '../../i18n';

export const REGISTRATION = 'function_added_or_updated';

/** What a trigger listens to, in words. */
export function sourceWords(triggering: string): string {
  return triggering === REGISTRATION ? t('any registration') : triggering;
}
