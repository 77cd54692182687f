/** Saving the graph as a file, in one of four forms. */

import { useState } from 'react';
import { t } from '../../i18n';
import type { Ops } from '../../protocol';
import type { Client } from '../../store';
import { ErrorLine } from '../../ui/ErrorLine';
import { savePng, saveText } from './exporting';
import type { Format } from './exporting';

export interface ExportsProps {
  client: Client;
  args: Ops['graph']['args'];
  disabled: boolean;
}

const FORMATS: readonly [Format, string][] = [
  ['svg', 'SVG'],
  ['png', 'PNG'],
  ['dot', 'DOT'],
  ['mermaid', 'Mermaid'],
];

export function Exports({ client, args, disabled }: ExportsProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async (format: Format): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const kind = format === 'png' ? 'svg' : format;
      const text = await client.request('graph.export', { ...args, format: kind });
      if (format === 'png') {
        await savePng(text);
      } else {
        saveText(format, text);
      }
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <select
        className="bnb-graph-export"
        aria-label={t('Save the graph as a file')}
        aria-busy={busy || undefined}
        disabled={disabled || busy}
        value=""
        onChange={(event) => void save(event.currentTarget.value as Format)}
      >
        <option value="">{busy ? t('saving…') : t('Save as…')}</option>
        {FORMATS.map(([format, words]) => (
          <option key={format} value={format}>
            {words}
          </option>
        ))}
      </select>
      {error !== null && <ErrorLine error={error} />}
    </>
  );
}
