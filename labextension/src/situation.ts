/** How a client stands with its kernel, for whoever draws it. */

export type Phase = 'connecting' | 'live' | 'missing' | 'dead' | 'mismatch' | 'other-language';

/** Where a client stands, in words for people; the host keeps it up to date. */
export interface Situation {
  /** Path of the notebook or console, or what else the client belongs to. */
  place: string;
  /** Why there is no kernel of ours, when `phase` is `missing`. */
  reason: '' | 'no-notebook' | 'no-kernel' | 'not-loaded' | 'silent';
  /** Name of the kernel's language, when it is not Python. */
  language: string;
  /** Whether the kernel is `live` and has not answered for a while: very busy, or not there. */
  silent: boolean;
  /** Loads babyagi_nb in the kernel, where people can see it; absent where the host cannot. */
  load?: () => void;
}
