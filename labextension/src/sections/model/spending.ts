import { counted, t } from '../../i18n';
import type { Spent } from '../../protocol';
import { duration } from '../../ui/moment';

/** What was spent, in words; a price that is not known is not called nothing. */
export function spending({ calls, tokens, seconds, cost, unpriced }: Spent): string {
  const price = cost > 0 ? `$${cost.toFixed(4)}` : '';
  const unknown = unpriced > 0 ? (price ? t('and more of unknown price') : t('price unknown')) : '';
  return [
    counted(calls, 'call', 'calls'),
    counted(tokens, 'token', 'tokens'),
    duration(seconds * 1000),
    price,
    unknown,
  ]
    .filter(Boolean)
    .join(', ');
}
