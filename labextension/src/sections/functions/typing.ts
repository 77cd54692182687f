/** Keys that a text of Python wants: Tab indents, Enter keeps the indentation. */

import type { KeyboardEvent } from 'react';

export function typedKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
  const area = event.currentTarget;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  if (event.key === 'Tab') {
    event.preventDefault();
    insert(area, '    ');
  } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
    event.preventDefault();
    insert(area, `\n${indentation(area.value, area.selectionStart)}`);
  }
}

/** The blanks that the next line begins with: as many as this one, four more behind a colon. */
export function indentation(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const blanks = /^[ \t]*/.exec(line)?.[0] ?? '';
  return /:\s*(#.*)?$/.test(line) ? `${blanks}    ` : blanks;
}

function insert(area: HTMLTextAreaElement, text: string): void {
  // The old command is the one that the browser's own undo knows.
  if (
    typeof document.execCommand === 'function' &&
    document.execCommand('insertText', false, text)
  ) {
    return;
  }
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
}
