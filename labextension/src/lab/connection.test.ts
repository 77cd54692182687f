import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VERSION } from '../protocol';
import { HELLO } from '../testing/fake';
import { Connection } from './connection';

type Message = { header: { msg_type: string; msg_id: string }; content: Record<string, unknown> };

/** A process that answers for a kernel; another one has another session id. */
interface Process {
  session: string;
  /** Whether babyagi_nb is loaded, and whether anything at all is answered. */
  ours: boolean;
  mute: boolean;
}

/** As much of a kernel connection as a connection of ours uses, and a process behind it. */
class FakeKernel {
  id = 'kernel-1';
  isDisposed = false;
  status: Kernel.Status = 'idle';
  connectionStatus: Kernel.ConnectionStatus = 'connected';
  clientId = 'page';
  username = '';
  spec = Promise.resolve({ language: 'python', display_name: 'Python' });
  info = Promise.resolve({ supported_features: ['kernel subshells'] });
  statusChanged = new Signal<this, Kernel.Status>(this);
  connectionStatusChanged = new Signal<this, Kernel.ConnectionStatus>(this);
  iopubMessage = new Signal<this, KernelMessage.IIOPubMessage>(this);
  anyMessage = new Signal<this, Kernel.IAnyMessageArgs>(this);
  process: Process = { session: 'one', ours: true, mute: false };
  readonly sent: string[] = [];

  sendShellMessage = (message: Message) => this.take(message);
  sendControlMessage = (message: Message) => this.take(message);

  /** The kernel restarts and nobody tells this page. */
  restartBehindOurBack(): void {
    this.process = { session: 'two', ours: false, mute: false };
  }

  private take({ header, content }: Message): { done: Promise<unknown> } {
    const { msg_type: type } = header;
    const data = content['data'] as { op?: string; id?: number } | undefined;
    this.sent.push(data?.op ?? type);
    const { process } = this;
    if (process.mute) {
      return { done: new Promise(() => undefined) };
    }
    const answers: Record<string, unknown> = {
      comm_info_request: { comms: process.ours ? { marker: {} } : {} },
      create_subshell_request: { subshell_id: `beside-${process.session}` },
    };
    const reply = {
      header: { session: process.session, msg_type: type.replace('request', 'reply') },
      parent_header: header,
      channel: 'shell',
      content: answers[type] ?? {},
    };
    this.anyMessage.emit({ direction: 'recv', msg: reply as never });
    if (process.ours && data?.op !== undefined) {
      const ok = data.op === 'hello' ? HELLO : null;
      this.iopubMessage.emit({
        header: { session: process.session, msg_type: 'comm_msg' },
        parent_header: {},
        channel: 'iopub',
        content: { comm_id: content['comm_id'], data: { v: VERSION, id: data.id, ok } },
      } as never);
    }
    return { done: Promise.resolve(reply) };
  }
}

function connected(kernel: FakeKernel): Connection {
  const context = {
    path: 'first.ipynb',
    isReady: true,
    isRestarting: false,
    ready: Promise.resolve(),
    session: { kernel },
    kernelChanged: new Signal<object, unknown>({}),
    sessionChanged: new Signal<object, unknown>({}),
    propertyChanged: new Signal<object, unknown>({}),
  };
  return new Connection(context as unknown as ISessionContext, () => undefined);
}

describe('a connection', () => {
  let kernel: FakeKernel;
  let connection: Connection;

  beforeEach(async () => {
    vi.useFakeTimers();
    kernel = new FakeKernel();
    connection = connected(kernel);
    connection.client.view();
    await vi.advanceTimersByTimeAsync(100);
  });
  afterEach(() => {
    connection.dispose();
    vi.useRealTimers();
  });

  const phase = () => [connection.client.phase, connection.client.situation.reason];

  it('is live with a kernel of ours', () => {
    expect(phase()).toEqual(['live', '']);
  });

  it('notices by itself that another page restarted the kernel', async () => {
    kernel.restartBehindOurBack();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phase()).toEqual(['missing', 'not-loaded']);
  });

  it('finds the kernel again when it came up slowly after a restart', async () => {
    kernel.process.mute = true;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(phase()[0]).toBe('connecting');
    kernel.process = { session: 'two', ours: true, mute: false };
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phase()).toEqual(['live', '']);
  });

  it('looks again after a restart that says nothing more', async () => {
    kernel.process.mute = true;
    kernel.statusChanged.emit('restarting');
    await vi.advanceTimersByTimeAsync(20_000);
    kernel.process = { session: 'two', ours: false, mute: false };
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phase()).toEqual(['missing', 'not-loaded']);
  });

  it('waits for a kernel that is too busy to answer at all', async () => {
    kernel.status = 'busy';
    kernel.process.mute = true;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(connection.client.phase).toBe('live');
    expect(connection.client.situation.silent).toBe(true);
    // Then it is restarted by somebody else, and nobody says that it is not busy any more.
    kernel.restartBehindOurBack();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(phase()).toEqual(['missing', 'not-loaded']);
  });

  it('shows no use of the kernel by asking whether it lives', async () => {
    const before = kernel.sent.length;
    await vi.advanceTimersByTimeAsync(60_000);
    const asked = kernel.sent.slice(before);
    expect(asked.length).toBeGreaterThan(9);
    expect(new Set(asked)).toEqual(new Set(['kernel_info_request']));
  });

  it('takes no message of the server for another kernel', () => {
    for (const [type, parent] of [
      ['stream', { msg_id: '1' }],
      ['status', {}],
    ] as const) {
      const msg = { header: { session: 'server', msg_type: type }, parent_header: parent };
      kernel.anyMessage.emit({ direction: 'recv', msg: msg as never });
    }
    expect(connection.client.phase).toBe('live');
  });
});
