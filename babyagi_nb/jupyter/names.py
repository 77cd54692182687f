"""The names that completion offers, read from the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from babyagi_nb import kernel_app
from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED
from babyagi_nb.jupyter.arguments import Values

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["StoreNames"]


class StoreNames:
    """Names of what the kernel's application knows; a store that cannot be read has none."""

    def names(self, kind: Values) -> Iterable[str]:
        try:
            return _names(kernel_app.get_func_instance(), kind)
        except Exception:
            # Completion runs while the person types: it may find nothing, but never fail.
            return ()

    def parameters(self, function: str) -> Iterable[str]:
        try:
            spec = kernel_app.get_func_instance().version(function).spec
        except Exception:
            return ()
        keyed = ("positional_or_keyword", "keyword_only")
        return [each.name for each in spec.parameters if each.kind in keyed]


def _names(app: BabyAGI, kind: Values) -> list[str]:
    catalogue = app.catalogue
    if kind in ("function", "run"):
        return sorted(catalogue)
    if kind == "version":
        names = sorted({*catalogue, *(name for name, _ in catalogue.drafts())})
        return [f"{name}@{number}" for name in names for number in catalogue.numbers(name)]
    if kind == "source":
        return [*sorted(catalogue), FUNCTION_ADDED_OR_UPDATED]
    if kind == "pack":
        return sorted(app.packs())
    if kind == "key":
        return [str(each["name"]) for each in app.get_all_secret_keys()]
    return []
