"""Which SQL a person may run: exactly one statement that only reads, over the store alone.

Three walls stand behind one another. The instance itself is closed (no files, no extensions,
configuration locked) and the statement runs in a read-only transaction; this module is the first
wall, with messages that say the mend. DuckDB's own parser is asked, never a regular expression:
how many statements there are, of what kind, and, as a tree, which nodes and table functions they
hold. So an INSERT hidden in a WITH, or a file behind a function, is seen wherever it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from babyagi_nb.errors import QueryRefused
from babyagi_nb.store.connection import Hold
from babyagi_nb.store.views import VIEWS

__all__ = ["TABLE_FUNCTIONS", "check", "words"]

TABLE_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_keywords",
        "duckdb_schemas",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "pragma_version",
        "range",
        "repeat",
        "unnest",
    }
)
"""Table functions that touch nothing outside the store."""

_QUERY_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE", "RECURSIVE_CTE_NODE"})
_EXPLAIN = re.compile(r"\s*explain\b(\s+analyze\b)?(\s*\([^()]*\))?(?P<inner>.*)", re.I | re.S)

_ONLY_READING = "use one SELECT, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN"


def words(error: Exception) -> QueryRefused:
    """Say what DuckDB thinks of a statement, in its own words, as our error."""
    text = " ".join(str(error).split("\n\nLINE")[0].split())
    if "pytz" in text:
        text = "times with a time zone cannot be shown"
        return QueryRefused(text, fix="cast them: now()::TIMESTAMP")
    return QueryRefused(text, fix=f"the views are {', '.join(VIEWS)}; DESCRIBE logs shows columns")


def check(hold: Hold, text: str) -> str:
    """Return the one statement of *text*, or raise ``QueryRefused``."""
    import duckdb

    try:
        text.encode()
        found = hold.statements(text)
    except UnicodeEncodeError as error:
        raise QueryRefused("half a surrogate pair is no text", fix=_ONLY_READING) from error
    except duckdb.Error as error:
        raise words(error) from error
    if len(found) != 1:
        count = "no statement" if not found else f"{len(found)} statements"
        raise QueryRefused(f"{count} given", fix=_ONLY_READING)
    kind, query = found[0]
    if kind == "EXPLAIN":
        inner = _EXPLAIN.fullmatch(_without_comments(query))
        if inner is None:
            raise QueryRefused("this form of EXPLAIN is not known", fix="use EXPLAIN SELECT …")
        _check_tree(hold, inner["inner"])
    elif kind == "SELECT":
        _check_tree(hold, query)
    elif kind == "MULTI":
        raise QueryRefused(
            "a bare PIVOT is several statements",
            fix="name its columns: FROM (PIVOT logs ON log_type IN ('success', 'error') …)",
        )
    else:
        raise QueryRefused(f"{kind} is no reading statement", fix=_ONLY_READING)
    return query


def _without_comments(text: str) -> str:
    return re.sub(r"\A(\s*--[^\n]*\n|\s*/\*.*?\*/)*", "", text, flags=re.S)


def _check_tree(hold: Hold, query: str) -> None:
    tree = json.loads(hold.rows("SELECT json_serialize_sql(?)", (query,))[0][0])
    if tree.get("error"):
        raise QueryRefused(
            f"not a query: {tree.get('error_message', 'unknown form')}", fix=_ONLY_READING
        )
    for node in _nodes(tree):
        kind = str(node.get("type", ""))
        if kind.endswith("_NODE") and kind not in _QUERY_NODES:
            raise QueryRefused(
                f"{kind.removesuffix('_NODE').replace('_', ' ').lower()} inside a query writes",
                fix=_ONLY_READING,
            )
        if kind == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name", "")).lower()
            if name not in TABLE_FUNCTIONS:
                raise QueryRefused(
                    f"the table function {name!r} is not allowed here",
                    fix=f"read from the views {', '.join(VIEWS)}",
                )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in *tree*, without recursion: queries nest deeper than Python's stack."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
