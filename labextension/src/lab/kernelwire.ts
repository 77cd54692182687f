/**
 * The sidebar's own comm, over which requests are answered while a cell is busy.
 *
 * Messages of this comm are written here instead of by `kernel.createComm`, for two reasons. A page
 * that is reloaded while a cell runs hears nothing from the kernel's main shell until the cell ends,
 * and `createComm` waits for just that before it starts a subshell; the control channel answers at
 * once. And each request chooses its shell: what runs user code goes to the main one.
 *
 * A subshell is a thread of the kernel that answers beside the main one (ipykernel 7 and newer).
 */

import { Kernel, KernelMessage } from '@jupyterlab/services';
import { JSONObject, UUID } from '@lumino/coreutils';
import { MARKER, Request, TARGET } from '../protocol';
import { Wire } from '../transport';
import { within } from './patience';

/** A kernel that is idle has said what it can do long before. */
const INFO_MS = 400;
const SUBSHELL_MS = 2500;

/** Ask the kernel for a subshell; null where there are none. */
export async function createSubshell(kernel: Kernel.IKernelConnection): Promise<string | null> {
  const known = await within(INFO_MS, kernel.info, null);
  if (known !== null && !known.supported_features?.includes('kernel subshells')) {
    return null;
  }
  const message = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
    msgType: 'create_subshell_request',
    channel: 'control',
    username: kernel.username,
    session: kernel.clientId,
    content: {},
  });
  const made = kernel.sendControlMessage(message, true).done.then((reply) => {
    const content = reply?.content as { subshell_id?: string } | undefined;
    return content?.subshell_id ?? null;
  });
  const id = await within(SUBSHELL_MS, made, undefined);
  if (id === undefined) {
    // Nobody waits for it any more, and it is a thread.
    made.then((late) => late !== null && deleteSubshell(kernel, late)).catch(() => undefined);
  }
  return id ?? null;
}

/**
 * Resolves when *kernel* answers on its control channel, which no cell keeps busy unless it keeps all
 * of Python busy. This kind of message is not taken for use of the kernel: its light stays off, and
 * servers that stop idle kernels may still do so. The answer says which process gave it.
 */
async function awake(kernel: Kernel.IKernelConnection): Promise<void> {
  const message = KernelMessage.createMessage<KernelMessage.IDebugRequestMsg>({
    msgType: 'kernel_info_request' as 'debug_request',
    channel: 'control',
    username: kernel.username,
    session: kernel.clientId,
    content: {} as KernelMessage.IDebugRequestMsg['content'],
  });
  await kernel.sendControlMessage(message, true).done;
}

/**
 * Which process of the kernel sent *message*; null where that cannot be told, because servers send
 * messages of their own in the name of a kernel.
 */
export function processOf(message: KernelMessage.IMessage): string | null {
  const { session, msg_type: type } = message.header;
  const answers = 'msg_id' in message.parent_header && type !== 'stream';
  return answers ? session : null;
}

export function deleteSubshell(kernel: Kernel.IKernelConnection, id: string): void {
  if (kernel.isDisposed || kernel.status === 'dead' || kernel.connectionStatus !== 'connected') {
    return;
  }
  const message = KernelMessage.createMessage<KernelMessage.IDeleteSubshellRequestMsg>({
    msgType: 'delete_subshell_request',
    channel: 'control',
    username: kernel.username,
    session: kernel.clientId,
    content: { subshell_id: id },
  });
  kernel.sendControlMessage(message, true).done.catch(() => undefined);
}

/** Whether babyagi_nb is loaded in *kernel*: it keeps a comm that only its name gives away. */
export async function hasMarker(
  kernel: Kernel.IKernelConnection,
  subshell: string | null,
  patience: number,
): Promise<boolean | 'silent'> {
  const message = KernelMessage.createMessage<KernelMessage.ICommInfoRequestMsg>({
    msgType: 'comm_info_request',
    channel: 'shell',
    username: kernel.username,
    session: kernel.clientId,
    subshellId: subshell,
    content: { target_name: MARKER },
  });
  const future = kernel.sendShellMessage(message, true);
  const reply = await within(patience, future.done as Promise<KernelMessage.IMessage>, null);
  if (reply === null) {
    return 'silent';
  }
  const comms = (reply.content as { comms?: Record<string, unknown> }).comms ?? {};
  return Object.keys(comms).length > 0;
}

export class KernelWire implements Wire {
  private readonly id = UUID.uuid4();
  private handler: (message: unknown) => void = () => undefined;
  private opened = false;
  private closed = false;

  /**
   * *ended* is called when the kernel closes the comm, as it does when it unloads us; *silent* when
   * it does not answer.
   */
  constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly subshell: string | null,
    private readonly ended: () => void,
    readonly silent: (times: number) => void,
  ) {
    kernel.iopubMessage.connect(this.hear, this);
  }

  send(message: Request, { main }: { main: boolean }): void {
    const data = message as unknown as JSONObject;
    if (!this.opened) {
      // The greeting travels in the opening: ipykernel looks a comm up before it has opened it, and
      // would complain in the notebook about a message that comes right behind.
      this.opened = true;
      this.post('comm_open', { comm_id: this.id, target_name: TARGET, data }, this.subshell);
      return;
    }
    this.post('comm_msg', { comm_id: this.id, data }, main ? null : this.subshell);
  }

  receive(handler: (message: unknown) => void): () => void {
    this.handler = handler;
    return () => {
      this.handler = () => undefined;
    };
  }

  alive(): Promise<void> {
    return awake(this.kernel);
  }

  interrupt(): Promise<void> {
    return this.kernel.interrupt();
  }

  close(): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.kernel.iopubMessage.disconnect(this.hear, this);
    if (this.opened && !this.kernel.isDisposed && this.kernel.connectionStatus === 'connected') {
      try {
        this.post('comm_close', { comm_id: this.id, data: {} }, this.subshell);
      } catch {
        // A dead kernel has no comms.
      }
    }
  }

  /** Runs for every message of the kernel, so it returns at once. */
  private hear(_: Kernel.IKernelConnection, message: KernelMessage.IIOPubMessage): void {
    const type = message.header.msg_type;
    if (type !== 'comm_msg' && type !== 'comm_close') {
      return;
    }
    const content = message.content as { comm_id: string; data: unknown };
    if (content.comm_id !== this.id) {
      return;
    }
    if (type === 'comm_msg') {
      this.handler(content.data);
    } else {
      this.closed = true;
      this.kernel.iopubMessage.disconnect(this.hear, this);
      this.ended();
    }
  }

  private post(
    msgType: 'comm_open' | 'comm_msg' | 'comm_close',
    content: object,
    subshellId: string | null,
  ): void {
    const message = KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
      msgType: msgType as 'comm_msg',
      channel: 'shell',
      username: this.kernel.username,
      session: this.kernel.clientId,
      subshellId,
      content: content as KernelMessage.ICommMsgMsg['content'],
    });
    this.kernel.sendShellMessage(message, false, true).done.catch(() => undefined);
  }
}
