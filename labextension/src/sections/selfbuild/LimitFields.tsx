import { t } from '../../i18n';
import type { Limits } from '../../protocol';
import { Field } from '../../ui/Field';

/** Limits as they are typed. */
export type Written = { [Name in keyof Limits]?: string };

const FIELDS: readonly (readonly [keyof Limits, string])[] = [
  ['calls', 'Calls'],
  ['tokens', 'Tokens'],
  ['seconds', 'Seconds'],
  ['cost', 'US dollars'],
];

/** What may be spent; an empty field leaves it to the settings. */
export function LimitFields(props: {
  value: Written;
  onChange: (value: Written) => void;
}): JSX.Element {
  const { value, onChange } = props;
  return (
    <details>
      <summary>{t('Limits')}</summary>
      <div className="bnb-limits">
        {FIELDS.map(([name, label]) => (
          <Field key={name} label={t(label)}>
            {(control) => (
              <input
                {...control}
                type="number"
                min={0}
                step={name === 'cost' ? 'any' : 1}
                placeholder={t('usual')}
                value={value[name] ?? ''}
                onChange={({ target }) => onChange({ ...value, [name]: target.value })}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}

/** The limits that were typed and are some. */
export function limitsOf(written: Written): Limits {
  const found: Limits = {};
  for (const [name] of FIELDS) {
    const value = Number(written[name]);
    if (value > 0) {
      found[name] = name === 'calls' || name === 'tokens' ? Math.ceil(value) : value;
    }
  }
  return found;
}
