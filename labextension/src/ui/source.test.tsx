import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Code } from './Code';
import { Diff } from './Diff';
import { oddities, pieces, spelled } from './disguises';
import { tokenLines, tokens } from './python';

describe('tokens of Python', () => {
  const text = 'def f(x):  # say "hi"\n    return f"""a\n{x}""" if match else 0x1F + 1.5e3\n';

  it('joined are the text', () => {
    for (const each of [
      text,
      '"never ends',
      "'''nor this\n",
      'x = "\\"\n%%magic line',
      '\u0000\ud800',
    ]) {
      expect(
        tokens(each)
          .map((token) => token.text)
          .join(''),
      ).toBe(each);
      expect(
        tokenLines(each)
          .map((line) => line.map((token) => token.text).join(''))
          .join('\n'),
      ).toBe(each);
    }
  });

  it('know keywords, names that are defined, strings, numbers and comments', () => {
    const found = tokens(text).map(({ kind, text: part }) => `${kind}:${part}`);
    expect(found).toContain('keyword:def');
    expect(found).toContain('definition:f');
    expect(found).toContain('comment:# say "hi"');
    expect(found).toContain('string:f"""a\n{x}"""');
    expect(found).toContain('number:0x1F');
    expect(found).not.toContain('keyword:match');
  });
});

describe('disguises', () => {
  it('write out what shows nothing', () => {
    expect(spelled('a\u202eb\u200bc')).toBe('a⟨U+202E⟩b⟨U+200B⟩c');
    expect(spelled('tab\there')).toBe('tab\there');
    expect(spelled('\ufeffx\u00a0y\u{e0041}')).toBe('⟨U+FEFF⟩x⟨U+00A0⟩y⟨U+E0041⟩');
  });

  it('mark letters of other alphabets in names, and leave prose alone', () => {
    expect(spelled('ev\u0430l')).toBe('ev\u0430⟨U+0430⟩l');
    expect(oddities('Grüße aus Köln, 你好')).toBe(0);
  });

  it('leave coloured signs alone', () => {
    expect(oddities('👩\u200d🔬 ❤\ufe0f')).toBe(0);
  });

  it('drop nothing', () => {
    const plain = pieces('x\u200by').filter(({ odd }) => odd === null);
    expect(plain.map(({ text: part }) => part).join('')).toBe('xy');
  });
});

describe('source on the page', () => {
  it('is text, whatever it says', () => {
    const { container } = render(<Code text={'x = "<img src=x onerror=alert(1)>"'} />);
    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
  });

  it('marks what hides, in strings and in names', () => {
    const { container } = render(<Code text={'ev\u0430l("\u202e")  # \u0430'} />);
    const marks = [...container.querySelectorAll('mark')].map((mark) => mark.textContent);
    expect(marks).toEqual(['⟨U+0430⟩', '⟨U+202E⟩']);
  });

  it('shows changes side by side or one below the other', async () => {
    const old = { label: 'f@1', code: `${'same\n'.repeat(20)}return 1\n` };
    const now = { label: 'f@2', code: `${'same\n'.repeat(20)}return 2\n` };
    render(<Diff old={old} new={now} split={false} />);
    expect(screen.getByText(/1 line added/)).toBeTruthy();
    expect(screen.getByRole('table').className).toContain('unified');
    await userEvent.click(screen.getByRole('button', { name: 'Side by side' }));
    expect(screen.getByRole('table').className).toContain('split');
    await userEvent.click(screen.getByRole('button', { name: /17 unchanged lines/ }));
    expect(screen.getAllByText('same')).toHaveLength(40);
  });

  it('says when two versions do not differ', () => {
    const text = { label: 'f@1', code: 'x' };
    render(<Diff old={text} new={{ ...text, label: 'f@2' }} />);
    expect(screen.getByText(/is the same/)).toBeTruthy();
  });
});
