"""What pages can ask for, and what they are told when it cannot be done."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.protocol import MAIN, OPERATIONS, read_request

CELL = "%%babyagi_function tags=demo\n"


class Asker:
    """A page without a wire."""

    def __init__(self, app: BabyAGI) -> None:
        self.app = app
        self.bridge = Bridge(lambda: app)
        self.printed: list[str] = []

    def answer(self, op: str, main: bool = True, **args: Any) -> dict[str, Any]:
        request = read_request({"v": 1, "id": 1, "op": op, "args": args})
        answer = self.bridge.answer(request, main=main, say=self.printed.append)
        json.dumps(answer, allow_nan=False).encode("utf-8")
        return answer

    def ask(self, op: str, **args: Any) -> Any:
        answer = self.answer(op, **args)
        assert "ok" in answer, answer
        return answer["ok"]

    def refused(self, op: str, **args: Any) -> str:
        error = self.answer(op, **args)["error"]
        return f"{error['code']}: {error['message']}; {error['fix']}"

    def store(self, code: str) -> list[dict[str, Any]]:
        return list(self.ask("functions.register", cell=CELL + code))


@pytest.fixture(name="page")
def page_fixture(app: BabyAGI) -> Asker:
    return Asker(app)


# -- functions -----------------------------------------------------------------------------------


def test_a_cell_is_stored_bound_and_listed(page: Asker) -> None:
    (outcome,) = page.store("def hello(n: int = 1): return n")
    assert (outcome["change"], outcome["version"]) == ("added", 1)
    assert page.app.namespace["hello"](3) == 3
    (row,) = page.ask("functions.list")["rows"]
    assert (row["name"], row["tags"], row["state"], row["trust"]) == (
        "hello", ["demo"], "own", "kernel",
    )  # fmt: skip


def test_the_cell_of_a_detail_registers_no_new_version(page: Asker) -> None:
    page.store("def hello(n: int = 1):\n    return n")
    cell = page.ask("functions.detail", name="hello")["cell"]
    (outcome,) = page.ask("functions.register", cell=cell)
    assert outcome["change"] == "unchanged"


def test_what_stands_beside_functions_in_a_cell_is_not_run_and_that_is_said(page: Asker) -> None:
    (outcome,) = page.store("def hello(): return 1\n\nhello()\n")
    assert outcome["warnings"] == ["line 4: 'hello()' was not run, and is no part of a function"]
    assert page.ask("logs.count", filter={}) == 0


def test_a_text_without_its_first_line_is_no_cell(page: Asker) -> None:
    assert "begin it with a line %%babyagi_function" in page.refused(
        "functions.register", cell="def f(): pass"
    )


def test_a_list_decodes_only_what_changed(page: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    page.store("def one(): return 1\n\ndef two(): return 2")
    page.ask("functions.list")
    asked: list[str] = []
    catalogue: Any = type(page.app.catalogue)
    version = catalogue.version
    monkeypatch.setattr(
        catalogue,
        "version",
        lambda self, name, n=None: asked.append(name) or version(self, name, n),
    )
    assert len(page.ask("functions.list")["rows"]) == 2
    assert asked == []
    page.store("def two(): return 3")
    asked.clear()
    rows = page.ask("functions.list")["rows"]
    assert {row["name"]: row["version"] for row in rows} == {"one": 1, "two": 2}
    assert set(asked) == {"two"}


def test_a_function_that_is_only_a_draft_is_in_the_list(page: Asker) -> None:
    page.app.propose("def d(x): return x", origin="model:m")
    (row,) = page.ask("functions.list")["rows"]
    assert (row["state"], row["trust"]) == ("draft", "sandbox")
    assert page.ask("functions.detail", name="d")["code"].startswith("def d")


def test_a_function_says_that_its_key_is_missing_until_it_has_a_value(page: Asker) -> None:
    page.ask("functions.register", cell="%%babyagi_function keys=token\ndef f(): return token")
    assert page.ask("functions.list")["rows"][0]["missing"] is True
    said = page.ask("keys.set", name="token", value="a-value-to-hide")
    assert "a-value-to-hide" not in said
    assert page.ask("functions.list")["rows"][0]["missing"] is False


def test_statistics_are_those_of_all_versions_together(page: Asker) -> None:
    page.store("def f(x: int): return 1 / x")
    page.app.f(1)
    page.store("def f(x: int): return 2 / x")
    with pytest.raises(ZeroDivisionError):
        page.app.f(0)
    (row,) = page.ask("functions.stats")
    assert (row["runs"], row["errors"], row["last_status"]) == (2, 1, "error")
    versions = page.ask("functions.detail", name="f")["versions"]
    assert [(each["number"], each["errors"], each["active"]) for each in versions] == [
        (2, 1, True), (1, 0, False),
    ]  # fmt: skip


def test_another_version_can_be_made_active_and_taken_back(page: Asker) -> None:
    page.store("def f(): return 1")
    page.store("def f(): return 2")
    page.ask("functions.activate", name="f", version=1)
    assert page.app.namespace["f"]() == 1
    assert page.ask("undo") == "activate f@1"
    assert page.app.namespace["f"]() == 2
    assert [row["state"] for row in page.ask("history", limit=2)] == ["undo of 3", "undone"]


def test_what_others_need_is_removed_by_force_only(page: Asker) -> None:
    page.store("def one(): return 1\n\ndef two(): return one()")
    assert "needed by 'two'" in page.refused("functions.remove", name="one", force=False)
    page.ask("functions.remove", name="one", force=True)
    assert "one" not in page.app.namespace


def test_an_unknown_function_is_told_with_a_suggestion(page: Asker) -> None:
    page.store("def hello(): return 1")
    assert page.refused("functions.detail", name="helo") == (
        "NotFound: no function 'helo'; did you mean 'hello'?"
    )


# -- running from a form -------------------------------------------------------------------------


def test_a_form_runs_a_function_and_shows_what_it_prints(page: Asker) -> None:
    page.store("def f(n: int):\n    print('n is', n)\n    return [n] * n")
    done = page.ask("functions.run", name="f", arguments={"n": 2}, ticket=1)
    assert done["output"] == [2, 2]
    assert done["run"]["stdout"] == "n is 2\n"
    assert "".join(page.printed) == "n is 2\n"


def test_json_becomes_what_the_hints_mean(page: Asker) -> None:
    page.store(
        "from dataclasses import dataclass\nfrom datetime import date\nfrom enum import Enum\n\n"
        "class Unit(Enum):\n    C = 'c'\n\n@dataclass\nclass Place:\n    name: str\n\n"
        "def f(day: date, unit: Unit, place: Place, /, *rest: int, **more: float):\n"
        "    return [day.year, unit.name, place.name, sum(rest), more]"
    )
    given = {"day": "2026-03-01", "unit": "c", "place": {"name": "Oslo"}, "rest": [1, 2], "x": 1.5}
    done = page.ask("functions.run", name="f", arguments=given, ticket=1)
    assert done["output"] == [2026, "C", "Oslo", 3, {"x": 1.5}]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "needs the argument 'day'"),
        ({"day": "tomorrow"}, "argument 'day'"),
        ({"day": "2026-03-01", "dya": 1}, "takes no argument 'dya'; did you mean 'day'?"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_before_anything_runs(
    page: Asker, given: dict[str, Any], words: str
) -> None:
    page.store("from datetime import date\n\ndef f(day: date): return day.year")
    assert words in page.refused("functions.run", name="f", arguments=given, ticket=1)
    assert page.ask("logs.count", filter={}) == 0


def test_what_the_function_raises_is_an_answer(page: Asker) -> None:
    page.store("def f(): raise ValueError('no')")
    done = page.ask("functions.run", name="f", arguments={}, ticket=1)
    assert (done["run"]["status"], done["run"]["error"]) == ("error", "ValueError")
    assert "ValueError: no" in done["run"]["traceback"]


def test_an_error_that_leaves_no_run_is_a_failure(page: Asker) -> None:
    page.ask(
        "functions.register", cell="%%babyagi_function log=none\ndef f(): raise ValueError('no')"
    )
    assert page.refused("functions.run", name="f", arguments={}, ticket=1) == "ValueError: no; "


def test_an_earlier_version_runs_and_triggers_nothing(page: Asker) -> None:
    page.store("def f(): return 1\n\ndef g(): return 0")
    page.ask("triggers.add", triggered="g", triggering="f")
    page.store("def f(): return 2")
    assert page.ask("functions.run", name="f", version=1, arguments={}, ticket=1)["output"] == 1
    assert page.ask("logs.count", filter={"function": "g"}) == 0


@pytest.mark.parametrize("head", ["async def f():\n    return 3", "def f():\n    yield from [3]"])
def test_coroutines_are_waited_for_and_generators_walked(page: Asker, head: str) -> None:
    page.store(head)
    done = page.ask("functions.run", name="f", arguments={}, ticket=1)
    assert done["output"] in (3, [3])
    assert done["run"]["status"] == "success"


def test_a_result_of_many_megabytes_is_cut(page: Asker) -> None:
    page.store("def f(): return ['x' * 1000] * 50_000")
    answer = page.answer("functions.run", name="f", arguments={}, ticket=1)
    assert len(json.dumps(answer)) < 400_000


@pytest.mark.parametrize("op", sorted(MAIN))
def test_what_may_run_code_is_refused_beside_a_busy_cell(page: Asker, op: str) -> None:
    samples: dict[str, Any] = {
        "text": "x", "count": 1, "count?": 1, "object": {}, "flag": False, "grants": {},
        "number?": 1, "names?": [],
    }  # fmt: skip
    args = {name: samples[kind] for name, kind in OPERATIONS[op].items()}
    assert page.answer(op, main=False, **args)["error"]["code"] == "MainShell"


# -- the log -------------------------------------------------------------------------------------


def test_pages_of_runs_follow_one_another_without_gap_or_repeat(page: Asker) -> None:
    page.store("def f(n: int): return n")
    for number in range(23):
        page.app.f(number)
    seen: list[str] = []
    before = None
    while True:
        got = page.ask("logs.page", filter={}, limit=5, **({"before": before} if before else {}))
        seen += [row["result_line"] for row in got["rows"]]
        if not got["more"]:
            break
        before = [got["rows"][-1]["started"], got["rows"][-1]["id"]]
    assert seen == [str(number) for number in reversed(range(23))]


def test_a_page_goes_on_from_a_row_that_was_pushed(page: Asker) -> None:
    page.store("def f(n: int): return n")
    for number in range(5):
        page.app.f(number)
    middle = page.app.get_logs("f")[2]
    before = [middle["timestamp"].timestamp() * 1000, middle["id"]]
    got = page.ask("logs.page", filter={}, limit=5, before=before)
    assert [row["result_line"] for row in got["rows"]] == ["1", "0"]


def test_runs_are_narrowed_as_the_page_says(page: Asker) -> None:
    page.store("def f(n: int): return 1 / n\n\ndef g(): return f(1)")
    page.app.g()
    with pytest.raises(ZeroDivisionError):
        page.app.f(0)
    now = time.time() * 1000

    def found(**narrowed: Any) -> list[str]:
        return [row["function"] for row in page.ask("logs.page", filter=narrowed, limit=9)["rows"]]

    assert found(status=["error"]) == ["f"]
    assert found(roots_only=True) == ["f", "g"]
    assert found(since=now + 60_000) == []
    assert found(text="division") == ["f"]
    assert found(slower_than=60_000) == []
    assert found(function="g", version=1) == ["g"]


def test_a_run_in_full_can_be_called_again(page: Asker) -> None:
    page.store("def f(a: int, /, b: list): return a")
    page.app.f(1, b=[2])
    (row,) = page.ask("logs.page", filter={}, limit=1)["rows"]
    assert page.ask("logs.detail", id=row["id"])["call"] == "f(1, b=[2])"


def test_a_tree_has_every_run_below_the_root(page: Asker) -> None:
    page.store("def f(): return 1\n\ndef g(): return f() + f()")
    page.app.g()
    (row,) = page.ask("logs.page", filter={"function": "g"}, limit=1)["rows"]
    tree = page.ask("logs.tree", id=row["id"])
    assert [each["function"] for each in tree["rows"]] == ["g", "f", "f"]
    assert (tree["more"], tree["total"]) == (False, 3)


def test_a_tree_that_was_cut_says_how_large_it_is(
    page: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("babyagi_nb.jupyter.operations.logs._TREE", 2)
    page.store("def f(): return 1\n\ndef g(): return f() + f()")
    page.app.g()
    (row,) = page.ask("logs.page", filter={"function": "g"}, limit=1)["rows"]
    tree = page.ask("logs.tree", id=row["id"])
    assert [each["function"] for each in tree["rows"]] == ["g", "f"]
    assert (tree["more"], tree["total"]) == (True, 3)


# -- everything else -----------------------------------------------------------------------------


def test_the_graph_marks_what_is_missing_or_failed(page: Asker) -> None:
    page.ask("functions.register", cell="%%babyagi_function keys=token\ndef f(): return token")
    page.store("def g(): return 1 / 0\n\ndef h(): return g()")
    with pytest.raises(ZeroDivisionError):
        page.app.g()
    shown = page.ask(
        "graph", name="h", hops=1, dependencies=True, triggers=True, keys=True, imports=True
    )
    marks = {node["id"]: node["marks"] for node in shown["nodes"]}
    assert marks == {"h": ["focus"], "g": ["failing"]}
    assert shown["hidden"] == 1
    whole = page.ask("graph", dependencies=True, triggers=True, keys=True, imports=True)
    assert {node["id"]: node["marks"] for node in whole["nodes"]}["f"] == ["missing"]
    assert len(whole["edges"][0]["points"]) > 1


@pytest.mark.parametrize(
    ("format", "start"), [("svg", "<svg"), ("dot", "digraph"), ("mermaid", "flow")]
)
def test_a_graph_can_be_kept_as_a_file(page: Asker, format: str, start: str) -> None:
    page.store("def g(): return 1")
    shown = {"dependencies": True, "triggers": True, "keys": False, "imports": False}
    assert page.ask("graph.export", format=format, **shown).startswith(start)


def test_a_trigger_says_how_it_went_last(page: Asker) -> None:
    page.store("def f(): return 1\n\ndef g(): return 1 / 0")
    page.ask("triggers.add", triggered="g", triggering="f")
    page.app.f()
    (row,) = page.ask("triggers.list")
    assert (row["last_status"], row["failures"]) == ("error", 1)
    page.ask("triggers.remove", triggered="g", triggering="f")
    assert page.ask("triggers.list") == []


def test_a_value_of_a_key_is_never_answered(page: Asker) -> None:
    page.ask("functions.register", cell="%%babyagi_function keys=token\ndef f(): return token")
    assert page.ask("keys.list")[0] == {
        "name": "token", "available": False, "source": "", "used_by": ["f"],
    }  # fmt: skip
    answers = [page.answer("keys.set", name="token", value="hidden-value-123")]
    answers.append(page.answer("keys.list"))
    answers.append(page.answer("keys.set", name="no name", value="hidden-value-123"))
    answers.append(page.answer("keys.set", name="token", value="hidden-value-123\0"))
    answers.append(page.answer("keys.remove", name="token"))
    assert "hidden-value-123" not in json.dumps(answers)
    assert answers[-1]["ok"].endswith("f cannot run without it")


def test_a_shipped_pack_is_loaded_and_counted(page: Asker) -> None:
    page.ask("packs.load", pack="default_functions", approve=False)
    (row,) = [each for each in page.ask("packs.list") if each["loaded"]]
    assert row["shipped"] is True
    assert row["loaded"] > 5


def test_a_draft_is_looked_at_approved_with_what_was_ticked_and_revoked(page: Asker) -> None:
    page.app.propose("def d(x): return x", origin="model:m", hosts=["example.org", "other.org"])
    (row,) = page.ask("drafts.list")
    assert row["asks"] == [["connect to", "example.org:443"], ["connect to", "other.org:443"]]
    seen = page.ask("drafts.review", name="d", version=1)
    wrong = page.refused("drafts.approve", name="d", version=1, review="zzzzzz", grants={})
    assert wrong.startswith("NotGranted")
    grants = {**seen["asked"], "hosts": ["example.org:443"]}
    page.ask("drafts.approve", name="d", version=1, review=seen["review"], grants=grants)
    detail = page.ask("functions.detail", name="d")
    assert (detail["state"], detail["granted"]) == ("approved", [["connect to", "example.org:443"]])
    page.ask("drafts.revoke", name="d", version=1, reason="no")
    assert page.ask("functions.detail", name="d", version=1)["state"] == "revoked"


def test_a_draft_can_be_denied(page: Asker) -> None:
    page.app.propose("def d(x): return x", origin="model:m")
    page.ask("drafts.deny", name="d", version=1, reason="no")
    assert page.ask("drafts.list") == []


def test_what_was_denied_is_told_with_its_reason_and_can_be_approved_after_all(
    page: Asker,
) -> None:
    page.store("def d(x): return x")
    for body in ("x + 1", "x + 2"):
        page.app.propose(f"def d(x): return {body}", origin="model:m")
    page.ask("drafts.deny", name="d", version=2, reason="too fast")
    page.ask("drafts.deny", name="d", version=3, reason="")
    told = page.ask("drafts.denied")
    assert [(each["label"], each["state"], each["reason"]) for each in told] == [
        ("d@3", "denied", ""), ("d@2", "denied", "too fast"),
    ]  # fmt: skip
    seen = page.ask("drafts.review", name="d", version=2)
    page.ask("drafts.approve", name="d", version=2, review=seen["review"], grants={})
    assert [each["label"] for each in page.ask("drafts.denied")] == ["d@3"]


def test_an_active_version_that_was_revoked_is_not_told_twice(page: Asker) -> None:
    page.app.propose("def d(x): return x", origin="model:m")
    seen = page.ask("drafts.review", name="d", version=1)
    page.ask("drafts.approve", name="d", version=1, review=seen["review"], grants={})
    page.ask("drafts.revoke", name="d", version=1, reason="no")
    assert page.ask("drafts.denied") == []
    assert [each["state"] for each in page.ask("functions.list")["rows"]] == ["revoked"]


def test_a_review_shows_after_what_a_draft_asks_to_run(page: Asker) -> None:
    page.store("def f(): return 1")
    page.app.propose("def d(event): return event", origin="model:m", triggers=["f"])
    assert ["runs after", "f"] in page.ask("drafts.review", name="d", version=1)["declared"]


def test_the_overview_counts(page: Asker) -> None:
    page.ask("functions.register", cell="%%babyagi_function keys=token\ndef f(): return token")
    page.store("def g(): return 1 / 0")
    with pytest.raises(ZeroDivisionError):
        page.app.g()
    seen = page.ask("overview")
    assert (seen["functions"], seen["runs"], seen["failures"], seen["missing_keys"]) == (2, 1, 1, 1)


def test_hostile_text_arrives_as_it_is_and_always_arrives(page: Asker) -> None:
    page.app.add_function("f", 'def f(x):\n    """<b>\\ud800\u202e</b>"""\n    return x')
    page.app.f("\ud800</script>")
    for op, args in (
        ("functions.list", {}),
        ("functions.detail", {"name": "f"}),
        ("logs.page", {"filter": {}, "limit": 5}),
    ):
        assert "ok" in page.answer(op, **args)


def test_a_mistake_of_ours_is_answered_too(page: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(page.app, "refresh", broken)
    assert page.refused("functions.list") == "RuntimeError: broken; "
