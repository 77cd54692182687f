/**
 * Characters in a source text that show nothing or pass for others, made visible.
 *
 * The kernel finds and counts them (`core/disguises.py`, whose words come as `warnings`); this is
 * the same eye for the text that stands on the screen. A hidden character is replaced by a mark, a
 * letter beyond ASCII in a name is followed by one. Nothing is dropped.
 */

export interface Piece {
  text: string;
  /** What is odd here, for a tooltip and for screen readers; null for ordinary text. */
  odd: string | null;
}

const PLAIN = /^[\n\t\x20-\x7e]*$/;
/** Controls, formats, private, unassigned and lone surrogates; separators of lines. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Blanks other than the plain and the ideographic one, and letters that are drawn as nothing. */
const BLANK =
  /(?![ \u3000])\p{Zs}|[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0]/u;
const SELECTOR = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
const PICTURE = /[\p{So}\p{Sk}\ufe0f]/u;
const ODD_LETTER = /(?![\p{ASCII}])[\p{L}\p{N}\p{M}]/u;

/**
 * `text` in pieces. With `name`, letters beyond ASCII are marked as well: that is for names,
 * hosts and paths, where one letter can pass for another; prose keeps its alphabet.
 */
export function pieces(text: string, name = false): Piece[] {
  if (PLAIN.test(text)) return text ? [{ text, odd: null }] : [];
  const found: Piece[] = [];
  let plain = '';
  const mark = (char: string, odd: string): void => {
    if (plain) found.push({ text: plain, odd: null });
    plain = '';
    found.push({ text: codePoint(char), odd });
  };
  const chars = [...text];
  chars.forEach((char, at) => {
    if (isHidden(char, chars[at - 1] ?? '', chars[at + 1] ?? '')) {
      mark(char, 'a hidden character');
    } else {
      plain += char;
      if (name && ODD_LETTER.test(char)) mark(char, 'a letter of another alphabet');
    }
  });
  if (plain) found.push({ text: plain, odd: null });
  return found;
}

/** A name, host or path as one string in which no character can pass for another. */
export function spelled(text: string): string {
  return pieces(text, true)
    .map((each) => each.text)
    .join('');
}

/** How many places a reader could miss. */
export function oddities(text: string, name = false): number {
  return pieces(text, name).filter((each) => each.odd !== null).length;
}

function isHidden(char: string, before: string, after: string): boolean {
  if (char === '\n' || char === '\t' || (char >= ' ' && char <= '~')) return false;
  // Asks for the coloured form of the sign before it.
  if (char === '\ufe0f') return !PICTURE.test(before);
  if (char === '\u200d') return !(PICTURE.test(before) && PICTURE.test(after));
  return UNSEEN.test(char) || BLANK.test(char) || SELECTOR.test(char);
}

function codePoint(char: string): string {
  const number = char.codePointAt(0) ?? 0;
  return `⟨U+${number.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
