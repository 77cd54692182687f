/**
 * Python text as tokens, for colour alone: keywords, strings, comments, numbers, what is defined.
 *
 * It reads any text to its end and never fails: what it does not know is plain. The tokens' texts
 * joined are the text.
 */

export type TokenKind = 'keyword' | 'string' | 'comment' | 'number' | 'definition' | 'plain';

export interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except ' +
    'finally for from global if import in is lambda match case nonlocal not or pass raise return ' +
    'try type while with yield'
  ).split(' '),
);

const PATTERN = new RegExp(
  [
    '(?<comment>#[^\\n]*)',
    '(?<string>[rRbBuUfFtT]{0,2}(?:"""(?:[^\\\\]|\\\\[^])*?(?:"""|$(?![^]))|\'\'\'(?:[^\\\\]|\\\\[^])*?(?:\'\'\'|$(?![^]))' +
      '|"(?:[^"\\\\\\n]|\\\\[^])*"?|\'(?:[^\'\\\\\\n]|\\\\[^])*\'?))',
    '(?<number>\\b(?:0[xXoObB][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?[jJ]?)\\b)',
    '(?<word>[\\p{L}_][\\p{L}\\p{N}_]*)',
    '(?<magic>^%%?[^\\n]*)',
  ].join('|'),
  'gmu',
);

/** Beyond this many characters everything is plain: colour is not worth a stutter. */
const MOST = 200_000;

export function tokens(text: string): Token[] {
  if (text.length > MOST) return [{ kind: 'plain', text }];
  const found: Token[] = [];
  const put = (kind: TokenKind, part: string): void => {
    const last = found[found.length - 1];
    if (last && last.kind === kind && kind === 'plain') last.text += part;
    else if (part) found.push({ kind, text: part });
  };
  let end = 0;
  let defines = false;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > end) put('plain', text.slice(end, match.index));
    const groups = match.groups ?? {};
    const part = match[0];
    if (groups.word !== undefined) {
      const keyword = KEYWORDS.has(part) && !(SOFT.has(part) && !opensLine(text, match.index));
      put(defines ? 'definition' : keyword ? 'keyword' : 'plain', part);
      defines = part === 'def' || part === 'class';
    } else {
      defines = false;
      put(
        groups.comment !== undefined
          ? 'comment'
          : groups.string !== undefined
            ? 'string'
            : groups.number !== undefined
              ? 'number'
              : 'definition',
        part,
      );
    }
    end = match.index + part.length;
  }
  if (end < text.length) put('plain', text.slice(end));
  return found;
}

/** The tokens by line; a token that spans lines is cut. Lines end at line feeds only. */
export function tokenLines(text: string): Token[][] {
  const lines: Token[][] = [[]];
  for (const token of tokens(text)) {
    token.text.split('\n').forEach((part, at) => {
      if (at > 0) lines.push([]);
      if (part) lines[lines.length - 1]?.push({ kind: token.kind, text: part });
    });
  }
  return lines;
}

/** Words that are keywords only where a statement begins. */
const SOFT = new Set(['match', 'case', 'type']);

function opensLine(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return /^\s*$/.test(text.slice(start, at)) && /^\w+\s+[\w"'([{*-]/.test(text.slice(at, at + 60));
}
