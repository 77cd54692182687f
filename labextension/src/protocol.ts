/**
 * What the front end and the kernel say to one another. The kernel's side is
 * `babyagi_nb/jupyter/protocol.py`; both test suites read the golden messages in `tests/protocol/`.
 *
 * A request carries an id, and is answered by one response with the same id. Pushes come unasked.
 * Everything is JSON. All text in it was written by whoever wrote the functions: it is only ever
 * put into text nodes. Times are milliseconds since the epoch (float), durations are milliseconds.
 */

export const VERSION = 1;

/** The comm target that the kernel listens on, and the unpublished comm that marks our kernels. */
export const TARGET = 'babyagi_nb.hub';
export const MARKER = 'babyagi_nb.marker';

export interface Request<O extends Op = Op> {
  v: typeof VERSION;
  id: number;
  op: O;
  args: Ops[O]['args'];
}

export interface Failure {
  /** Class of the error, such as `NotGranted`; `Version` when the two sides disagree. */
  code: string;
  message: string;
  /** How to mend it; may be empty. */
  fix: string;
}

export type Response =
  | { v: typeof VERSION; id: number; ok: unknown }
  | { v: typeof VERSION; id: number; error: Failure };

/** Unasked news; coalesced by the kernel, at most ten a second. */
export type Push =
  /**
   * Runs that began, ended or changed since the last push, newest last; `dropped` did not fit.
   * `gone` are ids of runs told as begun that ended and left no record, as functions may ask for.
   */
  | { v: typeof VERSION; event: 'runs'; runs: RunRow[]; dropped: number; gone: string[] }
  /** Definitions changed (also by another kernel); `names` are the functions touched. */
  | { v: typeof VERSION; event: 'definitions'; generation: number; names: string[] }
  /** What a `functions.run` printed while it is under way. */
  | { v: typeof VERSION; event: 'printed'; ticket: number; text: string }
  /** The kernel says one line to the person. */
  | { v: typeof VERSION; event: 'notice'; message: string }
  /** Steps of a build that a page began, new or changed, each whole and with its number. */
  | {
      v: typeof VERSION; event: 'build'; build: string; revision: number; state: BuildState;
      message: string; spent: Spent; steps: StepRow[];
    }
  /** The same of what is said and called in a conversation. */
  | {
      v: typeof VERSION; event: 'chat'; chat: string; revision: number; busy: boolean;
      parts: ChatPart[];
    }
  /** Asks whether this peer still lives; answered by the request `alive`. */
  | { v: typeof VERSION; event: 'ping' };

export type Status =
  | 'started' | 'success' | 'error' | 'interrupted' | 'timeout' | 'cancelled' | 'lost' | 'refused';
export type State = 'own' | 'draft' | 'approved' | 'denied' | 'revoked';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Hello {
  v: number;
  package: string;
  kernel: string;
  /** Directory of the store; null in memory. */
  store: string | null;
  python: string;
  tier: string | null;
  generation: number;
  /** Whether requests are answered while a cell is busy (subshells). */
  concurrent: boolean;
}

export interface Overview {
  functions: number;
  drafts: number;
  runs: number;
  running: number;
  /** Errors in the last 24 hours. */
  failures: number;
  missing_keys: number;
  generation: number;
}

/** One function in the list; the whole list is sent at once, so it is short. */
export interface FunctionRow {
  name: string;
  version: number;
  description: string;
  tags: string[];
  origin: string;
  state: State;
  trust: 'kernel' | 'sandbox';
  is_async: boolean;
  dependencies: number;
  triggers: number;
  keys: string[];
  /** Whether a key it needs has no value. */
  missing: boolean;
}

/** Outcomes of one function, all versions, over the kept log. */
export interface FunctionStats {
  name: string;
  runs: number;
  errors: number;
  p50: number;
  p95: number;
  last: number;
  last_status: Status | null;
}

export interface VersionRow {
  number: number;
  created: number;
  digest: string;
  origin: string;
  state: State;
  active: boolean;
  runs: number;
  errors: number;
  p50: number | null;
}

export interface FunctionDetail extends FunctionRow {
  code: string;
  returns: string | null;
  parameters: { name: string; kind: string; annotation: string | null; default: string | null }[];
  /** JSON schema (2020-12) of the arguments as an object. */
  schema: { [key: string]: Json };
  tests: string[];
  metadata: { [key: string]: Json };
  imports: string[];
  uses: string[];
  depends_on: string[];
  dependents: string[];
  /** After which functions or events it runs, and which functions run after it. */
  runs_after: string[];
  listeners: string[];
  timeout: number | null;
  effects: string;
  log: string;
  asks: [string, string][];
  granted: [string, string][];
  versions: VersionRow[];
  /** The cell that would register it again. */
  cell: string;
  where: { notebook: string | null; cell: string | null };
}

export interface RunRow {
  id: string;
  root: string;
  parent: string | null;
  trigger: string | null;
  function: string;
  version: number;
  kernel: string;
  cell: string | null;
  started: number;
  duration: number | null;
  status: Status;
  /** One line of the arguments, and of the output or error. */
  params_line: string;
  result_line: string;
  error: string | null;
}

export interface RunDetail extends RunRow {
  params: { [key: string]: Json };
  output: Json;
  stdout: string | null;
  message: string | null;
  traceback: string | null;
  /** A Python expression that makes the same call again, where the arguments allow it. */
  call: string;
}

export interface Tree {
  rows: RunRow[];
  /** Whether the tree has more runs than `rows`; `total` is how many it has. */
  more: boolean;
  total: number;
}

export interface RunFilter {
  function?: string;
  status?: Status[];
  /** Milliseconds since the epoch. */
  since?: number;
  until?: number;
  text?: string;
  roots_only?: boolean;
  version?: number;
  slower_than?: number;
}

export interface GraphNode {
  id: string;
  kind: 'function' | 'event' | 'key' | 'import';
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Words such as `missing`, `draft`, `failing`, `sandbox`, `focus`. */
  marks: string[];
}

export interface GraphEdge {
  source: string;
  target: string;
  kind: 'dependency' | 'trigger' | 'key' | 'import';
  /** Corners of the way, from source to target. */
  points: [number, number][];
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  width: number;
  height: number;
  /** How many functions exist that are not drawn. */
  hidden: number;
}

export interface TriggerRow {
  triggered: string;
  triggering: string;
  last: number | null;
  last_status: Status | null;
  failures: number;
}

export interface KeyRow {
  name: string;
  available: boolean;
  /** In plain words where the value comes from; never the value. */
  source: string;
  used_by: string[];
}

export interface PackRow {
  name: string;
  file: string;
  shipped: boolean;
  loaded: number;
}

export interface DraftRow {
  label: string;
  name: string;
  number: number;
  origin: string;
  state: State;
  created: number;
  asks: [string, string][];
}

/** A version that was denied or revoked and is not the active one. */
export interface DeniedRow {
  label: string;
  name: string;
  number: number;
  origin: string;
  state: State;
  /** When that was decided, and why; the reason may be empty. */
  at: number;
  reason: string;
}

export interface Review {
  label: string;
  name: string;
  number: number;
  origin: string;
  state: State;
  code: string;
  base: { label: string; code: string } | null;
  tests: string[];
  asks: [string, string][];
  /** What can be granted: names by kind, and whether the kernel is asked for. */
  asked: {
    keys: string[]; hosts: string[]; reads: string[]; calls: string[];
    memory: number | null; seconds: number | null; kernel: boolean;
  };
  granted: [string, string][];
  /** What was declared beside the code and is approved with it: `runs after`, `calls`, … */
  declared: [string, string][];
  forbidden: [string, string][];
  companions: { label: string; state: State }[];
  /** Places where the code hides or pretends something. */
  warnings: string[];
  review: string;
}

export interface ChangeRow {
  id: number;
  at: number;
  summary: string;
  state: string;
}

export interface Outcome {
  name: string;
  version: number;
  change: 'added' | 'updated' | 'activated' | 'unchanged' | 'proposed';
  warnings: string[];
  tests: number;
}

/** Which model is asked; `problem` and its `fix` say why it cannot be. */
export interface Models {
  picked: string;
  host: string;
  /** What the server has, where it was asked. */
  models: string[];
  ready: boolean;
  problem: string;
  fix: string;
}

export interface Found {
  name: string;
  description: string;
  /** From 0 to 1. */
  score: number;
  why: string;
}

/** What was spent on a model; `unpriced` answers have no known price. */
export interface Spent {
  calls: number;
  tokens: number;
  seconds: number;
  /** US dollars. */
  cost: number;
  unpriced: number;
}

export type BuildState = 'running' | 'done' | 'stopped' | 'failed';

/** What became of one planned function. */
export interface MadeRow {
  name: string;
  how: 'written' | 'reused' | 'failed';
  version: number | null;
  reason: string;
  /** How people decided about it. */
  state: State | null;
}

export interface BuildRow {
  id: string;
  task: string;
  state: BuildState;
  /** Whether a page of this kernel began it and it goes on; else a cell or another kernel has it. */
  here: boolean;
  model: string;
  started: number;
  made: MadeRow[];
  main: string | null;
  spent: Spent;
  message: string;
  run: string | null;
}

export interface StepRow {
  n: number;
  step: string;
  state: 'began' | 'ended' | 'failed' | 'known';
  function: string | null;
  message: string;
}

/** A piece of a conversation; what does not belong to its kind is empty. */
export interface ChatPart {
  n: number;
  /** `said` by the person, `text` of the model, `call`, `note`, `error`, or `turn` for its end. */
  kind: string;
  /** What was said, or the arguments of a call. */
  text: string;
  name: string;
  call: string;
  /** Of a call: `began`, `asked`, `done`, `failed`, `refused`, `known`; of a turn how it ended. */
  status: string;
  note: string;
  run: string | null;
  /** Number of the question that waits for the person. */
  question: number | null;
  spent: Spent | null;
}

export interface ChatRow {
  id: string;
  title: string;
  model: string;
  turns: number;
  changed: number;
  busy: boolean;
}

export interface Chat {
  id: string;
  title: string;
  /** Pushes with a lower one are older than this. */
  revision: number;
  busy: boolean;
  /** Turns at the beginning that were not kept. */
  dropped: number;
  parts: ChatPart[];
}

/** What a build may spend; what is left out is as the settings say. */
export interface Limits {
  calls?: number;
  tokens?: number;
  seconds?: number;
  cost?: number;
}

/** Every operation, with what it takes and what it gives. */
export interface Ops {
  hello: { args: { client: string; v: number }; ok: Hello };
  alive: { args: Record<string, never>; ok: null };
  overview: { args: Record<string, never>; ok: Overview };
  /** Which pushes this peer wants from now on; the last word counts. */
  subscribe: { args: { runs: boolean; definitions: boolean }; ok: null };

  'functions.list': { args: Record<string, never>; ok: { generation: number; rows: FunctionRow[] } };
  'functions.stats': { args: Record<string, never>; ok: FunctionStats[] };
  'functions.detail': { args: { name: string; version?: number }; ok: FunctionDetail };
  'functions.diff': {
    args: { name: string; old: number; new: number };
    ok: { old: { label: string; code: string }; new: { label: string; code: string } };
  };
  /**
   * Runs on the kernel's main shell, so it waits for a busy cell and can be interrupted.
   * `arguments` is JSON that fits the schema. The result is a bounded preview.
   */
  'functions.run': {
    args: { name: string; version?: number; arguments: { [key: string]: Json }; ticket: number };
    ok: { run: RunDetail | null; output: Json };
  };
  /** Registers a `%%babyagi_function` cell text (first line included), as the user's own. */
  'functions.register': { args: { cell: string }; ok: Outcome[] };
  'functions.activate': { args: { name: string; version: number }; ok: null };
  'functions.remove': { args: { name: string; force: boolean }; ok: null };
  undo: { args: { id?: number }; ok: string | null };
  history: { args: { limit: number }; ok: ChangeRow[] };

  /** Newest first; `before` is [started, id] of the last row that was seen. */
  'logs.page': {
    args: { filter: RunFilter; before?: [number, string]; limit: number };
    ok: { rows: RunRow[]; more: boolean };
  };
  'logs.count': { args: { filter: RunFilter }; ok: number };
  'logs.detail': { args: { id: string }; ok: RunDetail };
  /** The call tree that a run belongs to, oldest first; `more` when only its beginning is sent. */
  'logs.tree': { args: { id: string }; ok: Tree };

  graph: {
    args: {
      name?: string; hops?: number;
      dependencies: boolean; triggers: boolean; keys: boolean; imports: boolean;
    };
    ok: Graph;
  };
  'graph.export': {
    args: Ops['graph']['args'] & { format: 'svg' | 'dot' | 'mermaid' };
    ok: string;
  };

  'triggers.list': { args: Record<string, never>; ok: TriggerRow[] };
  'triggers.add': { args: { triggered: string; triggering: string | null }; ok: null };
  'triggers.remove': { args: { triggered: string; triggering: string | null }; ok: null };

  'keys.list': { args: Record<string, never>; ok: KeyRow[] };
  /** The value travels this way only. The answer says in plain words where it is kept. */
  'keys.set': { args: { name: string; value: string }; ok: string };
  'keys.remove': { args: { name: string }; ok: string };

  'packs.list': { args: Record<string, never>; ok: PackRow[] };
  'packs.load': { args: { pack: string; approve: boolean }; ok: Outcome[] };

  'drafts.list': { args: Record<string, never>; ok: DraftRow[] };
  /** Newest decision first; what only functions of the list show is not repeated here. */
  'drafts.denied': { args: Record<string, never>; ok: DeniedRow[] };
  'drafts.review': { args: { name: string; version: number }; ok: Review };
  'drafts.approve': {
    args: { name: string; version: number; review: string; grants: Partial<Review['asked']> };
    ok: null;
  };
  'drafts.deny': { args: { name: string; version: number; reason: string }; ok: null };
  'drafts.revoke': { args: { name: string; version: number; reason: string }; ok: null };

  /** With `ask` the server is asked what it has. */
  'models.list': { args: { ask: boolean }; ok: Models };
  'models.pick': { args: { name: string; url?: string; key?: string }; ok: Models };
  find: { args: { query: string }; ok: Found[] };

  'builds.list': { args: Record<string, never>; ok: BuildRow[] };
  'builds.get': {
    args: { build: string };
    ok: { build: BuildRow; revision: number; steps: StepRow[] };
  };
  /** Answered at the end of the build, whichever it is. */
  'builds.start': { args: { task: string } & Limits; ok: BuildRow };
  'builds.resume': { args: { build: string } & Limits; ok: BuildRow };
  'builds.self_build': { args: { role: string; n: number } & Limits; ok: BuildRow };

  'chat.list': { args: Record<string, never>; ok: ChatRow[] };
  'chat.get': { args: { chat: string }; ok: Chat };
  /** The id of a conversation in which nothing was said yet. */
  'chat.new': { args: Record<string, never>; ok: string };
  /** Answered at the end of the turn, with how it ended. */
  'chat.say': { args: { chat: string; text: string; functions?: string[] }; ok: string };
  /** Whether the question still waited. */
  'chat.answer': { args: { question: number; yes: boolean }; ok: boolean };
  /** Ends what a page began on the main shell; whether there was anything. */
  stop: { args: Record<string, never>; ok: boolean };
}

export type Op = keyof Ops;

/**
 * Operations that may run code of the user. They go to the kernel's main shell, where they wait for
 * the cell under way and an interrupt reaches them; everything else is answered beside a busy cell.
 */
export const MAIN_OPS: ReadonlySet<Op> = new Set<Op>([
  'functions.run', 'functions.register', 'functions.activate', 'undo', 'packs.load',
  'drafts.approve', 'builds.start', 'builds.resume', 'builds.self_build', 'chat.say',
]);
