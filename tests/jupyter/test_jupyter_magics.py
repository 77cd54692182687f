"""Every subcommand, in a shell of this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shell_desk import bare_shell_fixture, desk_fixture  # noqa: F401 - fixtures

from babyagi_nb import kernel_app
from babyagi_nb.jupyter.commands import keys
from babyagi_nb.widgets.view import View

WORLD = "%%babyagi_function\ndef world():\n    'The world.'\n    return 'world'"
HELLO = (
    "%%babyagi_function deps=world tags=demo\n"
    "def hello(n: int = 1):\n    return f'Hello {world()}! ' * n"
)


def shown(value: Any) -> str:
    assert isinstance(value, View)
    assert set(value._repr_mimebundle_()) >= {"text/plain", "text/html"}
    return value.plain()


# -- function cells --------------------------------------------------------------------------


def test_a_cell_says_in_one_line_what_it_did(desk: Any) -> None:
    assert desk.ok(WORLD).lines == ["world v1 registered"]
    assert desk.ok(HELLO).lines == ["hello v1 registered · depends on world"]
    assert desk.ok(HELLO).lines == ["hello v1 unchanged"]
    changed = HELLO.replace("Hello", "Hi")
    assert desk.ok(changed).lines == [
        "hello v2 registered · depends on world · %babyagi undo takes it back"
    ]
    assert desk.ok("hello(2)").value == "Hi world! Hi world! "


def test_layout_and_comments_make_no_version(desk: Any) -> None:
    desk.ok(WORLD)
    again = WORLD.replace("def world()", "# a comment\n\ndef world( )")
    assert desk.ok(again).lines == ["world v1 unchanged"]


def test_several_functions_of_a_cell_are_stored_together(desk: Any) -> None:
    found = desk.ok(
        "%%babyagi_function\nimport math\n_HALF = 0.5\ndef _half(x): return x * _HALF\n"
        "def area(r): return math.pi * r * r\n\ndef halved(r): return _half(area(r))"
    )
    assert found.text.splitlines() == [
        "area v1 registered",
        "halved v1 registered · depends on area",
    ]
    assert desk.ok("round(halved(1), 3)").value == 1.571


def test_a_name_picks_one_of_several(desk: Any) -> None:
    found = desk.ok("%%babyagi_function outer\ndef inner(): return 1\ndef outer(): return inner()")
    assert found.lines == ["outer v1 registered"]
    assert desk.ok("outer()").value == 1
    assert "inner" not in desk.shell.user_ns


def test_tests_run_once_and_a_failing_one_keeps_the_store_as_it_was(desk: Any) -> None:
    good = "%%babyagi_function\ndef one(): return 1\n\ndef test_one():\n    assert one() == 1\n"
    assert desk.ok(good).lines == ["one v1 registered · 1 test passed"]
    assert desk.refused(good.replace("return 1", "return 2")).startswith(
        "TestFailure: test failed: test_one"
    )
    assert desk.ok("one()").value == 1


def test_other_statements_run_once_in_their_place_with_a_warning(desk: Any) -> None:
    found = desk.ok(
        "%%babyagi_function\nseen = []\nseen.append('above')\ndef f(): return 1\nseen.append(f())"
    )
    assert found.text.splitlines()[0] == "f v1 registered"
    assert "warning: line 3: \"seen.append('above')\" ran once" in found.text
    assert desk.shell.user_ns["seen"] == ["above", 1]


def test_run_calls_the_function_at_once_with_the_notebooks_names(desk: Any) -> None:
    desk.ok("k = 40")
    found = desk.ok("%%babyagi_function run='k, y=2'\ndef add(x, y): return x + y")
    assert found.value == 42


def test_every_option_of_a_cell_reaches_the_version(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(
        "%%babyagi_function f deps=world imports='math, json as j' keys=token triggers=world "
        "desc='What it is' tags=a,b effects=pure log=errors timeout=9 validate=off "
        """meta='{"owner": "ann"}' in=x:dict[str,int],y out=z:str\n"""
        "def f(x, y=1):\n    return world(), math.pi, j, token"
    )
    spec = kernel_app.get_func_instance().version("f").spec
    assert (spec.dependencies, spec.keys, spec.triggers) == (("world",), ("token",), ("world",))
    assert [each.statement() for each in spec.imports] == ["import math", "import json as j"]
    assert (spec.description, spec.tags, spec.effects) == ("What it is", ("a", "b"), "pure")
    assert (spec.log, spec.timeout, spec.validate) == ("errors", 9.0, False)
    assert spec.metadata == {"owner": "ann"}
    assert spec.input_parameters == (
        {"name": "x", "type": "dict[str,int]"},
        {"name": "y", "type": "Any"},
    )
    assert spec.output_parameters == ({"name": "z", "type": "str"},)
    assert spec.cell.execution_count == desk.shell.execution_count - 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("%%babyagi_function dep=world\ndef f(): pass",
         "UsageError: unknown option 'dep'; did you mean 'deps'?"),
        ("%%babyagi_function\nx = 1", "SourceError: no function in the cell"),
        ("%%babyagi_function\ndef f():\n    !ls", "SourceError: line 3: '!ls' is a line for"),
        ("%%babyagi_function\n%time 1\ndef f(): pass", "SourceError: line 2: '%time 1' is a line"),
        ("%%babyagi_function\nx = await y()\ndef f(): pass", "SourceError: line 2: await at"),
        ("%%babyagi_function\ndef f(x)\n    pass", "SourceError: line 2: expected ':'"),
        ("%%babyagi_function\ndef print(): pass", "RegistrationError: 'print' would shadow"),
        ("%%babyagi_function deps=wrld\ndef f(): pass", "DependencyError: "),
        ("%%babyagi_function\ndef f(): return wrld()", "NameSettlementError: "),
        ("%%babyagi_function meta=[1\ndef f(): pass", "UsageError: meta is no JSON"),
        ("%%babyagi_function meta=[1]\ndef f(): pass", "UsageError: meta is [1]"),
        ("%%babyagi_function in=1x:int\ndef f(): pass", "UsageError: in holds '1x:int'"),
        ("%%babyagi_function run='1,,'\ndef f(): pass", "UsageError: cannot read the arguments"),
        ("%%babyagi_function run='1'\ndef f(): pass\ndef g(): pass", "UsageError: run= needs one"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_cell_is_one_line(desk: Any, code: str, message: str) -> None:
    assert desk.refused(code).startswith(message)


def test_a_refused_cell_stores_and_runs_nothing(desk: Any) -> None:
    desk.refused("%%babyagi_function nosuch=1\nran = True\ndef f(): pass")
    desk.refused("%%babyagi_function\nran = True\ndef f(x)\n    pass")
    assert "ran" not in desk.shell.user_ns
    assert len(kernel_app.get_func_instance().catalogue) == 0


def test_a_cell_run_by_other_code_is_read_as_well(desk: Any) -> None:
    desk.ok("get_ipython().run_cell_magic('babyagi_function', '', 'def g(x):\\n    return x / 0')")
    error = desk.run("g(1)").error
    assert isinstance(error, ZeroDivisionError)
    lines = []
    trace = error.__traceback__
    while trace is not None:
        lines.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
        trace = trace.tb_next
    assert lines[-1] == ("g", 3)


# -- running ---------------------------------------------------------------------------------


def test_run_returns_the_value_and_hands_over_objects(desk: Any) -> None:
    desk.ok("%%babyagi_function\ndef same(x, y=None): return x, y")
    desk.ok("thing = object()")
    value = desk.ok("v = %babyagi run same $thing y='a b'\nv").value
    assert value[0] is desk.shell.user_ns["thing"]
    assert value[1] == "a b"


def test_run_sees_the_names_of_the_function_it_stands_in(desk: Any) -> None:
    desk.ok("%%babyagi_function\ndef same(x): return x")
    desk.ok("def inside(local):\n    y = %babyagi run same $local\n    return y")
    assert desk.ok("inside(3)").value == 3


def test_run_of_nothing_and_of_an_unknown_name(desk: Any) -> None:
    desk.ok(WORLD)
    assert desk.refused("%babyagi run").startswith("UsageError: %babyagi run needs NAME")
    assert desk.refused("%babyagi run wrld") == (
        "NotFound: no function 'wrld'; did you mean 'world'?"
    )
    assert "unknown option 'timout'; did you mean 'timeout'?" in desk.refused(
        "%babyagi run world --timout 3"
    )


def test_an_async_function_runs_to_its_end_inside_a_function_too(desk: Any) -> None:
    desk.ok(
        "%%babyagi_function\nimport asyncio\nasync def slow():\n"
        "    await asyncio.sleep(0)\n    return 7"
    )
    assert desk.ok("%babyagi run slow").value == 7
    assert desk.ok("x = %babyagi run slow\nx + 1").value == 8
    assert desk.ok("def g():\n    y = %babyagi run slow\n    return y\ng()").value == 7


# -- looking ---------------------------------------------------------------------------------


def test_alone_it_counts_and_names_the_next_commands(desk: Any) -> None:
    assert shown(desk.ok("%babyagi").value).startswith("babyagi: 0 functions · 0 triggers")
    desk.ok(WORLD)
    desk.ok("world()")
    text = shown(desk.ok("%babyagi").value)
    assert text.startswith("babyagi: 1 function · 0 triggers · 1 run · 0 errors")
    assert "%babyagi show world" in text


def test_list_narrows_by_text_and_tag(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    assert len(shown(desk.ok("%babyagi list").value).splitlines()) == 3
    assert "world@1" in shown(desk.ok("%babyagi list 'the world'").value)
    only = shown(desk.ok("%babyagi list tag=demo").value)
    assert "hello@1" in only
    assert "The world." not in only


def test_show_is_one_version_in_full(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(WORLD.replace("'world'", "'moon'"))
    assert "moon" in shown(desk.ok("%babyagi show world").value)
    old = shown(desk.ok("%babyagi show world@1").value)
    assert "return 'world'" in old
    assert "v2 (active)" in old
    assert desk.refused("%babyagi show world@7") == (
        "NotFound: function 'world' has no version 7; it has 1, 2"
    )


def test_edit_puts_a_cell_below_that_changes_nothing_when_run(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    desk.ok("%babyagi edit hello")
    text = desk.shell.rl_next_input
    assert text.startswith("%%babyagi_function hello deps=world tags=demo\ndef hello(n: int = 1):")
    assert desk.ok(text).lines == ["hello v1 unchanged"]


def test_diff_shows_what_changed(desk: Any) -> None:
    desk.ok(WORLD)
    assert desk.refused("%babyagi diff world").startswith("NotFound: world@1 is the first version")
    desk.ok(WORLD.replace("return 'world'", "return 'moon'"))
    text = shown(desk.ok("%babyagi diff world").value)
    assert "-     return 'world'" in text
    assert "+     return 'moon'" in text
    assert "-     return 'moon'" in shown(desk.ok("%babyagi diff world 2 1").value)


def test_activate_undo_and_history(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(WORLD.replace("return 'world'", "return 'moon'"))
    assert shown(desk.ok("%babyagi activate world@1").value) == "world v1 activated (was v2)"
    assert desk.ok("world()").value == "world"
    assert "already" in shown(desk.ok("%babyagi activate world@1").value)
    assert shown(desk.ok("%babyagi undo").value) == "undone: activate world@1"
    assert desk.ok("world()").value == "moon"
    listed = shown(desk.ok("%babyagi history limit=2").value).splitlines()
    assert [line.split()[:4] for line in listed[1:]] == [
        ["4", "undo", "activate", "world@1"],
        ["3", "activate", "world@1", "undone"],
    ]
    assert shown(desk.ok("%babyagi undo --list").value).splitlines()[0].split()[0] == "change"
    assert desk.refused("%babyagi activate world") == (
        "UsageError: which version of 'world'?; write one of world@1, world@2"
    )
    assert desk.refused("%babyagi undo x").startswith("UsageError: 'x' is no number of a change")


def test_rm_takes_the_name_out_of_the_notebook_and_undo_brings_it_back(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    assert "needed by 'hello'" in desk.refused("%babyagi rm world")
    assert shown(desk.ok("%babyagi rm world --force").value).startswith("world v1 removed")
    assert "world" not in desk.shell.user_ns
    desk.ok("%babyagi undo")
    assert desk.ok("hello()").value == "Hello world! "
    assert desk.ok("world()").value == "world"


def test_nothing_to_undo_is_said(desk: Any) -> None:
    assert shown(desk.ok("%babyagi undo").value) == "nothing to undo"


def test_logs_filter_by_name_status_text_and_time(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    desk.ok("%%babyagi_function\ndef boom(): raise ValueError('bang')")
    desk.ok("hello(n=2)")
    desk.run("boom()")

    def names(line: str) -> list[str]:
        rows = shown(desk.ok(f"%babyagi logs {line}").value).splitlines()[1:]
        return [row.split()[1] for row in rows]

    assert names("") == ["boom@1", "world@1", "hello@1"]
    assert names("hello") == ["hello@1"]
    assert names("hello@1 since=1h") == ["hello@1"]
    assert names("--status error") == ["boom@1"]
    assert names("status=error,success limit=2") == ["boom@1", "world@1"]
    assert names("text=bang") == ["boom@1"]
    assert names("--roots") == ["boom@1", "hello@1"]
    nothing = "no runs to show; call a stored function, or widen the filter"
    for none in ("until=1h", "slower=100", "hello version=9"):
        assert shown(desk.ok(f"%babyagi logs {none}").value) == nothing


def test_one_run_is_found_by_part_of_its_id_and_shown_with_its_tree(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    desk.ok("hello()")
    app = kernel_app.get_func_instance()
    root = app.get_logs("hello")[0]["id"]
    text = shown(desk.ok(f"%babyagi logs {root[-6:]}").value)
    assert "hello@1 success" in text
    assert "└─ ✓ world@1() → 'world'" in text
    desk.ok(f"import babyagi_nb\nrow = babyagi_nb.get_logs('hello')[0]\nid = {root!r}")
    assert shown(desk.ok("%babyagi logs $row").value) == text
    assert shown(desk.ok("%babyagi logs $id").value) == text
    assert desk.refused("%babyagi logs $rwo") == (
        "MissingName: no name 'rwo' in the notebook; did you mean 'row'?"
    )
    assert "└─ ✓ world@1" in shown(desk.ok("%babyagi logs --tree").value)
    assert "└─ ✓ world@1" in shown(desk.ok("%babyagi logs hello --waterfall").value)
    assert desk.refused("%babyagi logs helo") == (
        "NotFound: no function and no run 'helo'; did you mean 'hello'?"
    )


def test_the_text_of_every_view_is_the_same_on_a_second_run(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)

    def texts() -> list[str]:
        desk.ok("hello()")
        lines = ("show hello", "graph", "logs limit=2", "logs --tree limit=1", "history")
        return [shown(desk.ok(f"%babyagi {line}").value) for line in lines]

    assert texts() == texts()


def test_graph_draws_saves_and_narrows(desk: Any, tmp_path: Path) -> None:
    desk.ok(WORLD)
    desk.ok(HELLO)
    desk.ok("%%babyagi_function triggers=hello keys=token\ndef after(x): return token")
    whole = shown(desk.ok("%babyagi graph").value)
    assert "hello v1" in whole
    assert "world v1" in whole
    assert "after" not in shown(desk.ok("%babyagi graph world hops=1").value)
    assert "triggers" not in shown(desk.ok("%babyagi graph --deps").value)
    assert "world v1" not in shown(desk.ok("%babyagi graph hello --triggers").value)
    assert "token" in shown(desk.ok("%babyagi graph --keys").value)
    desk.ok("%babyagi graph save=all.svg")
    assert (tmp_path / "all.svg").read_text().lstrip().startswith(("<svg", "<?xml"))
    desk.ok("%babyagi graph save=all.mmd")
    assert "hello" in (tmp_path / "all.mmd").read_text()
    assert desk.refused("%babyagi graph helo") == (
        "NotFound: no function 'helo'; did you mean 'hello'?"
    )
    assert "engine is 'dott'; did you mean 'dot'?" in desk.refused("%babyagi graph engine=dott")


def test_triggers_are_added_listed_and_removed(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok("%%babyagi_function\ndef seen(x): return x")
    assert shown(desk.ok("%babyagi trigger add seen after=world").value) == (
        "seen runs after world"
    )
    desk.ok("world()")
    assert "seen@1" in shown(desk.ok("%babyagi logs seen").value)
    assert shown(desk.ok("%babyagi trigger list").value).splitlines()[1].split() == [
        "seen",
        "world",
    ]
    desk.ok("%babyagi trigger rm seen world")
    assert len(shown(desk.ok("%babyagi trigger list seen").value).splitlines()) == 1
    assert desk.refused("%babyagi trigger add").startswith(
        "UsageError: %babyagi trigger add needs TRIGGERED"
    )
    assert "no function" in desk.refused("%babyagi trigger add nosuch after=world")


def test_sql_takes_the_rest_of_the_line_or_a_cell(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok("world()")
    line = "%babyagi sql SELECT function_name, count(*) AS n FROM logs WHERE 1 = 1 GROUP BY ALL;"
    assert shown(desk.ok(line).value).splitlines()[1].split() == ["world", "1"]
    assert shown(desk.ok("%%babyagi sql\nSELECT 1\n  AS one").value).split() == ["one", "1"]
    assert desk.refused("%babyagi sql DROP TABLE logs").startswith("QueryRefused: ")
    assert desk.refused("%babyagi sql").startswith("UsageError: %babyagi sql needs a query")


def test_backup_restore_and_doctor(desk: Any, tmp_path: Path) -> None:
    desk.ok(WORLD)
    desk.ok(f"%babyagi backup {tmp_path / 'copy.zip'}")
    desk.ok("%babyagi rm world")
    assert shown(desk.ok(f"%babyagi restore {tmp_path / 'copy.zip'}").value).startswith("restored")
    assert "world@1" in shown(desk.ok("%babyagi list").value)
    assert shown(desk.ok("%babyagi doctor").value).startswith("level")


def test_load_lists_packs_and_stores_a_file(desk: Any, tmp_path: Path) -> None:
    assert "default_functions" in shown(desk.ok("%babyagi load").value)
    (tmp_path / "mine.py").write_text(
        "from functionz.core.framework import func\n\n"
        "@func.register_function(metadata={'description': 'Doubles.'})\n"
        "def double(x):\n    return 2 * x\n"
    )
    assert "double v1 proposed" in shown(desk.ok("%babyagi load mine.py").value)
    assert desk.ok("%babyagi run double@1 4").value == 8
    desk.ok("%babyagi load mine.py --approve")
    assert desk.ok("double(4)").value == 8
    assert desk.refused("%babyagi load nosuch").startswith("NotFound: ")


PROPOSAL = """
import babyagi_nb
_ = babyagi_nb.get_func_instance().propose(
    "def peek():\\n    return 1\\n\\ndef helper():\\n    return 2",
    origin="model:scripted", hosts=["api.example.org"],
)
"""


def test_a_draft_is_looked_at_and_approved_by_the_line_that_comes_with_it(desk: Any) -> None:
    desk.ok(PROPOSAL)
    assert "peek@1" in shown(desk.ok("%babyagi drafts").value)
    card = shown(desk.ok("%babyagi approve peek@1").value)
    assert "api.example.org:443" in card
    (line,) = [each for each in card.splitlines() if "review=" in each]
    line = line[line.index("%babyagi approve") :]
    assert line.endswith("hosts=api.example.org:443")
    assert desk.shell.rl_next_input == line
    assert "peek@1 approved; it may connect to api.example.org:443" in shown(desk.ok(line).value)
    assert desk.ok("peek()").value == 1
    assert "revoked" in shown(desk.ok("%babyagi revoke peek").value)
    assert desk.refused("peek()").startswith("NotGranted: peek@1 was revoked")


def test_the_card_says_which_packages_a_draft_imports(desk: Any) -> None:
    desk.ok(
        "import babyagi_nb\n_ = babyagi_nb.get_func_instance().propose("
        '"import duckdb, nosuchpackage\\n\\ndef f():\\n    return duckdb, nosuchpackage",'
        ' origin="model:scripted")'
    )
    card = shown(desk.ok("%babyagi approve f@1").value)
    assert "installed" in card
    assert "nosuchpackage" in card
    assert "unknown" in card


def test_nothing_is_granted_without_the_review_code(desk: Any) -> None:
    desk.ok(PROPOSAL)
    assert "look at it first" in desk.refused("%babyagi approve peek@1 hosts=api.example.org")
    assert desk.refused("%babyagi approve peek@1 review=000000").startswith("NotGranted: ")
    assert "denied" in shown(desk.ok("%babyagi deny helper@1 reason='not wanted'").value)
    assert desk.refused("%babyagi run helper@1").startswith("NotGranted: helper@1 was denied")
    assert "helper" not in shown(desk.ok("%babyagi drafts").value)


def test_a_cell_may_stay_in_the_sandbox(desk: Any) -> None:
    import os

    desk.ok("%%babyagi_function trust=sandbox\nimport os\n\ndef where(): return os.getpid()")
    assert desk.ok("where()").value != os.getpid()
    assert "UsageError" in desk.refused("%%babyagi_function hosts=a/b\ndef f(): ...")
    desk.ok(WORLD)
    assert desk.refused("%babyagi approve world").startswith("NotFound: world@1 is your own")


def test_a_cell_made_from_somebody_elses_version_stays_in_the_sandbox(desk: Any) -> None:
    desk.ok(PROPOSAL)
    desk.ok("%babyagi edit peek@1")
    first = desk.shell.rl_next_input.splitlines()[0]
    assert "trust=sandbox" in first
    assert "hosts=api.example.org:443" in first


def test_a_keys_value_is_typed_unseen_and_never_shown(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "sk-canary-0123456789"
    monkeypatch.setattr(keys, "getpass", lambda prompt: canary)
    assert canary not in desk.refused(f"%babyagi key set token {canary}")
    texts = [
        shown(desk.ok(f"%babyagi key {line}").value)
        for line in ("set token", "list", "check token")
    ]
    assert "key 'token' kept in an encrypted file" in texts[0]
    assert all("encrypted file" in text for text in texts[1:])
    assert canary not in "".join(texts)
    desk.ok("%%babyagi_function keys=token\ndef use(): return len(token)")
    assert desk.ok("use()").value == len(canary)
    assert "removed from the encrypted file" in shown(desk.ok("%babyagi key rm token").value)
    assert "missing" in shown(desk.ok("%babyagi key list").value)
    assert desk.refused("%babyagi key rm tokn").startswith("NotFound: no key 'tokn'")
    assert desk.refused("%babyagi key set").startswith("UsageError: %babyagi key set needs NAME")


def test_no_value_typed_is_no_key(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "getpass", lambda prompt: " ")
    assert desk.refused("%babyagi key set token").startswith("UsageError: no value was typed")


def test_panel_and_help(desk: Any) -> None:
    desk.ok(WORLD)
    desk.ok("world()")
    assert "world@1" in shown(desk.ok("%babyagi panel logs").value)
    assert "world" in shown(desk.ok("%babyagi panel functions world").value)
    assert "no panel" in desk.refused("import babyagi_nb\nbabyagi_nb.panel('lgos')")
    assert "%babyagi logs" in shown(desk.ok("%babyagi help").value)
    assert "deps=" in shown(desk.ok("%babyagi help babyagi_function").value)
    assert "--waterfall" in shown(desk.ok("%babyagi help logs").value)
    assert desk.refused("%babyagi hepl") == (
        "UsageError: no subcommand 'hepl'; did you mean 'help'?"
    )
    assert "is no cell magic" in desk.refused("%%babyagi list\nx")


def test_a_stored_function_explains_itself(desk: Any) -> None:
    desk.ok(WORLD)
    inspector = desk.shell.inspector
    bundle = inspector._get_info(desk.shell.user_ns["world"], "world")
    assert "world v1" in bundle["text/plain"]
    assert "The world." in bundle["text/html"]
    plain = inspector._get_info(json.dumps, "json.dumps")
    assert "Stored function" not in plain["text/plain"]


def test_a_setting_changes_the_store_at_once(desk: Any, tmp_path: Path) -> None:
    desk.ok(WORLD)
    desk.ok("%config BabyAGI.store_path = ':memory:'")
    assert shown(desk.ok("%babyagi").value).startswith("babyagi: 0 functions")
    desk.ok("%config BabyAGI.store_path = None")
    assert shown(desk.ok("%babyagi").value).startswith("babyagi: 1 function ")
    desk.ok("%config BabyAGI.validate = False")
    desk.ok("%%babyagi_function\ndef f(n: int): return n")
    assert desk.ok("f('x')").value == "x"


def test_what_the_application_tells_is_one_line_of_output(desk: Any) -> None:
    desk.ok("%%babyagi_function\ndef world(): return 1")
    desk.ok("%%babyagi_function triggers=world\ndef bad(x): raise ValueError('no')")
    found = desk.ok("world()")
    assert found.value == 1
    assert found.lines[0].startswith("babyagi: trigger 'bad' after 'world' failed: ValueError: no")
