/**
 * One notebook or console, and the conversation with whatever kernel it has.
 *
 * The kernel is looked at again whenever it may have changed: another kernel, a restart (also by
 * another page, which this one only sees as a new session id), a connection that came back, silence,
 * and the end of every cell while babyagi_nb is not loaded. Answers to a look at an earlier state are
 * dropped. Silent executions are never used: they would disturb what people run.
 */

import { ISessionContext } from '@jupyterlab/apputils';
import { Kernel, KernelMessage } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { Client } from '../store';
import { Beside } from './beside';
import { KernelWire, hasMarker, processOf } from './kernelwire';

/** How long an idle kernel, and the subshell of a busy one, may take to list its comms. */
const IDLE_MS = 1000;
const BUSY_MS = 3000;
/** A cell may load us and run on; how often to look meanwhile. */
const LOOK_AGAIN_MS = 3000;
/** Beats without an answer after which an idle kernel is not believed to be there. */
const SILENT_BEATS = 2;

export class Connection implements IDisposable {
  readonly client = new Client('lab');
  isDisposed = false;
  /** Whether some page's cell is being executed, as far as this one has heard. */
  executing = false;

  private kernel: Kernel.IKernelConnection | null = null;
  private session = '';
  /** Grows when what was known of the kernel is not true any more. */
  private turn = 0;
  private looking = false;
  private again = false;
  /** Whether the client talks to the kernel, or greets it. */
  private wired = false;
  private beside: Beside | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly context: ISessionContext,
    load: () => void,
  ) {
    this.client.explain({ place: placeOf(context), load });
    context.kernelChanged.connect(this.follow, this);
    context.sessionChanged.connect(this.follow, this);
    context.propertyChanged.connect(this.renamed, this);
    void context.ready.then(() => this.follow());
    this.follow();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.leave();
      this.context.kernelChanged.disconnect(this.follow, this);
      this.context.sessionChanged.disconnect(this.follow, this);
      this.context.propertyChanged.disconnect(this.renamed, this);
      this.client.detach('missing');
    }
  }

  /** Look at the kernel again, whatever is known of it. */
  refresh(): void {
    this.look();
  }

  private renamed(): void {
    this.client.explain({ place: placeOf(this.context) });
  }

  private follow(): void {
    // The session's own connection: clones have their comms switched off.
    const kernel = this.context.session?.kernel ?? null;
    if (this.isDisposed || kernel === this.kernel) {
      this.sayWhyNone(kernel);
      return;
    }
    this.leave();
    this.kernel = kernel;
    if (kernel !== null) {
      this.beside = new Beside(kernel);
      kernel.statusChanged.connect(this.status, this);
      kernel.connectionStatusChanged.connect(this.connected, this);
      kernel.iopubMessage.connect(this.hear, this);
      kernel.anyMessage.connect(this.recognize, this);
      this.look();
    }
    this.sayWhyNone(kernel);
  }

  private sayWhyNone(kernel: Kernel.IKernelConnection | null): void {
    if (kernel === null && !this.isDisposed) {
      const starts = !this.context.isReady || this.context.isRestarting;
      this.client.explain({ reason: 'no-kernel' });
      this.client.detach(starts ? 'connecting' : 'missing');
    }
  }

  private leave(): void {
    this.turn += 1;
    this.wired = false;
    this.executing = false;
    this.session = '';
    clearTimeout(this.timer);
    const { kernel } = this;
    this.beside?.leave();
    this.kernel = this.beside = null;
    if (kernel !== null) {
      kernel.statusChanged.disconnect(this.status, this);
      kernel.connectionStatusChanged.disconnect(this.connected, this);
      kernel.iopubMessage.disconnect(this.hear, this);
      kernel.anyMessage.disconnect(this.recognize, this);
    }
  }

  private status(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (status === 'dead') {
      this.forget('dead');
    } else if (status === 'restarting' || status === 'autorestarting') {
      this.forget('connecting');
    } else if (status === 'idle' && this.client.phase === 'connecting' && !this.wired) {
      this.look();
    }
  }

  private connected(_: Kernel.IKernelConnection, status: Kernel.ConnectionStatus): void {
    if (status === 'connected') {
      // The kernel may have given us up while the connection was gone.
      this.wired = false;
      this.look();
    }
  }

  /** The kernel is not the one it was: no comm and no subshell of it is left. */
  private forget(phase: 'dead' | 'connecting'): void {
    this.turn += 1;
    this.wired = false;
    this.beside?.forget();
    this.executing = false;
    this.client.detach(phase);
    if (phase === 'connecting') {
      // It may not be there yet, and nothing need be heard when it is.
      this.lookLater();
    }
  }

  /** Another process answers for the kernel: it was restarted, and nobody else may say so here. */
  private recognize(_: Kernel.IKernelConnection, { direction, msg }: Kernel.IAnyMessageArgs): void {
    const session = direction === 'recv' ? processOf(msg) : null;
    if (session !== null && session !== this.session) {
      const anew = this.session !== '';
      this.session = session;
      if (anew) {
        this.forget('connecting');
        this.look();
      }
    }
  }

  private hear(_: Kernel.IKernelConnection, message: KernelMessage.IIOPubMessage): void {
    const { msg_type: type } = message.header;
    if (type === 'execute_input') {
      this.executing = true;
      this.lookLater();
    } else if (KernelMessage.isStatusMsg(message) && message.content.execution_state === 'idle') {
      const parent = message.parent_header as { msg_type?: string };
      if (parent.msg_type === 'execute_request') {
        this.executing = false;
        if (this.client.phase === 'missing') {
          this.look();
        }
      }
    }
  }

  /** While it is not known to be ours, look again soon: a cell may load us and run on. */
  private lookLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.wired && (this.executing || this.client.phase === 'connecting')) {
        this.look();
        this.lookLater();
      }
    }, LOOK_AGAIN_MS);
  }

  /** Look what the kernel is; one look at a time, and a last one after the last reason for it. */
  private look(): void {
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    void (async () => {
      do {
        this.again = false;
        const { kernel, beside } = this;
        if (kernel !== null && beside !== null && !kernel.isDisposed && kernel.status !== 'dead') {
          // The kernel or its connection may go away meanwhile; their signals lead on.
          await this.examine(kernel, beside).catch(() => undefined);
        }
      } while (this.again && !this.wired && !this.isDisposed);
      this.looking = false;
    })();
  }

  /** Find out what *kernel* is, and talk to it when it is one of ours. */
  private async examine(kernel: Kernel.IKernelConnection, beside: Beside): Promise<void> {
    const { turn } = this;
    const stale = () => this.isDisposed || turn !== this.turn;
    const spec = await kernel.spec.catch(() => undefined);
    if (stale()) {
      return;
    }
    const language = spec?.language ?? 'python';
    if (language.toLowerCase() !== 'python') {
      this.client.explain({ language: spec?.display_name ?? language });
      this.client.detach('other-language');
      return;
    }
    // Whatever is idle answers on its main shell, so a kernel that is not ours is given no subshell.
    // A page that was reloaded while a cell runs is told that the kernel is idle, and it is not.
    let ours: boolean | 'silent' =
      kernel.status === 'idle' ? await hasMarker(kernel, null, IDLE_MS) : 'silent';
    if (ours === 'silent') {
      ours = await hasMarker(kernel, await beside.get(), BUSY_MS);
    }
    const subshell = ours === true ? await beside.get() : null;
    if (stale()) {
      return;
    }
    if (ours === true) {
      this.client.explain({ reason: '' });
      this.wired = true;
      const silent = (times: number) => this.doubt(kernel, times);
      this.client.attach(new KernelWire(kernel, subshell, () => this.ended(), silent));
    } else {
      this.notOurs(ours);
    }
  }

  private ended(): void {
    this.wired = false;
    this.client.detach('connecting');
    this.look();
    this.lookLater();
  }

  /** No sign of life. A busy kernel may be too busy even for that, and is waited for. */
  private doubt(kernel: Kernel.IKernelConnection, times: number): void {
    const connected = !kernel.isDisposed && kernel.connectionStatus === 'connected';
    if (connected && times >= SILENT_BEATS && kernel.status !== 'busy') {
      this.forget('connecting');
      this.look();
    }
  }

  private notOurs(answer: boolean | 'silent'): void {
    this.wired = false;
    if (answer === false) {
      this.client.explain({ reason: 'not-loaded' });
      this.client.detach('missing');
    } else {
      // Busy and without subshells: whatever it is, it says so when the cell ends.
      this.client.detach('connecting');
    }
    if (answer === 'silent' || this.executing) {
      this.lookLater();
    }
  }
}

/** What people call it: the path of a notebook is its name, that of a console is made up. */
function placeOf({ path, name, type }: ISessionContext): string {
  return type === 'console' && name ? name : path;
}
