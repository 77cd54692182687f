"""Stores written by another version of this package or of DuckDB."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.errors import StoreDamaged, StoreError, StoreTooNew
from babyagi_nb.store.migrations import STEPS


def filled(app: BabyAGI) -> BabyAGI:
    app.add_function("double", "def double(x):\n    return 2 * x")
    app.double(1)
    app._store.maintenance.fold()
    app.close()
    return app


def outputs(app: BabyAGI) -> list[object]:
    return sorted(row["output"] for row in app.get_logs("double"))


def test_an_index_of_an_older_schema_is_brought_up_to_date_and_keeps_its_rows(
    opened: Callable[[], BabyAGI],
) -> None:
    app = filled(opened())
    assert app.path is not None
    with duckdb.connect(str(app.path / "store.duckdb")) as old:
        (views,) = old.execute(
            "SELECT list(view_name) FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        for view in views[0]:
            old.execute(f'DROP VIEW IF EXISTS "{view}"')
        old.execute("DELETE FROM data.migrations WHERE number > 1")
    again = opened()
    assert again.double(2) == 4
    assert outputs(again) == [2, 4]
    assert again.sql("SELECT count(*) FROM logs").rows == ((2,),)
    again._store.maintenance.fold()
    again.close()
    with duckdb.connect(str(app.path / "store.duckdb")) as mended:
        assert mended.execute("SELECT count(*) FROM logs").fetchone() == (2,)
        assert mended.execute("SELECT count(*) FROM data.migrations").fetchone() == (len(STEPS),)


def test_an_index_that_another_tool_made_in_its_newest_format_is_used(
    opened: Callable[[], BabyAGI],
) -> None:
    app = filled(opened())
    assert app.path is not None
    index = app.path / "store.duckdb"
    index.unlink()
    index.with_name("store.duckdb.wal").unlink(missing_ok=True)
    duckdb.connect(str(index)).close()
    again = opened()
    assert again.double(2) == 4
    assert outputs(again) == [2, 4]
    assert not list(app.path.glob("*.damaged*"))


def test_an_index_of_a_newer_schema_is_left_alone_and_calls_go_on(
    opened: Callable[[], BabyAGI], told: list[str]
) -> None:
    app = filled(opened())
    assert app.path is not None
    index = app.path / "store.duckdb"
    with duckdb.connect(str(index)) as newer:
        columns = [row[0] for row in newer.execute("DESCRIBE data.migrations").fetchall()]
        newest = newer.execute("SELECT * FROM data.migrations ORDER BY 1 DESC LIMIT 1").fetchone()
        assert newest is not None
        row = [value + 1 if isinstance(value, int) else f"{value}-from-the-future"
               if isinstance(value, str) else value for value in newest]  # fmt: skip
        newer.execute(f"INSERT INTO data.migrations VALUES ({', '.join('?' * len(columns))})", row)
    again = opened()
    assert again.double(2) == 4
    with pytest.raises(StoreTooNew) as caught:
        again.get_logs()
    assert caught.value.fix
    assert "\n" not in str(caught.value)
    again.add_function("more", "def more():\n    return 1")
    assert again.more() == 1
    again.close()
    with duckdb.connect(str(index)) as newer:
        assert newer.execute("SELECT count(*) FROM data.runs").fetchone() == (1,)
    assert not list(app.path.glob("*.damaged*"))


@pytest.mark.parametrize("text", ["2", "99\n"])
def test_a_newer_layout_is_refused_before_anything_is_touched(
    opened: Callable[[], BabyAGI], text: str
) -> None:
    app = filled(opened())
    assert app.path is not None
    (app.path / "format").write_text(text)
    before = {file: file.read_bytes() for file in app.path.rglob("*") if file.is_file()}
    with pytest.raises(StoreTooNew, match="upgrade babyagi_nb"):
        opened()
    assert {file: file.read_bytes() for file in app.path.rglob("*") if file.is_file()} == before
    (app.path / "format").write_text("1\n")
    assert outputs(opened()) == [2]


@pytest.mark.parametrize("text", ["", "one", "\xff", "1.5"])
def test_a_layout_that_cannot_be_read_says_how_to_mend_it(
    opened: Callable[[], BabyAGI], text: str
) -> None:
    app = filled(opened())
    assert app.path is not None
    (app.path / "format").write_text(text, "latin-1")
    with pytest.raises(StoreDamaged, match="write 1 into") as caught:
        opened()
    assert isinstance(caught.value, StoreError)
    (app.path / "format").write_text("1")
    assert outputs(opened()) == [2]


def test_lines_with_members_of_a_later_version_are_read_for_what_is_known(
    opened: Callable[[], BabyAGI],
) -> None:
    app = filled(opened())
    assert app.path is not None
    (app.path / "journal" / "00000000000000.1.ndjson").write_text(
        '{"id":"00000000000000.1","root":"00000000000000.1","function":"double","version":1,'
        '"started":1,"params":{},"duration":5,"status":"success","output":7,"novelty":{"a":[1]}}\n'
    )
    assert outputs(opened()) == [2, 7]
