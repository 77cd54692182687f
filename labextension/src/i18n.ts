/**
 * Words in the language of the host.
 *
 * JupyterLab hands a translator over when it activates the extension; a cell's output has none and
 * shows the words as they stand here. `%1`, `%2` stand for what follows.
 */

export type Translate = (text: string, ...values: (string | number)[]) => string;

const asWritten: Translate = (text, ...values) =>
  text.replace(/%(\d)/g, (whole, digit: string) => {
    const value = values[Number(digit) - 1];
    return value === undefined ? whole : String(value);
  });

let current: Translate = asWritten;

/** Use *translate* from now on; without one, the words of the source again. */
export function setTranslate(translate?: Translate): void {
  current = translate ?? asWritten;
}

/** *text* in the language of the host, with `%1` … filled in. */
export const t: Translate = (text, ...values) => current(text, ...values);

/** A count with its noun: `counted(3, 'run', 'runs')` is `3 runs`. */
export function counted(count: number, one: string, many: string): string {
  return t(`%1 ${count === 1 ? one : many}`, count.toLocaleString());
}
