"""Function cells in a real kernel: sources, tracebacks, errors, completion, the debugger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from kernel_bench import bench_fixture, kernel_fixture  # noqa: F401 - fixtures

pytestmark = pytest.mark.xdist_group("kernel-cells")

BOOM = "%%babyagi_function\n\n# a remark\ndef boom(x):\n    y = x + 1\n    return y / 0"


def test_the_magics_are_known_from_the_start(kernel: Any) -> None:
    assert kernel.ok("%%babyagi_function\ndef first(): return 1").lines == ["first v1 registered"]
    assert kernel.ok("first()").lines == ["1"]


def test_a_traceback_shows_the_cell_and_the_line(kernel: Any) -> None:
    kernel.ok(BOOM)
    outcome = kernel.run("boom(1)")
    assert outcome.status == "error"
    assert outcome.error == "ZeroDivisionError: division by zero"
    assert "line 6, in boom(x)" in outcome.traceback
    assert "----> 6     return y / 0" in outcome.traceback
    assert "in boom@1, run" in outcome.traceback


@pytest.mark.parametrize(
    "code",
    [
        "boom(1)", "%babyagi run boom 1", "x = %babyagi run boom 1", "outer()", "later()",
        "%babyagi run later", "await_(later)", "%babyagi run boom {1/0}", "list(steps())",
        "%%babyagi_function run='1'\n\n# a remark\ndef boom(x):\n    y = x + 1\n    return y / 0",
        "%%babyagi_function\n1 / 0\ndef never(): pass",
    ],
)  # fmt: skip
def test_no_frame_of_ours_is_in_a_traceback(kernel: Any, code: str) -> None:
    kernel.ok(BOOM)
    kernel.ok("%%babyagi_function\ndef outer(): return boom(1)")
    kernel.ok("%%babyagi_function\nasync def later(): return outer()")
    kernel.ok("%%babyagi_function\ndef steps():\n    yield outer()")
    kernel.ok("def await_(f):\n    return get_ipython().run_line_magic('babyagi', f'run later')")
    if code == "later()":
        code = "await later()"
    outcome = kernel.run(code)
    assert outcome.error == "ZeroDivisionError: division by zero"
    assert "babyagi_nb" not in outcome.traceback
    assert "interactiveshell.py" not in outcome.traceback
    assert "Cell In[" in outcome.traceback


def test_a_syntax_error_looks_as_in_any_cell(kernel: Any) -> None:
    outcome = kernel.run("%%babyagi_function\ndef f():\n\n    x = = 1\n")
    assert outcome.status == "error"
    plain = kernel.run("def f():\n\n\n    x = = 1\n")
    ours, theirs = outcome.traceback.splitlines(), plain.traceback.splitlines()
    assert ours[0].endswith(", line 4")
    assert ours[1:] == theirs[1:]


def test_our_own_errors_are_one_line_and_fail_the_cell(kernel: Any) -> None:
    outcome = kernel.run("%%babyagi_function dep=world\ndef f(): pass")
    assert outcome.status == "error"
    assert outcome.traceback == "UsageError: unknown option 'dep'; did you mean 'deps'?"
    assert outcome.error == outcome.traceback
    assert outcome.printed == ""


def test_inspect_finds_source_signature_and_documentation(kernel: Any) -> None:
    kernel.ok("%%babyagi_function\nimport math\ndef area(r: float = 1):\n    'The area.'\n"
              "    return math.pi * r * r")  # fmt: skip
    assert kernel.ok("import inspect\nprint(inspect.getsource(area))").printed.rstrip() == (
        "def area(r: float = 1):\n    'The area.'\n    return math.pi * r * r"
    )
    assert kernel.ok("print(inspect.signature(area), area.__doc__)").printed == (
        "(r: float = 1) The area.\n"
    )
    shown = kernel.inspect("area")
    assert "area v1" in shown["text/plain"]
    assert "The area." in shown["text/plain"]


def test_completion_offers_names_and_options(kernel: Any) -> None:
    kernel.ok("%%babyagi_function\ndef completed(count=1): return count")
    assert kernel.complete("%babyagi run compl") == ["completed"]
    assert kernel.complete("x = %babyagi run compl") == ["completed"]
    assert kernel.complete("%babyagi run completed co") == ["count="]
    assert kernel.complete("%babyagi show completed@") == ["completed@1"]
    assert kernel.complete("%babyagi gra") == ["graph"]
    assert kernel.complete("%%babyagi_function deps=boom,compl") == ["completed"]
    assert kernel.complete("%babyagi logs --wat") == ["--waterfall"]
    assert "completed" in kernel.complete("%%babyagi_function\ndef g():\n    compl")


def test_edit_proposes_one_cell(kernel: Any) -> None:
    kernel.ok("%%babyagi_function\ndef proposed(): return 1")
    (proposal,) = kernel.ok("%babyagi edit proposed").payload
    assert proposal["source"] == "set_next_input"
    assert proposal["text"].startswith("%%babyagi_function proposed\ndef proposed(): return 1")
    assert proposal["replace"] is False


def test_a_run_remembers_the_id_of_its_cell(kernel: Any) -> None:
    kernel.ok("%%babyagi_function\ndef placed(): return 1")
    kernel.run("placed()", cell_id="cell-4711")
    kernel.ok("import babyagi_nb")
    shown = kernel.ok("babyagi_nb.get_logs('placed')[0]['cell']")
    assert shown.lines == ["'cell-4711'"]


def test_a_breakpoint_in_a_function_cell_stops(kernel: Any) -> None:
    pytest.importorskip("debugpy")
    code = "%%babyagi_function\ndef watched(x):\n    y = x + 1\n    return y"
    assert kernel.debug("initialize", clientID="test", adapterID="", pathFormat="path")["success"]
    assert kernel.debug("attach")["success"]
    path = kernel.debug("dumpCell", code=code)["body"]["sourcePath"]
    kernel.ok(code)
    placed = kernel.debug(
        "setBreakpoints", source={"path": path}, breakpoints=[{"line": 4}], sourceModified=False
    )
    assert [each["verified"] for each in placed["body"]["breakpoints"]] == [True]
    kernel.debug("configurationDone")
    stopped: list[dict[str, Any]] = []

    def seen(kind: str, content: dict[str, Any]) -> None:
        if kind == "debug_event" and content["event"] == "stopped":
            thread = content["body"]["threadId"]
            stopped.append(kernel.debug("stackTrace", threadId=thread)["body"]["stackFrames"][0])
            kernel.debug("continue", threadId=thread)

    outcome = kernel.finish(kernel.begin("watched(1)"), seen)
    kernel.debug("disconnect", restart=False, terminateDebuggee=False)
    assert outcome.lines == ["2"]
    assert [(each["name"], each["line"]) for each in stopped] == [("watched", 4)]
    assert stopped[0]["source"]["path"] == path


def test_the_extension_can_be_loaded_again_and_taken_away(kernel: Any) -> None:
    kernel.ok("%load_ext babyagi_nb")
    kernel.ok("%reload_ext babyagi_nb")
    assert kernel.ok("first()").lines == ["1"]
    kernel.ok("%unload_ext babyagi_nb")
    assert "first@1" in kernel.ok("%babyagi list").text


def test_a_notebook_runner_stops_at_our_errors(newcomer: Any) -> None:
    cells = [
        nbformat.v4.new_code_cell("%%babyagi_function\ndef world(): return 1"),
        nbformat.v4.new_code_cell("%babyagi run wrld"),
    ]
    path: Path = newcomer.project / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    done = newcomer.run(
        *("-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", "page.ipynb")
    )
    assert done.returncode != 0
    assert "NotFound: no function 'wrld'; did you mean 'world'?" in done.stderr
    assert json.loads(path.read_text())["cells"][1]["outputs"] == []
