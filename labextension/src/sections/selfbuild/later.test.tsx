import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { fakeKernel } from '../../testing/fake';
import { Section as Chat } from '../chat';
import { Section as SelfBuild } from './index';

describe('sections that wait for the model layer', () => {
  it.each([
    ['Self-build', <SelfBuild key="s" />],
    ['Chat', <Chat key="c" />],
  ])('%s says what is missing and how to get it, and asks the kernel nothing', (name, section) => {
    const kernel = fakeKernel();
    const before = kernel.wire.sent.length;
    kernel.show(section);
    expect(screen.getByText(`${name} is not there yet`)).toBeTruthy();
    expect(screen.getByText(/pip install -U babyagi_nb/)).toBeTruthy();
    expect(kernel.wire.sent).toHaveLength(before);
  });
});
