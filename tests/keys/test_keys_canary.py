"""Keys of every hostile shape, typed into a real kernel, leaked by functions, then looked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from canary_kernel import CanaryKernel, environment
from canary_values import CANARIES, contents, sightings
from nbclient import NotebookClient

from babyagi_nb.app import BabyAGI
from babyagi_nb.keys.vault import Vault

pytestmark = pytest.mark.xdist_group("keys-canary")

LEAK = """%%babyagi_function keys={key} imports="base64, html, json"
def leak_{key}(form, way):
    from urllib.parse import quote
    raw = {key}.encode()
    text = dict(
        plain=lambda: {key}, repr=lambda: repr({key}), json=lambda: json.dumps([{key}]),
        html=lambda: html.escape({key}), url=lambda: quote({key}), hex=raw.hex,
        base64=lambda: base64.b64encode(b"user:" + raw).decode(),
        base32=lambda: base64.b32encode(raw).decode(),
    )[form]()
    if way == "return":
        return {{"auth": [text, (text,)], text: 1}}
    if way == "print":
        print("sent", text, "today")
    if way == "pieces":
        for at in range(0, len(text), 7):
            print(text[at:at + 7], end="", flush=True)
        print()
    if way == "raise":
        raise ValueError("server said " + text)
    if way == "note":
        error = RuntimeError("see the note")
        error.add_note("token " + text)
        raise error
    if way == "cut result":
        return "r" * (16384 - len(text) // 2) + text
    if way == "cut print":
        print("p" * (32000 - len(text) // 2 - 1) + text + "p" * 100)
    if way == "cut error":
        raise ValueError(text * 400)
    if way == "table":
        class Table:
            def __repr__(self):
                return "  token\\n0 " + text + "\\n1 " + text
            def _repr_html_(self):
                return "<table><td>" + html.escape(text) + "</td></table>"
        return Table()
"""
STEPS = """%%babyagi_function keys={key}
def steps_{key}():
    yield {key}
    yield [{key}]
"""
LATE = """%%babyagi_function keys={key} timeout=0.2
def late_{key}():
    print("waiting with", {key})
    held = {key}
    while held:
        pass
"""
FORMS = ("plain", "repr", "json", "html", "url", "hex", "base64", "base32")
WAYS = ("return", "print", "pieces", "raise", "note", "cut result", "cut print", "cut error")
EVERY = f"""
for form in {FORMS!r}:
    for way in {WAYS!r}:
        for leak in leaks:
            try:
                leak(form, way)
            except (ValueError, RuntimeError):
                pass
"""
SHOWN = (
    "leak_plain('plain', 'return')", "print(leak_plain('plain', 'return'))",
    *(f"leak_{shape}('plain', '{way}')" for shape in CANARIES
      for way in ("return", "raise", "note", "pieces", "table")),
    *(f"leak_{shape}('base64', 'print')" for shape in CANARIES),
    *(f"late_{shape}()" for shape in CANARIES),
    *(f"list(steps_{shape}())" for shape in CANARIES),
    "import ipywidgets\nipywidgets.Text(value=leak_plain('plain', 'return')['auth'][0])",
    "from IPython.display import display, HTML\n"
    "display(HTML('<b>' + leak_plain('plain', 'return')['auth'][0] + '</b>'))",
    "%babyagi logs", "%babyagi key list", "%babyagi key check", "func.get_logs(limit=20)",
)  # fmt: skip
CHILD = (
    "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'],"
    " capture_output=True, text=True, check=True).stdout"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def kernel(folder: Path) -> Iterator[CanaryKernel]:
    """A kernel that was told every canary, and whose functions leaked them in every way."""
    kernel = CanaryKernel(folder)
    try:
        for shape, value in CANARIES.items():
            kernel.run(f"%babyagi key set {shape}", value)
            for cell in (LEAK, STEPS, LATE):
                kernel.run(cell.format(key=shape))
        names = ", ".join(f"leak_{shape}" for shape in CANARIES)
        kernel.run(f"import babyagi_nb as func\nleaks = [{names}]\n{EVERY}")
        for cell in SHOWN:
            kernel.run(cell)
        kernel.run(CHILD)
        kernel.run("func.get_func_instance().backup('backup')")
        yield kernel
    finally:
        kernel.close()


def executed(folder: Path) -> Any:
    """The notebook of another kernel, which finds the keys where they were kept."""
    notebook = nbformat.v4.new_notebook()
    names = [f"{kind}_{shape}" for kind in ("leak", "steps", "late") for shape in CANARIES]
    start = "\n".join(f"{name} = func.{name}" for name in names)
    cells = [f"import babyagi_nb as func\n%babyagi key list\n{start}", *SHOWN]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(
        notebook, timeout=90, allow_errors=True, store_widget_state=True,
        resources={"metadata": {"path": str(folder / "project")}}, kernel_name="python3",
    )  # fmt: skip
    client.execute(env=environment(folder))
    return notebook


def test_a_key_typed_into_a_kernel_is_found_in_no_place(
    kernel: CanaryKernel, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = executed(folder)
    nbformat.write(saved, folder / "project" / "saved.ipynb")
    kernel.close()
    # The keys work, or else nothing was looked for.
    keys = Vault(folder / "config")
    assert {shape: keys.get(shape) for shape in CANARIES} == CANARIES
    found: list[str] = []
    places = 0
    for cell in saved.cells:
        # A front end shows the pieces of one stream as one text.
        streams = "".join(each.get("text", "") for each in cell.outputs)
        found += sightings(streams.encode(), f"what {cell.source!r} printed")
    for where, data in contents(folder):
        places += 1
        found += sightings(data, where)
    for data in kernel.messages:
        places += 1
        found += sightings(data, "a message of the kernel")
    app = BabyAGI(folder / "project" / ".babyagi", namespace={})
    rows = app.get_logs(limit=10_000)
    tables = app.sql("SELECT * FROM logs", limit=10_000)
    app.close()
    found += sightings(repr(rows).encode(), "rows of the log")
    found += sightings(repr(tables).encode(), "an answer of SQL")
    with capsys.disabled():
        print(f"\ncanary keys: looked in {places} files and messages, found in {len(found)} places")
    assert not found, "\n".join(found[:20])
    assert len(rows) > len(CANARIES) * len(FORMS) * len(WAYS)
    for shape in CANARIES:
        assert repr(rows).count(f"[key {shape}]") > 40, shape
        assert json.dumps(saved).count(f"[key {shape}]") > 5, shape
