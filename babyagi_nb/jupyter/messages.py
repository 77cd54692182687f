"""The shapes that responses and pushes hold: `protocol.ts`, in Python's words.

Times are milliseconds since the epoch, durations are milliseconds, both as floats.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from babyagi_nb.core.builds import BuildState
from babyagi_nb.core.registration import Change
from babyagi_nb.core.runs import RunStatus
from babyagi_nb.core.trust import State, Trust

__all__ = [
    "BuildRow", "ChangeRow", "Chat", "ChatPart", "ChatRow", "DeniedRow", "DraftRow", "Found",
    "FunctionDetail", "FunctionRow", "FunctionStats", "Graph", "GraphEdge", "GraphNode", "Hello",
    "KeyRow", "MadeRow", "Models", "Outcome", "Overview", "PackRow", "Pairs", "Review", "RunDetail",
    "RunRow", "Spent", "StepRow", "Tree", "TriggerRow", "VersionRow",
]  # fmt: skip

Pairs = list[tuple[str, str]]


class Hello(TypedDict):
    v: int
    package: str
    kernel: str
    store: str | None
    python: str
    tier: str | None
    generation: int
    concurrent: bool


class Overview(TypedDict):
    functions: int
    drafts: int
    runs: int
    running: int
    failures: int
    missing_keys: int
    generation: int


class FunctionRow(TypedDict):
    name: str
    version: int
    description: str
    tags: list[str]
    origin: str
    state: State
    trust: Trust
    is_async: bool
    dependencies: int
    triggers: int
    keys: list[str]
    missing: bool


class FunctionStats(TypedDict):
    name: str
    runs: int
    errors: int
    p50: float
    p95: float
    last: float
    last_status: RunStatus | None


class VersionRow(TypedDict):
    number: int
    created: float
    digest: str
    origin: str
    state: State
    active: bool
    runs: int
    errors: int
    p50: float | None


class FunctionDetail(FunctionRow):
    code: str
    returns: str | None
    parameters: list[dict[str, str | None]]
    schema: dict[str, Any]
    tests: list[str]
    metadata: dict[str, Any]
    imports: list[str]
    uses: list[str]
    depends_on: list[str]
    dependents: list[str]
    runs_after: list[str]
    listeners: list[str]
    timeout: float | None
    effects: str
    log: str
    asks: Pairs
    granted: Pairs
    versions: list[VersionRow]
    cell: str
    where: dict[str, str | None]


class RunRow(TypedDict):
    id: str
    root: str
    parent: str | None
    trigger: str | None
    function: str
    version: int
    kernel: str
    cell: str | None
    started: float
    duration: float | None
    status: RunStatus
    params_line: str
    result_line: str
    error: str | None


class RunDetail(RunRow):
    params: dict[str, Any]
    output: Any
    stdout: str | None
    message: str | None
    traceback: str | None
    call: str


class Tree(TypedDict):
    rows: list[RunRow]
    more: bool
    total: int


class GraphNode(TypedDict):
    id: str
    kind: str
    label: str
    x: float
    y: float
    width: float
    height: float
    marks: list[str]


class GraphEdge(TypedDict):
    source: str
    target: str
    kind: str
    points: list[tuple[float, float]]


class Graph(TypedDict):
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    width: float
    height: float
    hidden: int


class TriggerRow(TypedDict):
    triggered: str
    triggering: str
    last: float | None
    last_status: RunStatus | None
    failures: int


class KeyRow(TypedDict):
    name: str
    available: bool
    source: str
    used_by: list[str]


class PackRow(TypedDict):
    name: str
    file: str
    shipped: bool
    loaded: int


class DraftRow(TypedDict):
    label: str
    name: str
    number: int
    origin: str
    state: State
    created: float
    asks: Pairs


class DeniedRow(TypedDict):
    label: str
    name: str
    number: int
    origin: str
    state: State
    at: float
    reason: str


class Review(TypedDict):
    label: str
    name: str
    number: int
    origin: str
    state: State
    code: str
    base: dict[str, str] | None
    tests: list[str]
    asks: Pairs
    asked: dict[str, Any]
    granted: Pairs
    declared: Pairs
    forbidden: Pairs
    companions: list[dict[str, str]]
    warnings: list[str]
    review: str


class ChangeRow(TypedDict):
    id: int
    at: float
    summary: str
    state: str


class Outcome(TypedDict):
    name: str
    version: int
    change: Change
    warnings: list[str]
    tests: int


class Models(TypedDict):
    picked: str
    host: str
    models: list[str]
    ready: bool
    problem: str
    fix: str


class Found(TypedDict):
    name: str
    description: str
    score: float
    why: str


class Spent(TypedDict):
    calls: int
    tokens: int
    seconds: float
    cost: float
    unpriced: int


class MadeRow(TypedDict):
    name: str
    how: Literal["written", "reused", "failed"]
    version: int | None
    reason: str
    state: State | None


class BuildRow(TypedDict):
    id: str
    task: str
    state: BuildState
    here: bool
    model: str
    started: float
    made: list[MadeRow]
    main: str | None
    spent: Spent
    message: str
    run: str | None


class StepRow(TypedDict):
    n: int
    step: str
    state: Literal["began", "ended", "failed", "known"]
    function: str | None
    message: str


class ChatPart(TypedDict):
    n: int
    kind: str
    text: str
    name: str
    call: str
    status: str
    note: str
    run: str | None
    question: int | None
    spent: Spent | None


class ChatRow(TypedDict):
    id: str
    title: str
    model: str
    turns: int
    changed: float
    busy: bool


class Chat(TypedDict):
    id: str
    title: str
    revision: int
    busy: bool
    dropped: int
    parts: list[ChatPart]
