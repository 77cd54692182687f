"""babyagi_nb: functions from notebook cells, versioned, logged and triggered.

::

    import babyagi_nb as babyagi

    @babyagi.register_function(dependencies=["world"])
    def hello_world():
        return f"Hello {world()}!"

    babyagi.hello_world()
    babyagi.get_logs("hello_world")

The names below work on the kernel's own application (see :func:`get_func_instance`); any other
attribute is the logged callable of the stored function of that name. ``%load_ext babyagi_nb`` adds
the magics. Importing has no side effect: no file, no output, nothing heavy.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from babyagi_nb.errors import BabyAGIError, BuildError, ModelError
from babyagi_nb.kernel_app import get_func_instance

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

    Functionz = BabyAGI

__version__ = "0.1.0"

_ON_THE_APP = (
    "activate_function_version",
    "add_function",
    "add_key",
    "add_trigger",
    "ask_model",
    "backup",
    "build",
    "build_and_run",
    "build_role",
    "builds",
    "close",
    "converse",
    "diff",
    "display",
    "doctor",
    "embed_texts",
    "execute_function",
    "find_functions",
    "get_all_functions",
    "get_all_imports",
    "get_all_secret_keys",
    "get_function",
    "get_function_imports",
    "get_function_versions",
    "get_log",
    "get_log_bundle",
    "get_logs",
    "get_triggers",
    "get_triggers_for_function",
    "improve",
    "load_functions",
    "models",
    "outcomes",
    "panel",
    "react",
    "register_function",
    "remove_function",
    "remove_trigger",
    "restore",
    "resume_build",
    "revise_function",
    "schema",
    "similar_functions",
    "sql",
    "undo",
    "update_function",
    "upkeep",
    "use_model",
)

__all__ = [
    "BabyAGI",
    "BabyAGIError",
    "BuildError",
    "Functionz",
    "ModelError",
    "get_func_instance",
    *_ON_THE_APP,
]


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext babyagi_nb`` calls."""
    from babyagi_nb.jupyter.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext babyagi_nb`` calls; IPython is then as it was."""
    from babyagi_nb.jupyter.extension import unload

    unload(shell)


def __getattr__(name: str) -> Any:
    if name in ("BabyAGI", "Functionz"):
        from babyagi_nb.app import BabyAGI

        return BabyAGI
    # Asking for a submodule that was not imported yet must not open a store.
    if name.startswith("_") or (name not in _ON_THE_APP and find_spec(f"{__name__}.{name}")):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(get_func_instance(), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
