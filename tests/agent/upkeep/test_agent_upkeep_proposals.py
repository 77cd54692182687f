"""What is proposed, with which evidence; and what a model is offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import upkeep_bench as bench

from babyagi_nb.agent.upkeep.evidence import Evidence, by_version
from babyagi_nb.agent.upkeep.ledger import Ledger
from babyagi_nb.agent.upkeep.offering import offered
from babyagi_nb.agent.upkeep.proposals import Proposal, retirements
from babyagi_nb.agent.upkeep.twins import merges
from babyagi_nb.core.search import Hit
from babyagi_nb.errors import UsageError

DAY = 86_400 * 10**9
MEAN = """\
def mean(values: list) -> float:
    if not values:
        raise ValueError("no values")
    total = 0.0
    for each in values:
        total += each
    return total / len(values)
"""


@pytest.fixture
def app() -> Iterator[bench.Application]:
    made = bench.Application(":memory:", namespace={})
    for name in list(made.catalogue):
        made.remove_function(name, force=True)
    yield made
    made.close()


def proposed(app: bench.Application, days_on: int = 0) -> list[Proposal]:
    now = max(app.catalogue.version(name).created_at for name in app.catalogue)
    known = by_version(Ledger(app.queries).evidence())
    compare = Ledger(app.queries).compare
    when = now + days_on * DAY + 1
    return list(retirements(app.catalogue, known, now=when, days=30, compare=compare))


def test_what_nobody_used_or_needs_is_proposed_away_after_its_time(app: bench.Application) -> None:
    app.add_function("used", "def used():\n    return 1\n")
    app.add_function("needed", "def needed():\n    return 1\n")
    app.add_function("user", "def user():\n    return needed()\n")
    app.add_function("listens", "def listens():\n    return 1\n", triggers=["used"])
    app.add_function("idle", "def idle():\n    return 2\n")
    bench.tries(app, "used", ())
    bench.tries(app, "user", ())
    assert proposed(app, days_on=29) == []
    (one,) = proposed(app, days_on=31)
    assert (one.kind, one.function, one.line) == ("retire", "idle", "%babyagi rm idle")
    assert one.evidence == "no run in 30 days, and nothing depends on it"
    assert "idle" in app.catalogue


def test_a_version_that_fails_more_than_the_one_before_is_gone_back_with(
    app: bench.Application,
) -> None:
    app.add_function("half", "def half(x):\n    return x / 2\n")
    bench.tries(app, "half", *range(12))
    app.add_function("half", "def half(x):\n    return 1 / (x - x)\n")
    bench.tries(app, "half", *range(12, 20))
    (one,) = proposed(app)
    assert (one.kind, one.line) == ("go back", "%babyagi activate half@1")
    assert one.evidence == "0 of 8 runs succeeded, of version 1 12 of 12"


def test_a_single_input_that_broke_is_enough_to_say_so(app: bench.Application) -> None:
    app.add_function("half", "def half(x):\n    return x / 2\n")
    bench.tries(app, "half", 0, 1)
    app.add_function("half", "def half(x):\n    return 1 / x\n")
    bench.tries(app, "half", 0, 1)
    (one,) = proposed(app)
    assert one.evidence == "fails on 1 of 2 inputs that version 1 did, such as x=0"


def test_what_fails_without_a_better_version_is_to_be_improved(app: bench.Application) -> None:
    app.add_function("half", "def half(x):\n    return x / 0\n")
    bench.tries(app, "half", *range(5))
    (one,) = proposed(app)
    assert (one.kind, one.line) == ("improve", "%babyagi improve half")
    assert one.evidence == "0 of 5 runs succeeded: ZeroDivisionError 5×"


def test_a_draft_that_came_too_late_is_to_be_denied(app: bench.Application) -> None:
    app.add_function("half", "def half(x):\n    return x / 2\n")
    app.propose("def half(x):\n    return x * 0.5\n", origin="model:m")
    app.add_function("half", "def half(x):\n    return x / 2.0\n")
    (one,) = proposed(app)
    assert (one.kind, one.line) == ("retire", "%babyagi deny half@2")


def test_the_same_code_under_two_names_is_merged_and_the_proven_one_stays(
    app: bench.Application,
) -> None:
    app.add_function("average", MEAN.replace("mean", "average").replace("each", "x"))
    app.add_function("mean", MEAN)
    app.add_function("user", "def user(v):\n    return average(v)\n")
    bench.tries(app, "mean", [1], [2], [3], [4])
    known = by_version(Ledger(app.queries).evidence())
    (one,) = merges(app.catalogue, known)
    assert (one.function, one.other, one.line) == ("average", "mean", "%babyagi rm average")
    assert one.evidence == "the same code as mean; let user call mean first"


def test_functions_that_pass_the_tests_of_another_do_the_same(app: bench.Application) -> None:
    tests = (
        "\n\ndef test_two():\n    assert mean([1, 3]) == 2\n"
        "\n\ndef test_one():\n    assert mean([5]) == 5\n"
        "\n\ndef test_four():\n    assert mean([1, 2, 3, 6]) == 3\n"
        "\n\ndef test_none():\n    try:\n        mean([])\n    except ValueError:\n        return\n"
        "    raise AssertionError('no error')\n"
    )
    app.add_function("mean", MEAN + tests, description="The mean of numbers.")
    other = (
        "import statistics\n\ndef average(values):\n    if len(values) == 0:\n"
        "        raise ValueError('nothing')\n    return statistics.fmean(values)\n"
    )
    app.add_function("average", other, description="The mean, the average of numbers.")
    app.add_function("largest", "def largest(values):\n    return max(values)\n",
                     description="The largest of numbers, not their mean.")  # fmt: skip
    found = list(merges(app.catalogue, {}, similar=app._finder.similar, laboratory=app._laboratory))
    assert [(each.function, each.other) for each in found] == [("average", "mean")]
    assert found[0].evidence == "average passes all 4 tests of mean"
    assert [each.function for each in app.upkeep()] == ["average"]
    assert list(app.catalogue) == ["mean", "average", "largest"]


def test_days_have_to_be_some(app: bench.Application) -> None:
    with pytest.raises(UsageError, match="days=30"):
        app.upkeep(0)


# -- what a model is offered -------------------------------------------------------------------


def hits(*names: str) -> list[Hit]:
    return [Hit(name=name, score=1 - at / 10) for at, name in enumerate(names)]


def test_what_fails_is_offered_last_and_what_was_revoked_never(app: bench.Application) -> None:
    for name in ("one", "two", "three"):
        app.add_function(name, f"def {name}():\n    return 1\n")
    app.propose("def theirs():\n    return 1\n", origin="model:m")
    app.propose("def refused():\n    return 1\n", origin="model:m")
    app.approve("theirs", 1)
    app.revoke("theirs")
    app.deny("refused")
    known = by_version([Evidence(function="one", version=1, runs=6, successes=0)])
    asked = hits("refused", "one", "theirs", "two", "three", "gone")
    found = offered(asked, 8, catalogue=app.catalogue, evidence=lambda: known)
    assert [each.name for each in found] == ["two", "three", "one"]
    found = offered(asked, 2, catalogue=app.catalogue, evidence=lambda: known)
    assert [each.name for each in found] == ["two", "three"]


def test_the_application_ranks_by_its_own_log(app: bench.Application) -> None:
    app.add_function("mean_of", "def mean_of(v):\n    return v / 0\n", description="mean of v")
    app.add_function("mean_two", "def mean_two(v):\n    return v\n", description="the mean of v")
    bench.tries(app, "mean_of", *range(6))
    assert [each.name for each in app._offered("mean_of", 2)] == ["mean_two", "mean_of"]
    assert app._finder.find("mean_of", 2)[0].name == "mean_of"
