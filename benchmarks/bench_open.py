"""From nothing to the first result out of a store of ten thousand functions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks import fresh
from benchmarks.bench_scale import as_pack
from benchmarks.ours import HELLO, many_functions, opened, upkeep
from benchmarks.row import Row, Size

__all__ = ["measure"]

_PROGRAM = """
import json, sys
from time import perf_counter
start = perf_counter()
import duckdb
duckdb_in = perf_counter()
from babyagi_nb.app import BabyAGI
imported = perf_counter()
app = BabyAGI(sys.argv[1], namespace={})
opened = perf_counter()
assert app.hello(7) == 7
called = perf_counter()
# The first question is for information: it is what brings the index in.
assert app.get_logs("hello", limit=1)
asked = perf_counter()
app.close()
print(json.dumps({
    "duckdb": duckdb_in - start, "import": imported - duckdb_in, "open": opened - imported,
    "call": called - opened, "ask": asked - called,
}))
"""


def measure(size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack = folder / "pack.py"
        pack.write_text(as_pack(many_functions(size.many - 1)) + as_pack(HELLO), encoding="utf-8")
        with opened(folder / "store") as app:
            app.load_functions(pack)
            upkeep(app).fold()
        fresh.run(_PROGRAM, str(folder / "store"))
        found = [fresh.run(_PROGRAM, str(folder / "store")) for _ in range(size.starts)]
    middle = {part: median(each[part] for each in found) * 1e3 for part in found[0]}
    ours = middle["open"] + middle["call"]
    return [
        Row(
            name=f"open a store of {size.many:,} functions and call one, after `import duckdb`",
            value=median(sum(each[p] for p in ("import", "open", "call")) for each in found) * 1e3,
            unit="ms",
            goal=150,
            note=f"of this `import babyagi_nb.app` {middle['import']:.0f} ms, open and call "
            f"{ours:.0f} ms; `import duckdb` itself {middle['duckdb']:.0f} ms, "
            f"the first question {middle['ask']:.0f} ms",
        )
    ]
