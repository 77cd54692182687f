"""What a pack written for the original finds under ``func`` and ``babyagi``, and under ``litellm``.

The stand-in delegates to the application. It adds what the original's own packs reach into:
``registrar``, ``executor`` and ``db``. A run already is a log entry here, so ``db.add_log`` answers
with the id of the run under way, and ``db.update_log`` has nothing left to do.

One thing it does not delegate. A run that has asked a model may be storing what the model wrote,
and that is nobody's word: what is stored in such a run are drafts. A draft that the same run then
executes runs in the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babyagi_nb.core.plain import function_row
from babyagi_nb.core.records import Import
from babyagi_nb.packs.litellm import LiteLLM, Questions
from babyagi_nb.packs.recorder import CLIENT_MODULES, HOST_MODULES
from babyagi_nb.packs.response import bare
from babyagi_nb.packs.spending import Spending

__all__ = ["Host", "is_host_module", "provide_host"]

_FACTS = ("metadata", "description", "tags")
"""What says something about a function, and changes nothing that it does."""


class Host:
    """The application as packs see it."""

    def __init__(
        self,
        app: Any,
        current_run: Callable[[], str | None],
        *,
        spending: Spending,
        questions: Questions,
    ) -> None:
        self._app = app
        self._current_run = current_run
        self._spending = spending
        self._litellm = LiteLLM(questions, spending)
        self.registrar = self.executor = self.db = self.func = self
        self.functionz = self.core = self.framework = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def __repr__(self) -> str:
        return f"<functions of {self._app!r}>"

    def get_func_instance(self) -> Host:
        return self

    # -- running -------------------------------------------------------------------------------

    def execute_function(self, function_name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Run a function; the parent of a run is always known, so a given one is not needed."""
        for bookkeeping in ("parent_log_id", "triggered_by_log_id", "executed_functions"):
            kwargs.pop(bookkeeping, None)
        number = self._drafted(function_name)
        if number is not None:
            return self._app.call(function_name, args, kwargs, version=number)
        return self._app.execute_function(function_name, *args, **kwargs)

    def execute(self, function_name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self.execute_function(function_name, *args, **kwargs)

    def add_log(self, *args: Any, **kwargs: Any) -> str | None:
        """The id of the run under way, which is the log entry asked for."""
        return self._current_run()

    def update_log(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: a run closes its own record."""

    # -- functions -----------------------------------------------------------------------------

    def get_function(self, name: str) -> dict[str, Any] | None:
        """The active version, or a draft that this run may execute; ``None`` without either."""
        number = self._drafted(name)
        if number is None:
            found: dict[str, Any] | None = self._app.get_function(name)
            return found
        return function_row(self._app.version(name, number), active=False)

    def add_function(
        self,
        name: str,
        code: str,
        metadata: Any = None,
        imports: Any = None,
        dependencies: Any = None,
        triggers: Any = None,
        key_dependencies: Any = None,
        **declared: Any,
    ) -> dict[str, Any]:
        """Store a function; as a draft when this run has asked a model."""
        given = {
            "metadata": metadata, "imports": imports, "dependencies": dependencies,
            "triggers": triggers, "key_dependencies": key_dependencies, **declared,
        }  # fmt: skip
        if self._spending.asked():
            return self._proposed(name, code, given)
        added: dict[str, Any] = self._app.add_function(name, code, **given)
        return added

    def update_function(self, name: str, code: str | None = None, **given: Any) -> dict[str, Any]:
        """Change a function; what changes more than its description is a draft likewise."""
        said = {each for each, value in given.items() if value is not None}
        if self._spending.asked() and (code is not None or not said <= set(_FACTS)):
            return self._proposed(name, code or self._app.version(name).spec.code, given)
        updated: dict[str, Any] = self._app.update_function(name, code, **given)
        return updated

    # -- models --------------------------------------------------------------------------------

    def ask_model(self, prompt: str, *, form: Any = None, **options: Any) -> Any:
        """What the model answers, counted for the run on top of this one."""
        answer = self._app.ask_model(prompt, form=form, meter=self._spending.meter(), **options)
        return bare(answer, prompt) if form is None else answer

    def embed_texts(self, texts: Any) -> list[list[float]]:
        """A vector for each text, counted likewise."""
        vectors: list[list[float]] = self._app.embed_texts(texts, meter=self._spending.meter())
        return vectors

    # -- inside --------------------------------------------------------------------------------

    def _proposed(self, name: str, code: str, given: dict[str, Any]) -> dict[str, Any]:
        origin = f"model:{self._app.open_model().id}"
        registration = self._app.propose(code, origin=origin, name=name, **given)
        return function_row(registration.functions[-1].version, active=False)

    def _drafted(self, name: str) -> int | None:
        """The newest draft of *name*, in a run that has asked a model, where nothing is active."""
        if not self._spending.asked():
            return None
        self._app.refresh()
        catalogue = self._app.catalogue
        if name in catalogue:
            return None
        return max((number for owner, number in catalogue.drafts() if owner == name), default=None)


def is_host_module(module: str) -> bool:
    """Whether *module* is one of the names under which packs import the host.

    >>> is_host_module("functionz.core.framework"), is_host_module("json")
    (True, False)
    """
    return module.partition(".")[0] in HOST_MODULES


def provide_host(wanted: Import, origin: str, host: Host) -> object | None:
    """Answer an import of the host by a function of *origin*, and in packs one of ``litellm``;
    ``None`` when *wanted* is something else.
    """
    top, *path = wanted.module.split(".")
    if top in CLIENT_MODULES and origin.startswith("pack:"):
        found: object = host._litellm
        for name in (*path, *([wanted.attribute] if wanted.attribute else ())):
            found = getattr(found, name)
        return found
    if not is_host_module(wanted.module):
        return None
    if wanted.attribute is None or wanted.attribute in ("func", "Functionz", "BabyAGI", "core"):
        return host
    found = getattr(host, wanted.attribute)
    return found
