import { Fragment, memo, useMemo, useRef, useState } from 'react';
import { counted, t } from '../i18n';
import { CodeLine, Part, codeLines } from './Code';
import { Chip } from './Chip';
import { Line, Pair, Stretch, changedPart, counts, diffLines, fold, sideBySide } from './linediff';
import { useWidth } from './useWidth';

export interface Text {
  label: string;
  code: string;
}

export interface DiffProps {
  old: Text;
  new: Text;
  /** Instead of measuring: whether the two stand side by side. */
  split?: boolean;
}

/** Pixels from which two texts fit side by side. */
const WIDE = 760;

/** What changed between two texts: side by side where there is room, else one below the other. */
export const Diff = memo(function Diff({ old, new: now, split }: DiffProps): JSX.Element {
  const whole = useRef<HTMLDivElement>(null);
  const width = useWidth(whole);
  const [wanted, setWanted] = useState<boolean | null>(null);
  const wide = wanted ?? split ?? width >= WIDE;
  const lines = useMemo(() => diffLines(old.code, now.code), [old.code, now.code]);
  const shown = useMemo(() => painted(lines, old.code, now.code), [lines, old.code, now.code]);
  const { old: gone, new: come } = counts(lines);
  if (gone + come === 0) {
    return (
      <div ref={whole} className="bnb-soft">
        {t('The code of %1 and %2 is the same.', old.label, now.label)}
      </div>
    );
  }
  return (
    <div ref={whole} className="bnb-diff">
      <div className="bnb-diff-head">
        <span className="bnb-soft">
          {t('%1 → %2', old.label, now.label)}: {counted(come, 'line added', 'lines added')},{' '}
          {counted(gone, 'line removed', 'lines removed')}
        </span>
        <Chip onClick={() => setWanted(!wide)} selected={wide}>
          {t('Side by side')}
        </Chip>
      </div>
      <table
        className={wide ? 'bnb-diff-split' : 'bnb-diff-unified'}
        aria-label={t('Changes from %1 to %2', old.label, now.label)}
      >
        <colgroup>
          {(wide ? ['number', 'text', 'number', 'text'] : ['number', 'number', 'text']).map(
            (kind, at) => (
              <col key={at} className={`bnb-diff-col-${kind}`} />
            ),
          )}
        </colgroup>
        {wide ? <Split lines={lines} shown={shown} /> : <Unified lines={lines} shown={shown} />}
      </table>
    </div>
  );
});

type Painted = ReadonlyMap<Line, readonly Part[]>;
interface BodyProps {
  lines: readonly Line[];
  shown: Painted;
}

function Unified({ lines, shown }: BodyProps): JSX.Element {
  const stretches = useMemo(() => fold(lines, (line) => line.kind !== 'same'), [lines]);
  return (
    <Stretches
      stretches={stretches}
      columns={3}
      row={(line, at) => (
        <tr key={at} className={`bnb-diff-${line.kind}`}>
          <td className="bnb-diff-number">{line.old}</td>
          <td className="bnb-diff-number">{line.new}</td>
          <Cell line={line} shown={shown} />
        </tr>
      )}
    />
  );
}

function Split({ lines, shown }: BodyProps): JSX.Element {
  const stretches = useMemo(
    () => fold(sideBySide(lines), ({ left, right }: Pair) => left !== right),
    [lines],
  );
  return (
    <Stretches
      stretches={stretches}
      columns={4}
      row={({ left, right }, at) => (
        <tr key={at}>
          <td className="bnb-diff-number">{left?.old}</td>
          <Cell line={left} shown={shown} />
          <td className="bnb-diff-number">{right?.new}</td>
          <Cell line={right} shown={shown} />
        </tr>
      )}
    />
  );
}

const SIGNS = { old: '− ', new: '+ ', same: '  ' } as const;

function Cell({ line, shown }: { line: Line | null; shown: Painted }): JSX.Element {
  if (line === null) {
    return <td className="bnb-diff-none" />;
  }
  return (
    <td className={`bnb-diff-text bnb-diff-${line.kind}`}>
      <code>
        {SIGNS[line.kind]}
        <CodeLine tokens={shown.get(line) ?? []} />
      </code>
    </td>
  );
}

interface StretchesProps<T> {
  stretches: readonly Stretch<T>[];
  columns: number;
  row: (row: T, at: number) => JSX.Element;
}

/** Rows, with the unchanged ones folded until they are asked for. */
function Stretches<T>({ stretches, columns, row }: StretchesProps<T>): JSX.Element {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  return (
    <tbody>
      {stretches.map(({ folded, rows }, at) => (
        <Fragment key={at}>
          {folded && !opened.has(at) ? (
            <tr>
              <td colSpan={columns} className="bnb-diff-fold">
                <button type="button" onClick={() => setOpened(new Set(opened).add(at))}>
                  {t('… %1 unchanged lines', rows.length)}
                </button>
              </td>
            </tr>
          ) : (
            rows.map(row)
          )}
        </Fragment>
      ))}
    </tbody>
  );
}

/** Every line in colours, and in lines that stand against each other the part that differs. */
function painted(lines: readonly Line[], old: string, now: string): Painted {
  const before = codeLines(old);
  const after = codeLines(now);
  const found = new Map<Line, readonly Part[]>();
  for (const line of lines) {
    const tokens = line.new !== null ? after[line.new - 1] : before[(line.old ?? 1) - 1];
    found.set(line, tokens ?? []);
  }
  for (const { left, right } of sideBySide(lines)) {
    if (left && right && left !== right) {
      const part = changedPart(left.text, right.text);
      found.set(left, cut(found.get(left) ?? [], part.old));
      found.set(right, cut(found.get(right) ?? [], part.new));
    }
  }
  return found;
}

/** The tokens, split where the changed part begins and ends. */
function cut(tokens: readonly Part[], [start, end]: [number, number]): Part[] {
  const found: Part[] = [];
  let at = 0;
  for (const { kind, text } of tokens) {
    const from = Math.min(Math.max(start - at, 0), text.length);
    const to = Math.min(Math.max(end - at, from), text.length);
    const parts: Part[] = [
      { kind, text: text.slice(0, from) },
      { kind, text: text.slice(from, to), changed: true },
      { kind, text: text.slice(to) },
    ];
    found.push(...parts.filter((each) => each.text));
    at += text.length;
  }
  return found;
}
