/** What came of a run, in one line. */

import type { RunRow } from '../../protocol';
import { t } from '../../i18n';
import { said } from '../../ui/status';

/** Its result where it returned; else what went wrong, or the word for its state. */
export function outcome(run: RunRow): string {
  if (run.status === 'success') {
    return `→ ${run.result_line}`;
  }
  if (run.status === 'started') {
    return t('running…');
  }
  const words = run.result_line || run.error || '';
  return words || t(said(run.status).word);
}
