import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BEAT_MS, LIMIT_MS } from './heartbeat';
import { VERSION } from './protocol';
import { FakeKernel, HELLO, Handlers, fakeKernel, pending } from './testing/fake';

const alive = ({ wire }: FakeKernel) => wire.sent.filter(({ message }) => message.op === 'alive');
/** Long enough for a question, its limit, and the beat that notices. */
const NOTICED_MS = 2 * BEAT_MS + LIMIT_MS;

describe('the heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const watched = async (handlers: Handlers = {}) => {
    const kernel = fakeKernel(handlers);
    const view = kernel.client.view();
    await vi.advanceTimersByTimeAsync(0);
    return { ...kernel, view };
  };
  const mute: Handlers = { alive: () => pending };

  it('asks an idle kernel, once a beat, for a sign of life', async () => {
    const kernel = await watched();
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(alive(kernel)).toHaveLength(4);
    expect(kernel.client.situation.silent).toBe(false);
  });

  it('asks nothing while the kernel speaks anyway', async () => {
    const kernel = await watched();
    for (let beat = 0; beat < 4; beat += 1) {
      await vi.advanceTimersByTimeAsync(BEAT_MS - 10);
      kernel.push({ v: VERSION, event: 'notice', message: 'here' });
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(alive(kernel)).toHaveLength(0);
  });

  it('asks nothing while no view is in sight, or the page is hidden', async () => {
    const kernel = await watched();
    kernel.view.seen(false);
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    kernel.view.seen(true);
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    hidden.mockRestore();
    expect(alive(kernel)).toHaveLength(0);
  });

  it('ends when the conversation does', async () => {
    const kernel = await watched();
    kernel.client.detach('dead');
    await vi.advanceTimersByTimeAsync(4 * BEAT_MS);
    expect(alive(kernel)).toHaveLength(0);
  });

  it('has one question out at a time, and tells the host with every beat', async () => {
    const kernel = await watched(mute);
    const told: number[] = [];
    kernel.wire.silent = (times) => told.push(times);
    await vi.advanceTimersByTimeAsync(NOTICED_MS + 2 * BEAT_MS);
    expect(alive(kernel)).toHaveLength(1);
    expect(told).toEqual([1, 2, 3]);
    expect(kernel.client.phase).toBe('live');
    expect(kernel.client.situation.silent).toBe(true);
  });

  it('takes everything back with the first word', async () => {
    const kernel = await watched(mute);
    await vi.advanceTimersByTimeAsync(NOTICED_MS);
    expect(kernel.client.situation.silent).toBe(true);
    kernel.push({ v: VERSION, event: 'notice', message: 'it was a long computation' });
    expect(kernel.client.situation.silent).toBe(false);
  });

  it('says what to do where the host cannot look for itself, and finds back by itself', async () => {
    let deaf = true;
    const kernel = await watched({
      ...mute,
      hello: () => (deaf ? pending : HELLO),
    });
    // This kernel has a greeting of its own to answer.
    kernel.wire.deliver({ v: VERSION, id: kernel.wire.sent[0]?.message.id, ok: HELLO });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([kernel.client.phase, kernel.client.situation.reason]).toEqual(['missing', 'silent']);
    deaf = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([kernel.client.phase, kernel.client.situation.reason]).toEqual(['live', '']);
  });

  it('never gives up a kernel that answers only between cells', async () => {
    const kernel = await watched({ ...mute, hello: () => pending });
    kernel.wire.deliver({
      v: VERSION,
      id: kernel.wire.sent[0]?.message.id,
      ok: { ...HELLO, concurrent: false },
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(kernel.client.phase).toBe('live');
    expect(kernel.client.situation.silent).toBe(true);
  });
});
