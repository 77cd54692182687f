import { describe, expect, it, vi } from 'vitest';
import { Request, VERSION } from './protocol';
import { Client } from './store';
import { HELLO, FakeWire, fakeKernel, failure, pending } from './testing/fake';
import { RequestError } from './transport';

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

async function attached(wire: FakeWire): Promise<Client> {
  const client = new Client('test');
  client.attach(wire);
  await settled();
  return client;
}

describe('a client', () => {
  it('is live once its greeting is answered', async () => {
    const client = await attached(new FakeWire({}));
    expect(client.phase).toBe('live');
    expect(client.hello).toEqual(HELLO);
  });

  it('greets again while nobody answers', async () => {
    vi.useFakeTimers();
    const wire = new FakeWire({ hello: () => pending });
    new Client('test').attach(wire);
    vi.advanceTimersByTime(4100);
    vi.useRealTimers();
    expect(wire.sent.filter(({ message }) => message.op === 'hello')).toHaveLength(3);
  });

  it('says who has to be updated when the kernel speaks another version', async () => {
    const newer = await attached(new FakeWire({ hello: () => ({ ...HELLO, v: VERSION + 1 }) }));
    expect(newer.phase).toBe('mismatch');
    expect(newer.problem?.fix).toContain('Reload this page');
    const older = await attached(new FakeWire({ hello: () => ({ ...HELLO, v: 0 }) }));
    expect(older.problem?.fix).toContain('Update babyagi_nb in the environment of the kernel');
  });

  it('shows what the kernel says when it refuses the greeting', async () => {
    const refuse = () => {
      throw failure('Version', 'too old', 'update');
    };
    const client = await attached(new FakeWire({ hello: refuse }));
    expect(client.problem).toEqual({ code: 'Version', message: 'too old', fix: 'update' });
  });

  it('gives each answer to whoever asked', async () => {
    const { client, wire } = fakeKernel({ 'logs.count': () => pending });
    const [one, two] = [{ function: 'a' }, { function: 'b' }];
    const asked = [one, two].map((filter) => client.request('logs.count', { filter }));
    const ids = wire.sent
      .filter(({ message }) => message.op === 'logs.count')
      .map(({ message }) => message.id);
    wire.deliver({ v: VERSION, id: ids[1], ok: 2 });
    wire.deliver({ v: VERSION, id: ids[0], ok: 1 });
    expect(await Promise.all(asked)).toEqual([1, 2]);
  });

  it('fails with the words of the kernel', async () => {
    const { client } = fakeKernel({
      'logs.detail': () => {
        throw failure('NotFound', 'no such run', 'look again');
      },
    });
    const error = await client.request('logs.detail', { id: 'x' }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'NotFound', message: 'no such run', fix: 'look again' });
  });

  it('drops the answer to what was aborted', async () => {
    const { client } = fakeKernel({ 'logs.count': () => pending });
    const abort = new AbortController();
    const asked = client.request('logs.count', { filter: {} }, { signal: abort.signal });
    abort.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('fails everything that waits when the kernel goes', async () => {
    const { client, wire } = fakeKernel({ 'functions.list': () => pending });
    const asked = client.request('functions.list', {});
    client.detach('dead');
    await expect(asked).rejects.toMatchObject({ code: 'Gone' });
    expect(client.phase).toBe('dead');
    expect(wire.closed).toBe(true);
    await expect(client.request('functions.list', {})).rejects.toMatchObject({
      code: 'NotConnected',
    });
  });

  it('sends what may run code of the user to the main shell, and reads beside it', () => {
    const { client, wire } = fakeKernel({ 'functions.run': () => pending });
    void client.request('functions.run', { name: 'f', arguments: {}, ticket: 1 });
    void client.request('overview', {});
    const ways = Object.fromEntries(wire.sent.map(({ message, main }) => [message.op, main]));
    expect(ways).toMatchObject({ 'functions.run': true, overview: false });
  });

  it('gives up on a reading request after a while, and never on a run', () => {
    vi.useFakeTimers();
    const { client } = fakeKernel({ 'functions.run': () => pending, overview: () => pending });
    const ended: string[] = [];
    client.request('overview', {}).catch((error: RequestError) => ended.push(error.code));
    client
      .request('functions.run', { name: 'f', arguments: {}, ticket: 1 })
      .catch(() => ended.push('run'));
    return vi.advanceTimersByTimeAsync(3_600_000).then(() => {
      vi.useRealTimers();
      expect(ended).toEqual(['Timeout']);
    });
  });

  it('answers the heartbeat', () => {
    const { wire, push } = fakeKernel();
    push({ v: VERSION, event: 'ping' });
    expect(wire.sent.at(-1)?.message.op).toBe('alive');
  });

  it('takes no notice of messages that are none of ours', () => {
    const { wire, client } = fakeKernel();
    for (const each of [null, 7, 'x', [], {}, { id: 1 }, { id: 1, error: 'x' }, { event: 3 }]) {
      wire.deliver(each);
    }
    expect(client.phase).toBe('live');
  });
});

describe('news', () => {
  const wanted = (wire: FakeWire) =>
    wire.sent
      .filter(({ message }) => message.op === 'subscribe')
      .map(({ message }) => (message as Request<'subscribe'>).args);

  it('is asked for while somebody listens', () => {
    const { client, wire } = fakeKernel();
    const stop = client.on('runs', () => undefined);
    const stopToo = client.on('runs', () => undefined);
    stop();
    stopToo();
    stopToo();
    expect(wanted(wire)).toEqual([
      { runs: true, definitions: false },
      { runs: false, definitions: false },
    ]);
  });

  it('is not asked for while no view is in sight, and everything is asked again then', () => {
    const { client, wire } = fakeKernel();
    client.on('runs', () => undefined);
    const view = client.view();
    const before = client.epoch;
    view.seen(false);
    expect(wanted(wire).at(-1)).toEqual({ runs: false, definitions: false });
    view.seen(true);
    expect(wanted(wire).at(-1)).toEqual({ runs: true, definitions: false });
    expect(client.epoch).toBe(before + 1);
  });

  it('reaches those who listen for it, and nobody else', () => {
    const { client, push } = fakeKernel();
    const heard: string[] = [];
    client.on('notice', ({ message }) => heard.push(message));
    client.on('definitions', () => heard.push('definitions'));
    push({ v: VERSION, event: 'notice', message: 'hello' });
    expect(heard).toEqual(['hello']);
  });
});
