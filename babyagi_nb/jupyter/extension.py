"""Loading into IPython, and leaving again without a trace.

Loading registers the magics, one completion matcher, one input transformation, one help hook, one
``pre_run_cell`` callback, one formatter, one configurable and, in a kernel, the comm target that
pages look for. No store is opened and nothing heavy is imported
until a magic is used. ``pre_execute`` is never hooked: it fires for every widget message too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from babyagi_nb import kernel_app
from babyagi_nb.errors import BabyAGIError
from babyagi_nb.jupyter.awaiting import AsyncRule
from babyagi_nb.jupyter.completer import matcher_for
from babyagi_nb.jupyter.grammar import SUBCOMMANDS
from babyagi_nb.jupyter.magics import BabyAGIMagics
from babyagi_nb.jupyter.names import StoreNames
from babyagi_nb.jupyter.outgoing import Outgoing
from babyagi_nb.jupyter.questions import QuestionRule
from babyagi_nb.jupyter.wires import KernelWires

if TYPE_CHECKING:
    from babyagi_nb.core.panel import Panel
    from babyagi_nb.jupyter.hub import Hub

__all__ = ["Extension", "load", "unload"]

_MAGICS = (("line", "babyagi"), ("cell", "babyagi"), ("cell", "babyagi_function"))
_HELP = ("text/plain", "text/html")


class Extension:
    """Everything that was put into one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._magics: dict[tuple[str, str], Any] = {}
        self._matcher = matcher_for(StoreNames())
        self._rule = AsyncRule(self._is_async)
        self._questions = QuestionRule({each.name for each in SUBCOMMANDS.values() if each.prose})
        self._hooks: dict[str, Any] = {}
        self._configurable: Any = None
        self._outgoing = Outgoing(shell)
        self._wires = KernelWires(shell, _hub)

    def enter(self) -> None:
        shell = self.shell
        manager = shell.magics_manager
        for kind, name in _MAGICS:
            self._magics[kind, name] = manager.magics[kind].get(name)
        shell.register_magics(BabyAGIMagics)
        shell.Completer.custom_matchers.append(self._matcher)
        shell.input_transformers_cleanup.append(self._questions)
        shell.input_transformers_post.append(self._rule)
        shell.events.register("pre_run_cell", self._before_cell)
        for kind in _HELP:
            if kind not in shell.inspector.mime_hooks:
                shell.inspector.mime_hooks[kind] = self._hooks[kind] = _help_as(kind)
        self._configure()
        shell.display_formatter.mimebundle_formatter.for_type_by_name(*_PANEL, _show_panel)
        self._outgoing.enter()
        self._wires.enter()
        kernel_app.prepare(namespace=shell.user_ns, notify=_tell, confirm=_confirm)

    def leave(self) -> None:
        shell = self.shell
        for (kind, name), before in self._magics.items():
            magics = shell.magics_manager.magics[kind]
            # What another extension registered under our name since is not ours to remove.
            if isinstance(getattr(magics.get(name), "__self__", None), BabyAGIMagics):
                magics.pop(name)
                if before is not None:
                    magics[name] = before
        # So that a declaration of our magics (autoload) loads us again at the next use.
        getattr(shell.magics_manager, "_loaded_lazy", set()).discard(_EXTENSION)
        shell.magics_manager.registry.pop(BabyAGIMagics.__name__, None)
        _remove(shell.Completer.custom_matchers, self._matcher)
        _remove(shell.input_transformers_cleanup, self._questions)
        _remove(shell.input_transformers_post, self._rule)
        with suppress(ValueError):
            shell.events.unregister("pre_run_cell", self._before_cell)
        for kind, hook in self._hooks.items():
            if shell.inspector.mime_hooks.get(kind) is hook:
                del shell.inspector.mime_hooks[kind]
        ours = (BabyAGIMagics, type(self._configurable))
        shell.configurables[:] = [each for each in shell.configurables if type(each) not in ours]
        type(self._configurable).clear_instance()
        shell.display_formatter.mimebundle_formatter.pop(".".join(_PANEL), None)
        self._wires.leave()
        self._outgoing.leave()
        kernel_app.prepare(namespace=None, notify=None, confirm=None, path=None, settings=None)

    def _configure(self) -> None:
        from babyagi_nb.jupyter.configuration import BabyAGI

        self._configurable = BabyAGI.instance(parent=self.shell)
        self.shell.configurables.append(self._configurable)

    def _before_cell(self, info: Any) -> None:
        """Look at what other kernels changed, and note which cell comes now."""
        app = kernel_app.opened()
        if app is None:
            return
        # The count moves on before the cell runs, when the cell is kept in the history.
        count = self.shell.execution_count - bool(info.store_history)
        app.executor.recorder.cell = info.cell_id or f"In[{count}]"
        with suppress(BabyAGIError, OSError):
            # A store that cannot be read now says so when it is used.
            app.refresh()

    def _is_async(self, line: str) -> bool:
        """Whether a line of ``%babyagi`` runs a function that is stored as async."""
        from babyagi_nb.jupyter.literals import read_run_line

        try:
            run = read_run_line(line.partition(" ")[2], {"timeout"})
            if not line.startswith("run ") or "--awaitable" in run.options:
                return False
            app = kernel_app.get_func_instance()
            return run.name in app.catalogue and app.catalogue.version(run.name).spec.is_async
        except Exception:
            # Whatever is wrong is told by the magic itself.
            return False


def load(shell: Any) -> None:
    """Enter *shell*; loading twice is loading once."""
    if _EXTENSION not in shell.meta:
        shell.meta[_EXTENSION] = extension = Extension(shell)
        extension.enter()


def unload(shell: Any) -> None:
    """Leave *shell* as it was before :func:`load`.

    Stored functions that the notebook holds go on working: the application stays open.
    """
    extension = shell.meta.pop(_EXTENSION, None)
    if extension is not None:
        extension.leave()


_EXTENSION = "babyagi_nb"
_PANEL = ("babyagi_nb.core.panel", "Panel")


def _help_as(kind: str) -> Callable[[Any], list[tuple[str, str]] | None]:
    """A hook for ``name?``: the card of a stored function in place of the usual help."""

    def card(data: Any) -> list[tuple[str, str]] | None:
        if not hasattr(data.obj, "__babyagi_name__"):
            return None
        from babyagi_nb.jupyter.display import card_of_object

        view = card_of_object(data)
        if view is None:
            return None
        return [("Stored function", str(view._repr_mimebundle_()[kind]))]

    return card


def _hub(concurrent: bool) -> Hub:
    """The hub of this kernel, made when the first page speaks."""
    from babyagi_nb.jupyter.bridge import Bridge
    from babyagi_nb.jupyter.hub import Hub

    bridge = Bridge(kernel_app.get_func_instance, kernel_app.opened, concurrent=concurrent)
    return Hub(bridge)


def _show_panel(panel: Panel) -> dict[str, Any]:
    from babyagi_nb.jupyter.panels import bundle_of

    return bundle_of(panel)


def _tell(message: str) -> None:
    from babyagi_nb.jupyter.display import tell

    tell(message)


def _confirm(question: str) -> bool:
    from babyagi_nb.jupyter.commands.chat import ask_person

    return ask_person(question)


def _remove(items: list[Any], item: Any) -> None:
    """Take out *item* itself, not what merely equals it."""
    for at, each in enumerate(items):
        if each is item:
            del items[at]
            return
