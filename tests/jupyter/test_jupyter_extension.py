"""Loading and leaving."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from shell_desk import bare_shell_fixture, desk_fixture  # noqa: F401 - fixtures

from babyagi_nb import kernel_app


def state(shell: Any) -> dict[str, Any]:
    """All that an extension could change."""
    return {
        "magics": {kind: dict(table) for kind, table in shell.magics_manager.magics.items()},
        "registry": sorted(shell.magics_manager.registry),
        "matchers": list(shell.Completer.custom_matchers),
        "transformers": list(shell.input_transformers_post),
        "cleanup": list(shell.input_transformers_cleanup),
        "hooks": dict(shell.inspector.mime_hooks),
        "callbacks": {name: list(each) for name, each in shell.events.callbacks.items()},
        "configurables": list(shell.configurables),
        "exceptions": shell.custom_exceptions,
        "names": {name for name in shell.user_ns if not name.startswith("_")},
        "meta": sorted(shell.meta),
    }


def test_unloading_leaves_the_shell_as_it_was(bare_shell: InteractiveShell) -> None:
    shell = bare_shell
    # The shell itself loads this magic late.
    shell.find_line_magic("load_ext")
    before = state(shell)
    shell.run_line_magic("load_ext", "babyagi_nb")
    assert state(shell) != before
    shell.run_line_magic("unload_ext", "babyagi_nb")
    assert state(shell) == before


def test_loading_twice_is_loading_once(desk: Any) -> None:
    once = state(desk.shell)
    desk.ok("import babyagi_nb\nbabyagi_nb.load_ipython_extension(get_ipython())")
    desk.shell.user_ns.pop("babyagi_nb")
    assert state(desk.shell) == once


def test_loading_opens_no_store(desk: Any, tmp_path: Path) -> None:
    assert kernel_app.opened() is None
    desk.ok("1 + 1")
    assert kernel_app.opened() is None
    assert not (tmp_path / ".babyagi").exists()


def test_nothing_listens_before_every_execution(desk: Any) -> None:
    """``pre_execute`` fires for each widget message, also in the middle of a cell."""
    for event in ("pre_execute", "post_execute"):
        for callback in desk.shell.events.callbacks[event]:
            assert "babyagi" not in getattr(callback, "__module__", "")


def test_a_declared_magic_loads_the_extension_at_its_first_use(
    bare_shell: InteractiveShell,
) -> None:
    shell: Any = bare_shell
    manager = shell.magics_manager
    before = dict(manager.lazy_magics)
    manager.register_lazy("babyagi", "babyagi_nb", "line")
    manager.register_lazy("babyagi_function", "babyagi_nb", "cell")
    try:
        found = shell.find_cell_magic("babyagi_function")
        assert found.__self__.__class__.__name__ == "BabyAGIMagics"
        assert shell.find_line_magic("babyagi") is not None
        assert shell.find_cell_magic("babyagi") is not None
    finally:
        shell.run_line_magic("unload_ext", "babyagi_nb")
        manager.lazy_magics = before
        for kind in ("line", "cell"):
            for name in ("babyagi", "babyagi_function"):
                manager.magics[kind].pop(name, None)


def test_a_run_names_the_cell_that_caused_it(desk: Any) -> None:
    desk.ok("%%babyagi_function\ndef f(): return 1")
    number = desk.shell.execution_count
    desk.ok("f()")
    desk.ok("%babyagi run f")
    cells = [row["cell"] for row in kernel_app.get_func_instance().get_logs("f")]
    assert cells == [f"In[{number + 1}]", f"In[{number}]"]


def test_completion_goes_through_the_shells_own_completer(desk: Any) -> None:
    desk.ok("%%babyagi_function\ndef hello(): return 1")

    offered = desk.offered
    assert offered("%babyagi run he") == ["hello"]
    assert offered("x = %babyagi run he") == ["hello"]
    assert offered("%%babyagi_function deps=he") == ["hello"]
    assert offered("%babyagi show hello@") == ["hello@1"]
    assert "hello" in offered("%%babyagi_function\ndef f():\n    return hel")
    assert "hello" not in offered("import he")


PROBE = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "babyagi_nb")
print(json.dumps(sorted({each.partition(".")[0] for each in set(sys.modules) - before})))
"""


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    env = {**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    brought = set(json.loads(done.stdout.splitlines()[-1]))
    heavy = {"duckdb", "openai", "pydantic", "orjson", "ipywidgets", "graphviz", "anywidget"}
    assert "babyagi_nb" in brought
    assert not brought & heavy


@pytest.mark.parametrize("name", ["store_path", "validate", "packs"])
def test_a_setting_can_be_completed_and_is_explained(desk: Any, name: str) -> None:
    assert any(name in each for each in desk.offered(f"%config BabyAGI.{name[:3]}"))
    assert name in desk.ok("%config BabyAGI").text
