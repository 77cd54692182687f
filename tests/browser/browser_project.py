"""A small project as somebody has it after a week: functions, versions, runs, drafts, keys.

Run as a command it fills the store of the current directory: ``python browser_project.py``.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["HOSTILE", "fill", "notebook", "write_notebooks"]

HOSTILE = '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>\u202egnp.exe'
"""What must be text wherever it is shown."""

FUNCTIONS: tuple[dict[str, Any], ...] = (
    {"name": "double", "tags": ["maths"], "code": '''
def double(x: int = 2) -> int:
    """Twice a number."""
    return x * 2
'''},
    {"name": "double", "tags": ["maths"], "code": '''
def double(x: int = 2) -> int:
    """Twice a number, by adding."""
    return x + x
'''},
    {"name": "greet", "tags": ["words"], "imports": ["typing"], "code": '''
def greet(name: str, tone: typing.Literal["warm", "dry"] = "warm", times: int = 1) -> str:
    """Say hello to somebody."""
    return ", ".join([f"Hello {name}"] * times) + ("!" if tone == "warm" else ".")
'''},
    {"name": "report", "tags": ["words"], "code": '''
def report(rows: list[dict[str, int]], title: str = "Report") -> dict[str, object]:
    """Totals of a table."""
    totals = {key: sum(row[key] for row in rows) for key in rows[0]}
    return {"title": title, "totals": totals, "doubled": double(len(rows))}
'''},
    {"name": "divide", "tags": ["maths"], "code": '''
def divide(a: float, b: float) -> float:
    """Fails when asked to divide by nothing."""
    return a / b
'''},
    {"name": "note", "tags": ["words"], "triggers": ["report"], "code": '''
def note(event: object = None) -> str:
    """Runs after a report."""
    return "noted"
'''},
    {"name": "weather", "tags": ["web"], "key_dependencies": ["WEATHER_TOKEN"], "code": '''
def weather(city: str) -> str:
    """Needs a key that has no value yet."""
    return f"{city}: {len(WEATHER_TOKEN)}"
'''},
    {"name": "odd", "tags": [HOSTILE], "description": HOSTILE, "code": f'''
def odd(text: str = {HOSTILE!r}) -> str:
    """{HOSTILE}"""
    print(text)
    return text
'''},
)  # fmt: skip
DRAFTS = (
    '''
def shout(text: str) -> str:
    """Louder."""
    return text.upper() + "!"
''',
    '''
def double(x: int = 2) -> int:
    """Twice a number, shifted."""
    return x << 1
''',
)


def fill(app: Any) -> None:
    """Put everything into the store of *app*."""
    for each in FUNCTIONS:
        app.add_function(**each)
    for code in DRAFTS:
        app.propose(code, origin="model:example")
    for number in range(12):
        app.call("double", (number,))
    app.call("greet", ("Ada",))
    app.call("report", ([{"a": 1, "b": 2}, {"a": 3, "b": 4}],))
    app.call("odd")
    for _ in range(2):
        with suppress(ZeroDivisionError):
            app.call("divide", (1.0, 0.0))


def notebook(*cells: str) -> str:
    """The text of a notebook with these code cells."""
    written = [
        {
            "cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [],
            "execution_count": None, "source": cell,
        }
        for number, cell in enumerate(cells)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def write_notebooks(folder: Path) -> None:
    for name in ("first", "second", "bare", "seven", "model"):
        (folder / f"{name}.ipynb").write_text(notebook("1 + 1"), encoding="utf-8")


if __name__ == "__main__":
    from babyagi_nb.app import BabyAGI

    opened = BabyAGI(Path(".babyagi"), namespace={}, notify=print)
    fill(opened)
    opened.close()
    write_notebooks(Path())
