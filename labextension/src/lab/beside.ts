/** The thread of a kernel that answers beside a busy cell: one for the life of the kernel. */

import { Kernel } from '@jupyterlab/services';
import { createSubshell, deleteSubshell } from './kernelwire';

export class Beside {
  private subshell: string | null = null;
  private turn = 0;

  constructor(private readonly kernel: Kernel.IKernelConnection) {}

  /** The subshell, made when it is first needed; null where there are none. */
  async get(): Promise<string | null> {
    if (this.subshell === null) {
      const { turn } = this;
      const made = await createSubshell(this.kernel);
      if (turn === this.turn) {
        this.subshell = made;
      } else if (made !== null) {
        deleteSubshell(this.kernel, made);
      }
    }
    return this.subshell;
  }

  /** The kernel is another process now, which has none. */
  forget(): void {
    this.turn += 1;
    this.subshell = null;
  }

  /** Nobody will ask any more. */
  leave(): void {
    if (this.subshell !== null) {
      deleteSubshell(this.kernel, this.subshell);
    }
    this.forget();
  }
}
