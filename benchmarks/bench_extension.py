"""What ``%load_ext babyagi_nb`` adds to the start of a kernel, against ``import duckdb``."""

from __future__ import annotations

from statistics import median

from benchmarks import fresh
from benchmarks.row import Row, Size

__all__ = ["measure"]

# An IPython shell without ipykernel: what a kernel has loaded already is not counted in our favour.
_PROGRAM = """
import json, sys
from time import perf_counter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
start = perf_counter()
shell.run_cell(sys.argv[1]).raise_error()
seconds = perf_counter() - start
print(json.dumps({
    "seconds": seconds,
    "heavy": sorted({"duckdb", "openai", "pydantic", "ipywidgets"} & sys.modules.keys()),
}))
"""


def measure(size: Size) -> list[Row]:
    cells = {"ours": "%load_ext babyagi_nb", "duckdb": "import duckdb", "nothing": "pass"}
    for cell in cells.values():
        fresh.run(_PROGRAM, cell)
    found = [
        {which: fresh.run(_PROGRAM, cell) for which, cell in cells.items()}
        for _ in range(size.starts)
    ]
    ours = median(each["ours"]["seconds"] - each["nothing"]["seconds"] for each in found)
    peer = median(each["duckdb"]["seconds"] - each["nothing"]["seconds"] for each in found)
    heavy = found[0]["ours"]["heavy"]
    return [
        Row(
            name="`%load_ext` added to kernel start, against `import duckdb`",
            value=ours / peer,
            unit="×",
            goal=2.0,
            note=f"{ours * 1e3:.1f} ms against {peer * 1e3:.1f} ms",
        ),
        Row(
            name="of duckdb and openai, imported by `%load_ext`",
            value=len({"duckdb", "openai"} & set(heavy)),
            unit="modules",
            goal=0,
            note=f"of other large ones: {', '.join(heavy) or 'none'}",
        ),
    ]
