"""A small store, every operation asked of it once, and the answers as the golden files keep them.

What differs from machine to machine and from run to run (ids, times, durations, places) is replaced
by something that does not. To write the files anew after a change of the protocol::

    python tests/protocol/protocol_scene.py
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "building"))

import building_bench as bench

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.budget import Spent
from babyagi_nb.core.builds import Progress
from babyagi_nb.core.runs import Run, RunFilter
from babyagi_nb.ids import FunctionName, KernelId, RunId, VersionNumber
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.feed import BuildFeed, ChatFeed
from babyagi_nb.jupyter.protocol import OPERATIONS, VERSION, Refused, failure, push, read_request
from babyagi_nb.jupyter.rows import run_row
from babyagi_nb.testing import Reply, Rule, ScriptedModel, call

FOLDER = Path(__file__).parent
KERNEL = "01K0EXAMPLE000"
BUILD = "01K0EXAMPLEBUILD0001"
CHAT = "20251009-085320-0001"
BASE = 1_760_000_000_000.0
"""Milliseconds since the epoch, for the first moment of the scene."""

WEATHER = '''%%babyagi_function keys=weather_key tags=weather,demo
from datetime import date
from enum import Enum


class Unit(Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


def forecast(city: str, day: date, unit: Unit = Unit.CELSIUS, days: int = 3) -> dict[str, float]:
    """Say how warm it will be."""
    print("asking for", city)
    return {"low": 7.5, "high": 18.0}
'''
REPORT = '''%%babyagi_function tags=demo effects=pure
def clean(rows: list[float]) -> list[float]:
    """Leave out what cannot be."""
    return [row for row in rows if row > -90]


def report(rows: list[float], title: str = "Report") -> str:
    """Put the rows into words."""
    kept = clean(rows)
    print(len(kept), "rows")
    return f"{title}: {sum(kept) / len(kept):.1f}"


def announce(text: str) -> str:
    """Tell everybody."""
    return text.upper()


def test_clean():
    assert clean([1.0, -99.0]) == [1.0]
'''
BETTER = '''%%babyagi_function tags=demo effects=pure
def clean(rows: list[float]) -> list[float]:
    """Leave out what cannot be."""
    return [row for row in rows if -90 < row < 60]
'''
HOSTILE = """%%babyagi_function desc='<script>alert(1)</script>'
def hostile(text: str = "<img src=x onerror=alert(1)>") -> str:
    return text + "\\u202e"
"""
DRAFT = '''
def report(rows: list[float], title: str = "Report") -> str:
    """Put the rows into words, politely."""
    return f"Dear all, {title}: {len(rows)} rows"
'''
LOOKUP = '''
import urllib.request

def lookup(city: str) -> str:
    """Ask a service."""
    return urllib.request.urlopen("https://api.example.org/" + city).read().decode()
'''

CHATTING = "You are an assistant in a notebook"
ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("hello", {"client": "golden", "v": VERSION}),
    ("alive", {}),
    ("subscribe", {"runs": True, "definitions": True}),
    ("functions.register", {"cell": BETTER}),
    (
        "functions.run",
        {"name": "report", "arguments": {"rows": [1.5, 2.5, 99.0]}, "ticket": 1},
    ),
    ("overview", {}),
    ("functions.list", {}),
    ("functions.stats", {}),
    ("functions.detail", {"name": "forecast"}),
    ("functions.diff", {"name": "clean", "old": 1, "new": 2}),
    ("logs.page", {"filter": {"status": ["success", "error"]}, "limit": 5}),
    ("logs.count", {"filter": {"function": "clean"}}),
    ("logs.detail", {"id": "ERROR"}),
    ("logs.tree", {"id": "ROOT"}),
    ("graph", {"dependencies": True, "triggers": True, "keys": True, "imports": False}),
    (
        "graph.export",
        {
            "dependencies": True, "triggers": True, "keys": False, "imports": False,
            "format": "mermaid", "name": "report", "hops": 1,
        },
    ),
    ("triggers.list", {}),
    ("keys.list", {}),
    ("packs.list", {}),
    ("drafts.list", {}),
    ("drafts.review", {"name": "report", "version": 2}),
    ("drafts.approve", {"name": "report", "version": 2, "review": "CODE", "grants": {}}),
    ("drafts.revoke", {"name": "report", "version": 2, "reason": "changed my mind"}),
    ("drafts.deny", {"name": "lookup", "version": 1, "reason": "no network here"}),
    ("drafts.denied", {}),
    ("functions.activate", {"name": "clean", "version": 1}),
    ("triggers.remove", {"triggered": "announce", "triggering": "report"}),
    ("triggers.add", {"triggered": "announce", "triggering": "report"}),
    ("keys.set", {"name": "weather_key", "value": "not-a-real-one"}),
    ("keys.remove", {"name": "weather_key"}),
    ("packs.load", {"pack": "default_functions", "approve": False}),
    ("functions.remove", {"name": "hostile", "force": False}),
    ("undo", {}),
    ("history", {"limit": 3}),
    ("models.pick", {"name": "writer-1", "url": "http://127.0.0.1:9/v1"}),
    ("models.list", {"ask": False}),
    ("find", {"query": "put rows into words"}),
    ("builds.start", {"task": "Say whether a price is low.", "calls": 1}),
    ("builds.resume", {"build": "BUILD", "calls": 9}),
    ("builds.get", {"build": "BUILD"}),
    ("builds.self_build", {"role": "a shopkeeper", "n": 1}),
    ("builds.list", {}),
    ("chat.new", {}),
    ("chat.say", {"chat": "CHAT", "text": "which rows can be?", "functions": ["clean"]}),
    ("chat.get", {"chat": "CHAT"}),
    ("chat.list", {}),
    ("chat.answer", {"question": 1, "yes": True}),
    ("stop", {}),
]  # fmt: skip

FILES = {*OPERATIONS, "push.runs", "push.definitions", "push.printed", "push.notice", "push.ping",
         "push.build", "push.chat", "failure.NotFound", "failure.Version"}  # fmt: skip


def scene() -> dict[str, Any]:
    """What each golden file should hold, by its name."""
    app = BabyAGI(
        ":memory:", namespace={}, keys=_Keys(), notify=lambda message: None, model=_model()
    )
    # What a gate says depends on the sandbox of the machine.
    vars(app)["_workshop"] = bench.quick(app)
    ids: dict[str, str] = {}
    try:
        found = dict(_exchanges(app, ids))
        others = [each.id for each in app.builds() if each.id != ids["BUILD"]]
    finally:
        app.close()
    calm = {ids["CHAT"]: CHAT}
    for at, id in enumerate([ids["BUILD"], *reversed(others)], 1):
        calm |= {id: f"{BUILD[:-1]}{at}", id[-6:]: f"{BUILD[-6:-1]}{at}"}
    calm[str(app.executor.recorder.journal.kernel)] = KERNEL
    return _calm(found, calm) | dict(_pushes())


def _model() -> ScriptedModel:
    calling = Reply(calls=(call("clean", {"rows": [1.0, -273.0]}),))
    return ScriptedModel(
        [
            Rule(calling, "Only the first.", system=CHATTING),
            *bench.answering({("tasks", ""): {"tasks": []}}, plan=ONE),
        ]
    )


def _exchanges(app: BabyAGI, ids: dict[str, str]) -> Iterator[tuple[str, Any]]:
    bridge = Bridge(lambda: app, concurrent=True)

    def ask(op: str, args: Mapping[str, Any]) -> dict[str, Any]:
        named = {name: ids.get(value, value) if isinstance(value, str) else value
                 for name, value in args.items()}  # fmt: skip
        request = {"v": VERSION, "id": 7, "op": op, "args": named}
        read = read_request(request)
        response = (
            {"v": VERSION, "id": 7, "ok": None}
            if op in ("alive", "subscribe")
            else bridge.answer(read, main=True, say=lambda text: None)
        )
        return {"request": request, "response": response}

    for cell in (WEATHER, REPORT, HOSTILE):
        stored = ask("functions.register", {"cell": cell})["response"]
        assert "ok" in stored, stored
    app.add_trigger("announce", "report")
    app.propose(DRAFT, origin="model:writer-1")
    app.propose(LOOKUP, origin="model:writer-1", hosts=["api.example.org"])
    app.report([3.5, -273.0, 4.5], title="April")
    with suppress(ZeroDivisionError):
        app.report([])
    ids["ERROR"] = app.queries.runs(_filter(status=("error",)))[0].id
    ids["ROOT"] = app.queries.runs(_filter(function="announce"))[0].id
    ids["CODE"] = app.review("report", 2).code
    for op, args in ASKED:
        exchange = ask(op, args)
        ok = exchange["response"].get("ok")
        if op == "builds.start":
            ids["BUILD"] = ok["id"]
        elif op == "chat.new":
            ids["CHAT"] = ok
        yield op, exchange
    yield "failure.NotFound", ask("functions.detail", {"name": "reprot"})
    old = {"v": 0, "id": 7, "op": "hello", "args": {"client": "old", "v": 0}}
    try:
        read_request(old)
    except Refused as refused:
        yield "failure.Version", {"request": old, "response": failure(7, refused)}


def _filter(**wanted: Any) -> Any:
    return RunFilter(**wanted)


def _pushes() -> Iterator[tuple[str, Any]]:
    common: dict[str, Any] = {
        "root": RunId(f"{KERNEL}.10000001"), "parent": None, "trigger": None,
        "version": VersionNumber(1), "kernel": KernelId(KERNEL), "cell": "In[4]",
    }  # fmt: skip
    began = int(BASE) * 1_000_000
    running = Run(
        id=RunId(f"{KERNEL}.10000001"), function=FunctionName("report"), started=began,
        duration=None, status="started", params={"rows": [1.5, 2.5], "title": "May"}, **common,
    )  # fmt: skip
    ended = Run(
        id=RunId(f"{KERNEL}.10000002"), function=FunctionName("clean"), started=began + 2_000_000,
        duration=1_250_000, status="success", params={"rows": [1.5, 2.5]}, output=[1.5, 2.5],
        **common | {"parent": RunId(f"{KERNEL}.10000001")},
    )  # fmt: skip
    yield "push.runs", push("runs", runs=[run_row(running), run_row(ended)], dropped=0, gone=[])
    yield "push.definitions", push("definitions", generation=8, names=["clean", "report"])
    yield "push.printed", push("printed", ticket=1, text="2 rows\n")
    yield "push.notice", push("notice", message="the kernel runs another store now")
    yield "push.ping", push("ping")
    build = BuildFeed(BUILD, lambda feed, n: None)
    spent = Spent(calls=2, tokens=512, seconds=1.5, cost=0.0021, unpriced=0)
    build.take(Progress(build=BUILD, step="plan", state="ended", message="mean, spread"))
    build.take(Progress(build=BUILD, step="code", state="began", function="mean", spent=spent))
    yield "push.build", build.message([0, 1])
    chat = ChatFeed(CHAT, lambda feed, n: None)
    chat.set_busy(True)
    for row in _TURN:
        chat.take(row)
    chat.ask(7, 'call post with {"text": "hi"}?')
    yield "push.chat", chat.message([0, 1, 2])


_TURN = (
    {"event": "said", "text": "tell the team"},
    {"event": "text", "text": "I will."},
    {"event": "began", "call": "a", "name": "post", "arguments": '{"text": "hi"}'},
)


class _Keys:
    """Keys that are nowhere but here."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {"spare_key": "nothing"}

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def set(self, name: str, value: str) -> str:
        self._values[name] = value
        return "this kernel only"

    def forget(self, name: str) -> bool:
        return self._values.pop(name, None) is not None

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(self._values, "this kernel only")

    def secrets(self) -> Iterator[tuple[str, str]]:
        yield from ()


# -- what differs from run to run --------------------------------------------------------------

_TIMES = ("duration", "p50", "p95", "seconds")
_PLACES = {"python": "3.13.1", "package": "0.1.0", "tier": "standard"}
_TRACE = "Traceback (most recent call last):\nZeroDivisionError: division by zero\n"


def _calm(found: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """*found* without anything that another run would have otherwise."""
    text = json.dumps(found)
    for id, calm in ids.items():
        text = text.replace(id, calm)
    calmed: dict[str, Any] = _replaced(json.loads(re.sub(r"form\[\d+\]", "form[1]", text)))
    return calmed


def _replaced(value: Any, name: str = "", beside: Mapping[str, Any] | None = None) -> Any:
    if isinstance(value, dict):
        return {each: _replaced(inner, each, value) for each, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(each) for each in value]
    if isinstance(value, float):
        return _moment(name, beside or {}, value)
    if name == "file":
        return f"/packs/{Path(value).name}"
    if name == "traceback" and value:
        return _TRACE
    return _PLACES.get(name, value)


def _moment(name: str, beside: Mapping[str, Any], value: float) -> float:
    """A time that follows from what it is the time of."""
    match name:
        case "started":
            return BASE + 1000 * int(beside["id"][-4:])
        case "at":
            return BASE + 1000 * int(beside.get("id", 0))
        case "created" | "changed":
            return BASE
        case "last":
            return BASE + 60_000
    return 1.25 if name in _TIMES else value


def text_of(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=True, sort_keys=True) + "\n"


def main() -> None:
    for name, content in scene().items():
        (FOLDER / f"{name}.json").write_text(text_of(content), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
