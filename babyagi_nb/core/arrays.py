"""Tags of arrays, frames and tensors: their shape, and a corner of what is in them.

Only the corner is touched, so a frame of any size costs the same. The libraries are recognised by
the path of the class (see ``core.tags``) and never imported.
"""

from __future__ import annotations

from typing import Any, Final

from babyagi_nb.core.walk import Tagger, Walk

__all__ = ["ARRAYS"]

_CELLS: Final = 20
_ROWS: Final = 5


def _numpy_scalar(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    plain = value.item()
    if issubclass(type(plain), base):
        return {"$repr": walk.text(str(plain), 200)}
    return {"$value": walk.take(plain, depth + 1)}


def _numpy_array(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    first = list(value.flat[:_CELLS].tolist())
    return {
        **_shape(walk, "array", value.shape, value.dtype),
        "items": walk.items(first, int(value.size), depth),
    }


def _tensor(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return _shape(walk, "tensor", value.shape, value.dtype)


def _table(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    return _shape(walk, "table", value.shape, "")


def _pandas_frame(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    corner = value.iloc[:_ROWS, :_CELLS]
    rows = [list(row) for row in corner.itertuples(index=False, name=None)]
    return _frame(walk, value, corner, rows, depth)


def _polars_frame(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    corner = value[:_ROWS, :_CELLS]
    return _frame(walk, value, corner, list(map(list, corner.rows())), depth)


def _frame(walk: Walk, value: Any, corner: Any, rows: list[Any], depth: int) -> dict[str, Any]:
    width = int(value.shape[1])
    dtypes = [str(each)[:40] for each in corner.dtypes]
    return {
        **_shape(walk, "frame", value.shape, ""),
        "columns": walk.items(list(corner.columns), width, depth),
        "dtypes": walk.items(dtypes, width, depth),
        "rows": walk.items(rows, int(value.shape[0]), depth),
    }


def _series(walk: Walk, value: Any, base: Any, depth: int) -> dict[str, Any]:
    first = list(value.iloc[:_CELLS] if hasattr(value, "iloc") else value[:_CELLS])
    return {
        **_shape(walk, "series", (len(value),), value.dtype),
        "items": walk.items(first, len(value), depth),
    }


def _shape(walk: Walk, noun: str, shape: Any, dtype: Any) -> dict[str, Any]:
    """The facts all arrays have: how many of what."""
    sizes = [int(each) for each in shape[:16]]
    kind = str(dtype)[:80]
    said = f"{' × '.join(map(str, sizes))} {noun}"
    facts: dict[str, Any] = {
        "$repr": walk.text(f"{said} of {kind}" if kind else said, 200),
        "shape": walk.items(sizes, len(shape), 0),
    }
    return {**facts, "dtype": kind} if kind else facts


ARRAYS: dict[str, Tagger] = {
    "numpy:generic": _numpy_scalar,
    "numpy:ndarray": _numpy_array,
    "pandas:DataFrame": _pandas_frame,
    "pandas.core.frame:DataFrame": _pandas_frame,
    "pandas:Series": _series,
    "pandas.core.series:Series": _series,
    "pandas:Index": _series,
    "pandas.core.indexes.base:Index": _series,
    "polars.dataframe.frame:DataFrame": _polars_frame,
    "polars.series.series:Series": _series,
    "pyarrow.lib:Table": _table,
    "torch:Tensor": _tensor,
}
"""Taggers by ``module:name`` of the class."""
