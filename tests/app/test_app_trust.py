"""Somebody else's code: proposed, tried in the sandbox, looked at, approved, revoked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.policy import Policy
from babyagi_nb.core.trust import Grants
from babyagi_nb.errors import (
    ArgumentError,
    CallError,
    MissingName,
    NameSettlementError,
    NotFound,
    NotGranted,
    PackError,
    RegistrationError,
    RunTimeout,
    SandboxedError,
    SandboxRefused,
    SandboxUnavailable,
    TestFailure,
    UsageError,
)

MODEL = "model:scripted"


def propose(app: BabyAGI, code: str, **said: Any) -> str:
    """Store a draft, and return its label."""
    return app.propose(code, origin=MODEL, **said).functions[-1].version.label


def run(app: BabyAGI, label: str, *args: Any, **kwargs: Any) -> Any:
    name, _, number = label.partition("@")
    return app.call(name, args, kwargs, version=int(number))


def approve(app: BabyAGI, label: str, **grants: Any) -> None:
    name, _, number = label.partition("@")
    app.approve(name, int(number), review=app.review(name, int(number)).code, **grants)


# -- drafts ------------------------------------------------------------------------------------


def test_a_draft_is_stored_but_not_active(app: BabyAGI) -> None:
    assert propose(app, "def f():\n    return 1") == "f@1"
    assert "f" not in app.catalogue
    assert [row["name"] for row in app.drafts()] == ["f"]
    with pytest.raises(NotFound, match=r"only a draft; try it with %babyagi run f@1"):
        app.function("f")


def test_a_draft_does_not_take_the_place_of_what_is_active(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 'mine'")
    assert propose(app, "def f():\n    return 'theirs'") == "f@2"
    assert app.f() == "mine"
    assert run(app, "f@2") == "theirs"
    assert run(app, "f@1") == "mine"


def test_a_draft_runs_outside_and_its_runs_are_in_the_log(app: BabyAGI) -> None:
    app.add_function("world", "def world():\n    print('inner')\n    return 'World'")
    label = propose(app, "def hello(n: int):\n    print('outer')\n    return world() * n")
    assert run(app, label, 2) == "WorldWorld"
    inner, outer = app.get_logs()
    assert (outer["function_name"], outer["params"], outer["stdout"]) == (
        "hello", {"n": 2}, "outer\n",
    )  # fmt: skip
    assert (inner["function_name"], inner["output"], inner["stdout"]) == (
        "world", "World", "inner\n",
    )  # fmt: skip
    assert inner["parent_log_id"] == outer["id"] == inner["root_log_id"]
    assert {inner["log_type"], outer["log_type"]} == {"success"}


def test_no_line_of_a_draft_is_executed_in_the_kernel(app: BabyAGI, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    touch = f"open({str(canary)!r}, 'w').write('out')"
    code = f"""
def spoil():
    try:
        {touch}
    except OSError:
        pass
    return 0

spoil()

def f(a: spoil() = spoil()) -> spoil():
    spoil()
    return 1

def test_f():
    spoil()
    assert f() == 1
"""
    label = propose(app, code, name="f")
    assert run(app, label) == 1
    approve(app, label)
    app.schema("f")
    assert app.f() == 1
    assert not canary.exists()


def test_a_drafts_test_decides_whether_it_is_stored(app: BabyAGI) -> None:
    with pytest.raises(TestFailure, match="assert f"):
        propose(app, "def f():\n    return 1\n\nassert f() == 2")
    assert app.drafts() == []


def test_a_draft_that_fails_tells_what_and_where(app: BabyAGI) -> None:
    label = propose(app, "def f(x):\n    return 1 / x")
    with pytest.raises(ZeroDivisionError) as caught:
        run(app, label, 0)
    assert any('"<babyagi f@1>", line 2' in note for note in caught.value.__notes__)
    (row,) = app.get_logs()
    assert (row["log_type"], row["error_type"]) == ("error", "ZeroDivisionError")
    assert "return 1 / x" in row["traceback"]


def test_a_class_that_only_the_sandbox_knows_comes_out_by_name(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    class Odd(Exception): ...\n    raise Odd('so')")
    with pytest.raises(SandboxedError, match="so") as caught:
        run(app, label)
    assert caught.value.kind.endswith("Odd")


def test_arguments_are_checked_before_anything_is_started(app: BabyAGI) -> None:
    label = propose(app, "def f(n: int, tags: list[str] | None = None):\n    return n")
    with pytest.raises(ArgumentError, match="'n'"):
        run(app, label, "three")
    with pytest.raises(ArgumentError, match="'tags'"):
        run(app, label, 1, tags=[1])
    assert run(app, label, 3, tags=["a"]) == 3


def test_a_draft_of_every_kind_runs(app: BabyAGI) -> None:
    count = propose(app, "def count(n):\n    for i in range(n):\n        yield i")
    assert list(run(app, count, 3)) == [0, 1, 2]
    later = propose(
        app, "import asyncio\n\nasync def later(x):\n    await asyncio.sleep(0)\n    return x"
    )
    assert asyncio.run(run(app, later, 5)) == 5
    items = propose(app, "async def items(n):\n    for i in range(n):\n        yield i")

    async def every() -> list[int]:
        return [each async for each in run(app, items, 2)]

    assert asyncio.run(every()) == [0, 1]
    assert {row["log_type"] for row in app.get_logs()} == {"success"}


def test_drafts_may_build_on_drafts(app: BabyAGI) -> None:
    propose(app, "def part():\n    return 2")
    label = propose(app, "def whole():\n    return part() * 21")
    assert run(app, label) == 42
    with pytest.raises(NotGranted, match=r"depends on part@1, which is draft"):
        approve(app, label)
    approve(app, "part@1")
    approve(app, label)
    assert app.whole() == 42


def test_what_the_user_types_does_not_build_on_drafts(app: BabyAGI) -> None:
    propose(app, "def part():\n    return 2")
    with pytest.raises(NameSettlementError, match="part"):
        app.add_function("own", "def own():\n    return part()")


def test_the_notebook_is_nothing_to_a_draft(app: BabyAGI) -> None:
    app.namespace["secret"] = 42
    with pytest.raises(NameSettlementError, match="secret"):
        propose(app, "def f():\n    return secret")


def test_what_the_user_types_again_is_the_users(app: BabyAGI) -> None:
    code = "def f():\n    return 1"
    propose(app, code)
    app.add_function("f", code)
    assert app.get_function("f")["version"] == 2  # type: ignore[index]
    assert app.get_function("f")["origin"] == "user"  # type: ignore[index]


def test_a_proposal_of_what_the_user_has_already_changes_nothing(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 1")
    done = app.propose("def f():\n    return 1", origin=MODEL)
    assert (done.functions[0].change, done.transaction) == ("unchanged", None)


def test_a_proposal_of_an_earlier_text_brings_nothing_back(app: BabyAGI) -> None:
    first, second = "def f():\n    return 1", "def f():\n    return 2"
    app.add_function("f", first)
    app.add_function("f", second)
    app.add_function("gone", "def gone():\n    return 1")
    app.remove_function("gone")
    approve(app, propose(app, "def theirs():\n    return 1"))
    approve(app, propose(app, "def theirs():\n    return 2"))
    before = len(app.catalogue.history)
    for code in (first, "def gone():\n    return 1", "def theirs():\n    return 1"):
        assert app.propose(code, origin=MODEL).functions[0].change == "unchanged"
    assert len(app.catalogue.history) == before
    assert (app.f(), app.theirs(), "gone" in app.catalogue) == (2, 2, False)


def test_nobody_else_can_propose_in_the_users_name(app: BabyAGI) -> None:
    with pytest.raises(UsageError, match="somebody else"):
        app.propose("def f(): ...", origin="user")


def test_a_draft_triggers_nothing(app: BabyAGI) -> None:
    app.add_function("f", "def f():\n    return 'mine'")
    app.add_function("hear", "def hear(x):\n    return x", triggers=["f"])
    run(app, propose(app, "def f():\n    return 'theirs'"))
    propose(app, "def eager(x):\n    return x", triggers=["f"])
    app.f()
    names = [(row["function_name"], row["version"]) for row in app.get_logs()]
    assert sorted(names) == [("f", 1), ("f", 2), ("hear", 1)]


# -- decisions ---------------------------------------------------------------------------------


def test_an_approved_draft_is_active_and_stays_in_the_sandbox(app: BabyAGI, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text("secret")
    label = propose(app, "def peek(path):\n    return open(path).read()")
    approve(app, label)
    with pytest.raises((FileNotFoundError, PermissionError)) as caught:
        app.peek(str(private))
    assert any("reads=/path" in note for note in caught.value.__notes__)


def test_a_grant_opens_exactly_what_it_says(app: BabyAGI, tmp_path: Path) -> None:
    folder, other = tmp_path / "given", tmp_path / "other"
    for each in (folder, other):
        each.mkdir()
        (each / "file").write_text(f"in {each.name}")
    code = "def peek(path):\n    return open(path).read()"
    label = propose(app, code, reads=[str(folder)])
    assert app.drafts()[0]["asks"] == [f"read files in {folder}"]
    with pytest.raises((FileNotFoundError, PermissionError)):
        run(app, label, str(folder / "file"))
    approve(app, label, reads=[str(folder)])
    assert app.peek(str(folder / "file")) == "in given"
    with pytest.raises((FileNotFoundError, PermissionError)):
        app.peek(str(other / "file"))
    with pytest.raises((OSError, PermissionError)):
        app.peek(str(folder / ".." / "other" / "file"))


def test_nothing_can_be_granted_that_was_not_asked_for(app: BabyAGI) -> None:
    label = propose(app, "def f(): ...", hosts=["a.example.org"])
    with pytest.raises(NotGranted, match="does not ask for that"):
        approve(app, label, hosts=["b.example.org"])
    with pytest.raises(NotGranted, match="does not ask for that"):
        approve(app, label, keys=["token"])
    approve(app, label)
    assert app.grants("f") == Grants()


def test_an_approval_names_what_was_seen(app: BabyAGI) -> None:
    app.add_function("part", "def part():\n    return 1")
    propose(app, "def f():\n    return part()")
    seen = app.review("f").code
    app.add_function("part", "def part():\n    return 2")
    with pytest.raises(NotGranted, match="not the review code"):
        app.approve("f", 1, review=seen)
    with pytest.raises(NotGranted, match="not the review code"):
        app.approve("f", 1, review="")
    app.approve("f", 1, review=app.review("f").code)
    assert app.f() == 2


def test_a_changed_dependency_voids_what_was_granted(app: BabyAGI, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    app.add_function("name", f"def name():\n    return {str(tmp_path / 'file')!r}")
    label = propose(app, "def f():\n    return open(name()).read()", reads=[str(tmp_path)])
    approve(app, label, reads=[str(tmp_path)])
    assert app.f() == "x"
    app.add_function("name", "def name():\n    return '/etc/hostname'")
    with pytest.raises(NotGranted, match="void"):
        app.f()
    assert app.get_logs("f")[0]["log_type"] == "error"
    approve(app, label, reads=[str(tmp_path)])


def test_in_the_kernel_only_by_an_approval_that_says_so(app: BabyAGI) -> None:
    code = "import os\n\ndef where():\n    return os.getpid()"
    label = propose(app, code, trust="kernel")
    import os

    assert run(app, label) != os.getpid()
    approve(app, label)
    assert app.where() != os.getpid()
    approve(app, label, kernel=True)
    assert app.where() == os.getpid()
    app.revoke("where")
    with pytest.raises(NotGranted, match=r"where@1 was revoked"):
        app.where()


def test_a_revoked_grant_stops_the_next_call_and_it_is_recorded(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    return 1")
    approve(app, label)
    assert app.f() == 1
    app.revoke("f", reason="no longer needed")
    with pytest.raises(NotGranted, match="revoked; activate another version"):
        app.f()
    newest = app.get_logs("f")[0]
    assert (newest["log_type"], newest["error_type"]) == ("error", "NotGranted")
    approve(app, label)
    assert app.f() == 1


def test_a_denied_draft_does_not_run_even_in_the_sandbox(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    return 1")
    app.deny("f", reason="not wanted")
    with pytest.raises(NotGranted, match="denied"):
        run(app, label)
    with pytest.raises(NotGranted, match="denied"):
        app.activate_function_version("f", 1)
    assert app.drafts() == []


def test_a_draft_cannot_be_activated_around_its_approval(app: BabyAGI) -> None:
    propose(app, "def f():\n    return 1")
    with pytest.raises(NotGranted, match="it is a draft"):
        app.activate_function_version("f", 1)


def test_an_undo_takes_back_a_proposal_and_an_approval_but_never_approves(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    return 1")
    app.undo()
    assert app.drafts() == []
    with pytest.raises(NotGranted, match="denied"):
        run(app, label)
    approve(app, label)
    app.undo()
    with pytest.raises(NotFound):
        app.function("f")
    with pytest.raises(NotGranted, match="revoked"):
        run(app, label)
    revoked = app.catalogue.history[-1].id
    with pytest.raises((UsageError, NotGranted)):
        app.undo(revoked)
    assert "f" not in app.catalogue


def test_every_decision_is_in_the_history(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    return 1")
    approve(app, label)
    app.revoke("f")
    rows = app.sql("SELECT event, name, version FROM history").rows
    assert rows == (
        ("proposed", "f", 1), ("approved", "f", 1), ("activated", "f", 1), ("revoked", "f", 1),
    )  # fmt: skip


def test_decisions_hold_in_the_next_kernel_and_for_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_store = {"path": tmp_path / "store", "namespace": {}, "notify": print}
    app = BabyAGI(**with_store)
    approve(app, propose(app, "def f():\n    return 1"))
    app.close()
    app = BabyAGI(**with_store)
    assert app.f() == 1
    app.close()
    monkeypatch.setenv("BABYAGI_CONFIG_DIR", str(tmp_path / "somebody else"))
    app = BabyAGI(**with_store)
    with pytest.raises(NotGranted, match="not given by you"):
        app.f()
    app.close()


def test_a_grant_that_was_written_into_the_store_is_none(tmp_path: Path) -> None:
    app = BabyAGI(tmp_path / "store", namespace={})
    approve(app, propose(app, "def f():\n    return 1", trust="kernel"))
    app.close()
    log = tmp_path / "store" / "definitions.ndjson"
    lines = log.read_text().splitlines()
    (at,) = [at for at, line in enumerate(lines) if json.loads(line)["event"] == "approved"]
    event = json.loads(lines[at])
    event["grants"] = {"kernel": True}
    lines[at] = json.dumps(event, separators=(",", ":"))
    log.write_text("\n".join(lines) + "\n")
    app = BabyAGI(tmp_path / "store", namespace={})
    with pytest.raises(NotGranted, match="or was changed since"):
        app.f()
    app.close()


def test_a_policy_cannot_be_approved_away(tmp_path: Path) -> None:
    policy = Policy(kernel=False, hosts=("*.example.org:443",))
    app = BabyAGI(tmp_path / "store", namespace={}, policy=policy)
    label = propose(app, "def f():\n    return 1", hosts=["elsewhere.net"], trust="kernel")
    assert app.review("f").forbidden
    with pytest.raises(NotGranted, match=r"policy .* forbids: host elsewhere\.net:443"):
        approve(app, label, hosts=["elsewhere.net"])
    with pytest.raises(NotGranted, match="policy"):
        approve(app, label, kernel=True)
    app.close()
    app = BabyAGI(tmp_path / "store", namespace={}, policy=Policy(approve=False))
    with pytest.raises(NotGranted, match="forbids approvals"):
        approve(app, label)
    app.close()


# -- the user's own, in the sandbox ------------------------------------------------------------


def test_the_user_may_put_a_function_into_the_sandbox(app: BabyAGI) -> None:
    import os

    app.add_function("f", "import os\n\ndef f():\n    return os.getpid()", trust="sandbox")
    assert app.f() != os.getpid()


def test_a_function_in_the_sandbox_cannot_use_the_notebooks_names(app: BabyAGI) -> None:
    app.namespace["rows"] = [1]
    with pytest.raises(NameSettlementError, match="'rows'"):
        app.add_function("f", "def f():\n    return rows", trust="sandbox")


def test_a_host_function_runs_in_the_kernel_when_it_was_granted(app: BabyAGI) -> None:
    import os

    app.add_function("where", "import os\n\ndef where():\n    return os.getpid()")
    app.add_function("copy", "def copy():\n    return where()", trust="sandbox")
    app.add_function("ask", "def ask():\n    return where()", trust="sandbox", calls=["where"])
    assert app.copy() != os.getpid()
    assert app.ask() == os.getpid()
    asked, where = app.get_logs("ask")[0], app.get_logs("where")[0]
    assert where["parent_log_id"] == asked["id"]


def test_a_sandboxed_function_gets_the_keys_it_was_granted_and_no_other(app: BabyAGI) -> None:
    app.add_key("token", "canary-123456")
    app.add_key("other", "canary-987654")
    app.add_function(
        "own", "def own():\n    return len(token)", key_dependencies=["token"], trust="sandbox"
    )
    assert app.own() == 13
    label = propose(app, "def f():\n    return len(token)", key_dependencies=["token"])
    with pytest.raises((MissingName, NameError), match="token"):
        run(app, label)
    approve(app, label, keys=["token"])
    assert app.f() == 13
    spy = "import os\n\ndef spy():\n    return repr(os.environ) + repr(globals())"
    label = propose(app, spy)
    assert "canary" not in run(app, label)


def test_the_value_of_a_key_is_not_stored_as_source(app: BabyAGI) -> None:
    app.add_key("token", "canary-123456")
    with pytest.raises(RegistrationError, match="the value of a key"):
        app.add_function("f", "def f():\n    return 'canary-123456'")
    assert "f" not in app.catalogue


def test_a_draft_may_not_come_along_where_a_key_is(app: BabyAGI) -> None:
    app.add_key("token", "canary-123456")
    propose(app, "def part():\n    return 1")
    approve(app, "part@1")
    app.add_function(
        "own", "def own():\n    return part() + len(token)", key_dependencies=["token"],
        trust="sandbox",
    )  # fmt: skip
    assert app.own() == 14
    app.revoke("part")
    with pytest.raises(NotGranted, match="part@1, which was revoked"):
        app.own()


# -- limits and bad input ----------------------------------------------------------------------


def test_a_run_that_takes_too_long_is_ended(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    while True: pass", timeout=0.3)
    with pytest.raises(RunTimeout):
        run(app, label)
    assert app.get_logs("f")[0]["log_type"] == "timeout"


def test_a_result_that_is_too_large_is_refused(app: BabyAGI) -> None:
    label = propose(app, "def f():\n    return 'x' * 50_000_000")
    with pytest.raises(SandboxRefused):
        run(app, label)
    assert app.get_logs("f")[0]["error_type"] == "SandboxRefused"


def test_an_argument_that_cannot_travel_is_named(app: BabyAGI) -> None:
    label = propose(app, "def f(g):\n    return 1")
    with pytest.raises(SandboxRefused, match="g"):
        run(app, label, lambda: 1)


def test_without_a_sandbox_of_the_needed_tier_nothing_is_executed(tmp_path: Path) -> None:
    from babyagi_nb.sandbox.server import open_sandbox

    weak = open_sandbox(tier="process", minimum="standard", notify=print)
    app = BabyAGI(":memory:", namespace={}, sandbox=weak)
    canary = tmp_path / "canary"
    label = propose(app, f"def f():\n    open({str(canary)!r}, 'w')")
    with pytest.raises(SandboxUnavailable):
        run(app, label)
    assert app.get_logs("f")[0]["error_type"] == "SandboxUnavailable"
    assert not canary.exists()
    app.close()


def test_errors_of_trust_are_one_line_with_the_mend(app: BabyAGI) -> None:
    label = propose(app, "def f(): ...", hosts=["a.example.org"])
    app.deny("f")
    for doing in (
        lambda: run(app, label),
        lambda: app.activate_function_version("f", 1),
        lambda: app.approve("f", 1, review="ffffff"),
        lambda: app.revoke("f", 1),
    ):
        with pytest.raises((CallError, UsageError)) as caught:
            doing()
        assert "\n" not in str(caught.value)
        assert caught.value.fix, caught.value  # type: ignore[union-attr]


# -- packs -------------------------------------------------------------------------------------

PACK = """
from functionz.core.framework import func

@func.register_function(metadata={"description": "Doubles."})
def double(x):
    return 2 * x

@func.register_function(dependencies=["double"])
def quadruple(x):
    return double(double(x))
"""


def test_a_pack_nobody_vouches_for_is_read_outside_and_comes_in_as_drafts(
    app: BabyAGI, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    spoil = f"\ntry:\n    open({str(canary)!r}, 'w')\nexcept OSError:\n    pass\n"
    file = tmp_path / "pack.py"
    file.write_text(PACK + spoil)
    app.load_functions(file)
    assert not canary.exists()
    assert [row["name"] for row in app.drafts()] == ["double", "quadruple"]
    assert {row["origin"].partition("@")[0] for row in app.drafts()} == {"pack:pack"}
    assert run(app, "quadruple@1", 2) == 8
    assert not canary.exists()


def test_a_pack_the_user_vouches_for_runs_in_the_kernel(app: BabyAGI, tmp_path: Path) -> None:
    file = tmp_path / "pack.py"
    file.write_text(PACK)
    app.load_functions(file)
    app.load_functions(file, approve=True)
    assert app.quadruple(2) == 8
    assert app.grants("double").kernel


def test_a_pack_that_wants_to_change_the_store_needs_the_users_word(
    app: BabyAGI, tmp_path: Path
) -> None:
    file = tmp_path / "pack.py"
    file.write_text(PACK + "\nfunc.add_key('token', 'canary-123456')\n")
    with pytest.raises(PackError, match=r"asks to add_key"):
        app.load_functions(file)
    assert app.drafts() == []
    assert app.get_all_secret_keys() == []


def test_the_packs_of_this_package_are_as_trusted_as_it_is(app: BabyAGI) -> None:
    app.load_functions("default_functions")
    assert app.drafts() == []
    assert app.get_function_wrapper("get_function_wrapper")["version"] == 1
