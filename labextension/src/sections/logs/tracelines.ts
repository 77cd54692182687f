/** A Python traceback taken apart, so that its places can be followed. */

export type TraceLine =
  /** `File "…", line n, in name`; `version` is set where it is one of our functions. */
  | {
      kind: 'place';
      file: string;
      line: number;
      within: string;
      at: { name: string; version: number } | null;
    }
  | { kind: 'code'; text: string }
  /** `^^^^` beneath the part of the line that failed. */
  | { kind: 'marks'; text: string }
  | { kind: 'said'; text: string };

const PLACE = /^\s*(?:[|+-]\s*)*File "(.*)", line (\d+)(?:, in (.*))?$/;
const OURS = /^<babyagi ([^@<>]+)@(\d+)>$/;

export function traceLines(text: string): TraceLine[] {
  let inside = false;
  return text
    .replace(/\n+$/, '')
    .split('\n')
    .map((line): TraceLine => {
      const place = PLACE.exec(line);
      if (place) {
        inside = true;
        const [, file = '', number = '0', within = ''] = place;
        const ours = OURS.exec(file);
        return {
          kind: 'place',
          file,
          line: Number(number),
          within,
          at: ours ? { name: ours[1] ?? '', version: Number(ours[2]) } : null,
        };
      }
      if (inside && /^\s+(?:\|\s+)*[~^]+[~^\s]*$/.test(line)) {
        return { kind: 'marks', text: line };
      }
      if (inside && /^\s{4}/.test(line)) {
        return { kind: 'code', text: line };
      }
      inside = false;
      return { kind: 'said', text: line };
    });
}
