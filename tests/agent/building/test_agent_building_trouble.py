"""Whatever a model says, a build ends, says why, and makes nothing active."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import building_bench as bench
import pytest

import babyagi_nb.agent.building.making as making
from babyagi_nb.agent.building.cells import cell_of
from babyagi_nb.agent.gate.report import Finding, Report
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.budget import Budget
from babyagi_nb.core.builds import Build
from babyagi_nb.errors import BuildError, NotFound, UsageError
from babyagi_nb.testing import ScriptedModel, faults

NONSENSE = {
    "nothing": "",
    "prose": "I would love to help you with that!",
    "an empty object": {},
    "a list": [1, 2, 3],
    "wrong types": {"functions": 3, "main": [], "cases": "none"},
    "no functions": {"functions": [], "main": "", "cases": []},
    "an unclosed object": '{"functions": [{"name": "f", ',
    "very much": "x" * 300_000,
    "deep": "[" * 20_000,
    "the prompt again": "You plan Python functions.",
    "hidden characters": "\u202e\x00\u200b{}",
    "a broken fence": "```python\ndef parse_amounts(:\n",
    "code that ends nowhere": "```python\nwhile True: pass\n```",
}


@pytest.fixture
def app() -> Iterator[BabyAGI]:
    made = BabyAGI(":memory:", namespace={})
    made.add_function("average", bench.STORED)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[BabyAGI]:
    """For tests that leave no draft behind."""
    made = BabyAGI(":memory:", namespace={})
    made.add_function("average", bench.STORED)
    yield made
    made.close()


def build(
    app: BabyAGI, said: Any = None, *, judge: Any = None, plan: Any = None, real: bool = False,
    **limits: float,
) -> tuple[Build, ScriptedModel]:  # fmt: skip
    model = ScriptedModel(bench.answering(said, plan=plan))
    shop = bench.workshop(app) if real else bench.quick(app, judge)
    done = bench.desk(app, model, shop, **limits).build(bench.TASK)
    assert list(app.catalogue) == ["average"]
    return done, model


def asked(model: ScriptedModel, *steps: str) -> list[Any]:
    return [each for each in model.requests if bench.step(each) in steps]


ONE = {
    "functions": [bench.planned("label_of", "label_of(amount: float) -> str",
                                "'low' below 2, 'high' from 10 on, else 'middle'; ValueError "
                                "below zero.")],
    "main": "label_of",
}  # fmt: skip
WRONG = bench.CODE["label_of"].replace("< 2", "< 3")


# -- nonsense ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["plan", "tests", "code"])
@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_at_any_step_ends_the_build(shared: BabyAGI, step: str, words: str) -> None:
    where = "" if step == "plan" else "label_of"
    said = {(step, where): NONSENSE[words], ("repair", "label_of"): NONSENSE[words]}
    done, model = build(shared, said, plan=ONE, judge=Refusing("it does nothing"))
    assert done.state == "failed"
    assert done.message
    assert len(done.message) <= 400
    assert len(model.requests) <= 8
    assert shared.drafts() == []


def test_a_function_that_cannot_be_built_takes_those_that_need_it_with_it(app: BabyAGI) -> None:
    done, model = build(app, {("tests", "parse_amounts"): "no idea"})
    assert done.state == "failed"
    assert "report could not be built: it needs parse_amounts" in done.message
    made = {each.name: each for each in done.made}
    assert made["parse_amounts"].how == "failed"
    assert made["label_of"].how == "written"
    assert "report" not in {bench.about(each) for each in asked(model, "tests", "code")}


# -- plans -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"main": "nowhere"}, "main is 'nowhere'"),
        (
            {"functions": [{**ONE["functions"][0], "name": "average"}], "main": "average"},
            "there is a function 'average' already",
        ),
        ({"functions": [{**ONE["functions"][0], "uses": ["ghost"]}]}, "'ghost'"),
        ({"functions": [{**ONE["functions"][0], "name": "print"}], "main": "print"}, "shadow"),
    ],
)
def test_a_bad_plan_is_asked_for_again_with_what_is_wrong(
    app: BabyAGI, change: Any, words: str
) -> None:
    done, model = build(app, {("plan", ""): [{**ONE, **change}, ONE]})
    assert done.state == "done"
    first, second = asked(model, "plan")
    assert words not in first.last
    assert any(words in text for text in second.texts)


def test_a_task_that_is_done_already_costs_one_call(app: BabyAGI) -> None:
    done, model = build(app, plan={"functions": [], "main": "average"})
    assert (done.state, done.main, done.made) == ("done", "average", ())
    assert len(model.requests) == 1


def test_a_package_that_is_missing_stops_the_build_until_it_is_there(app: BabyAGI) -> None:
    there: set[str] = set()
    plan = {**ONE, "functions": [{**ONE["functions"][0], "imports": ["nowhere.at_all"]}]}
    model = ScriptedModel(bench.answering(plan=plan))
    shop = bench.quick(app, installed=there.__contains__)
    desk = bench.desk(app, model, shop)
    done = desk.build(bench.TASK)
    assert done.state == "stopped"
    assert "label_of is to use 'nowhere', which is not installed" in done.message
    assert f"%babyagi resume {done.id[-6:]}" in done.message
    there.add("nowhere")
    assert desk.resume().state == "done"
    assert len(asked(model, "plan")) == 1


def test_what_a_function_needs_is_asked_for_and_never_granted(app: BabyAGI) -> None:
    needs = {"keys": ["weather_key"], "hosts": ["api.example.org"]}
    plan = {**ONE, "functions": [{**ONE["functions"][0], **needs}]}
    reads = bench.CODE["label_of"].replace(
        "    if amount < 2", "    weather_key\n    if amount < 2"
    )
    said = {("code", "label_of"): bench.fenced(reads)}
    model = ScriptedModel(bench.answering(said, plan=plan))
    shop = bench.workshop(app, has_key=lambda name: False)
    done = bench.desk(app, model, shop).build(bench.TASK)
    assert "'weather_key' has no value yet: %babyagi key set weather_key" in done.message
    (draft,) = app.drafts()
    assert draft["asks"] == [
        "read the key weather_key", "connect to api.example.org:443",
    ]  # fmt: skip
    assert not app.grants("label_of", 1)
    assert "def test_label_of_low" in cell_of(done, app.version)


# -- code --------------------------------------------------------------------------------------


class Refusing:
    """A gate that always says the same."""

    def __init__(self, words: str) -> None:
        self.words = words

    def examine(self, candidate: Any) -> Report:
        found = Finding(rule="r", model=self.words, people=f"people: {self.words}")
        return Report(ok=False, findings=(found,))

    def check_tests(self, candidate: Any) -> tuple[Finding, ...]:
        return ()


def test_code_that_fails_is_repaired_with_what_the_gate_says(app: BabyAGI) -> None:
    said = {("code", "label_of"): bench.fenced(WRONG)}
    repaired = {("repair", "label_of"): bench.fenced(bench.CODE["label_of"])}
    done, model = build(app, {**said, **repaired}, plan=ONE, real=True)
    assert done.state == "done"
    (repair,) = asked(model, "repair")
    assert "< 3" in repair.last
    tests = app.version("label_of", 1).spec.tests
    assert 0 < sum(text.strip() in repair.last for text in tests) < len(tests)
    assert app.version("label_of", 1).spec.code == bench.CODE["label_of"]


def test_answers_learnt_by_heart_do_not_pass(app: BabyAGI) -> None:
    """Code that knows the shown tests fails those that were held out."""

    def by_heart(request: Any) -> str:
        known = re.findall(r"label_of\((-?[\d.]+)\) == ('\w+')", request.last)
        lines = [f"    if amount == {number}:\n        return {label}" for number, label in known]
        body = "\n".join(lines)
        return bench.fenced(
            f"def label_of(amount: float) -> str:\n{body}\n    raise ValueError('unknown')\n"
        )

    model = ScriptedModel(
        [
            bench.Rule(by_heart, system="You write one", times=None),
            bench.Rule(by_heart, system="You repair one", times=None),
            *bench.answering(plan=ONE),
        ]
    )
    done = bench.desk(app, model).build(bench.TASK)
    assert done.state == "failed"
    assert app.drafts() == []


def test_the_same_finding_twice_ends_the_repairs(app: BabyAGI) -> None:
    again = {("repair", "label_of"): bench.fenced(WRONG)}
    done, model = build(app, again, plan=ONE, judge=Refusing("no"))
    assert len(asked(model, "code", "repair")) == 2
    assert done.message == "label_of could not be built: people: no"


def test_there_are_three_repairs_at_most(app: BabyAGI) -> None:
    judge = bench.Lenient({"label_of": [f"wrong {at}" for at in range(20)]})
    again = {("repair", "label_of"): [bench.fenced(f"{WRONG}# {at}\n") for at in range(20)]}
    done, model = build(app, again, plan=ONE, judge=judge)
    assert len(asked(model, "repair")) == 3
    assert (done.state, len(judge.seen)) == ("failed", 4)


def test_what_is_said_about_code_is_clipped(app: BabyAGI) -> None:
    judge = bench.Lenient({"label_of": ["x" * 100_000]})
    again = {("repair", "label_of"): bench.fenced(WRONG)}
    done, model = build(app, again, plan=ONE, judge=judge)
    assert done.state == "done"
    (repair,) = asked(model, "repair")
    assert len(repair.last) < 8_000


def test_a_repair_begins_from_the_best_that_was_seen(app: BabyAGI) -> None:
    class Counting(bench.Lenient):
        def examine(self, candidate: Any) -> Report:
            self.seen.append(candidate)
            bad = {"# a": 1, "# b": 3, "# c": 2}.get(candidate.code.strip()[-3:], 0)
            found = tuple(Finding(rule="r", model=f"{bad} {at}", people="") for at in range(bad))
            return Report(ok=not found, findings=found)

    texts = [bench.fenced(f"{WRONG}# {sign}\n") for sign in "abc"]
    said = {
        ("code", "label_of"): texts[0],
        ("repair", "label_of"): [*texts[1:], bench.fenced(WRONG)],
    }
    done, model = build(app, said, plan=ONE, judge=Counting())
    assert done.state == "done"
    assert ["# a" in each.last for each in asked(model, "repair")] == [True, True, True]
    assert not any("# b" in each.last for each in asked(model, "repair"))


def test_wrong_tests_are_looked_at_again_by_who_stated_them(app: BabyAGI) -> None:
    bad = [*bench.CASES["label_of"][:-1], ("far", "assert label_of(3) == 'low'", ""),
           bench.CASES["label_of"][-1]]  # fmt: skip
    said = {
        ("tests", "label_of"): [bench.stated("label_of", bad), bench.stated("label_of")],
        ("repair", "label_of"): bench.fenced(bench.CODE["label_of"]),
    }
    done, model = build(app, said, plan=ONE, real=True)
    assert done.state == "done", [done, model.requests[-1].texts]
    second = asked(model, "tests")[1]
    assert "label_of(3)" in second.last
    assert "if amount < 2" not in second.last


def test_tests_that_tell_nothing_are_stated_again(app: BabyAGI) -> None:
    weak = [(f"case {at}", f"assert label_of({at}) is not None", "") for at in range(4)]
    cases = [*weak, ("below zero", "label_of(-1)", "ValueError")]
    said = {("tests", "label_of"): [bench.stated("label_of", cases), bench.stated("label_of")]}
    done, model = build(app, said, plan=ONE, real=True)
    assert done.state == "done"
    assert len(asked(model, "tests")) == 2
    assert len(asked(model, "code", "repair")) == 1


def test_code_that_is_stored_already_is_reused(app: BabyAGI) -> None:
    app.add_function("naming", bench.CODE["label_of"].replace("label_of", "naming"))
    model = ScriptedModel(bench.answering(plan=ONE))
    shop = bench.workshop(app, find=lambda query, k: [])
    done = bench.desk(app, model, shop).build(bench.TASK)
    (made,) = done.made
    assert (made.name, made.how, made.reason) == ("naming", "reused", "it is the same code")
    assert done.main == "naming"
    assert app.drafts() == []


# -- the model cannot be asked -----------------------------------------------------------------


@pytest.mark.parametrize("fault", ["unauthorized", "refusal", "no_quota"])
def test_a_model_that_cannot_be_asked_stops_the_build(app: BabyAGI, fault: str) -> None:
    known = [each for name, each in faults.ALL.items() if _fits(name, fault)]
    assert known
    model = ScriptedModel(bench.answering(plan=ONE))
    model.inject(known[0], after=1)
    desk = bench.desk(app, model, bench.quick(app))
    done = desk.build(bench.TASK)
    assert done.state == "stopped"
    # The same words would be declined again.
    more = ("or", " model=NAME") if fault == "refusal" else ("then", "")
    assert done.message.endswith(f"{more[0]} %babyagi resume {done.id[-6:]}{more[1]}")
    assert len(model.requests) == 2


def _fits(name: str, wanted: str) -> bool:
    words = {
        "unauthorized": ("401", "unauthorized"),
        "refusal": ("refusal",),
        "no_quota": ("quota",),
    }
    return any(each in name for each in words[wanted])


def test_a_stopped_build_goes_on_where_it_was(app: BabyAGI) -> None:
    model = ScriptedModel(bench.answering(plan=ONE))
    desk = bench.desk(app, model, bench.quick(app), calls=2)
    done = desk.build(bench.TASK)
    assert done.state == "stopped"
    assert done.message == (
        f"the budget of 2 calls is spent; %babyagi resume {done.id[-6:]} calls=4 goes on"
    )
    assert (done.spent.calls, len(model.requests)) == (2, 2)
    assert desk.resume(done.id[-6:]).state == "stopped"
    again = desk.resume(calls=3)
    assert (again.state, again.id, again.spent.calls) == ("done", done.id, 3)
    assert len({each.last for each in model.requests}) == len(model.requests) == 3


def test_no_time_left_stops_before_the_first_call(app: BabyAGI) -> None:
    done, model = build(app, plan=ONE, seconds=0)
    assert (done.state, len(model.requests)) == ("stopped", 0)


def test_a_function_that_takes_too_much_fails_alone(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "EACH", Budget(calls=1))
    done, _ = build(app, plan=ONE)
    assert done.state == "failed"
    assert "the budget of 1 calls is spent for this function" in done.message


def test_an_interrupt_stops_the_build_and_passes_on(app: BabyAGI) -> None:
    model = ScriptedModel(bench.answering(plan=ONE))
    shop = bench.quick(app)
    desk = bench.desk(app, model, shop)
    judge: Any = shop.judge
    whole = judge.examine

    def interrupted(candidate: Any) -> Report:
        raise KeyboardInterrupt

    judge.examine = interrupted
    with pytest.raises(KeyboardInterrupt):
        desk.build(bench.TASK)
    (stopped,) = desk.all()
    assert stopped.state == "stopped"
    assert stopped.message == f"interrupted; %babyagi resume {stopped.id[-6:]} goes on"
    judge.examine = whole
    assert desk.resume().state == "done"
    assert len(model.requests) == 3


def test_who_watches_cannot_disturb(app: BabyAGI) -> None:
    def broken(progress: Any) -> None:
        raise RuntimeError("no")

    model = ScriptedModel(bench.answering(plan=ONE))
    done = bench.desk(app, model, bench.quick(app)).build(bench.TASK, watch=broken)
    assert done.state == "done"


# -- at the desk -------------------------------------------------------------------------------


def test_a_build_needs_a_task(app: BabyAGI) -> None:
    desk = bench.desk(app, ScriptedModel(), bench.quick(app))
    with pytest.raises(UsageError, match="a task is needed"):
        desk.build("  ")
    assert desk.all() == []


def test_a_build_that_is_over_is_not_gone_on_with(app: BabyAGI) -> None:
    model = ScriptedModel(bench.answering(plan=ONE))
    desk = bench.desk(app, model, bench.quick(app))
    done = desk.build(bench.TASK)
    with pytest.raises(BuildError, match="is over: done"):
        desk.resume(done.id)
    with pytest.raises(NotFound, match="no build waits"):
        desk.resume()
    assert desk.find(done.id[-6:]) == done
