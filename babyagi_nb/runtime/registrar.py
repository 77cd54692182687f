"""From source to stored versions: draft, try, write.

*Draft*: parse the text, settle every free name, make specs. *Try*: link the candidates beside the
stored functions and run the tests that came with them. *Write*: under the lock of the definition
log, look once more at what changed meanwhile, number the versions and store all of them or none.
A version that says the same as an earlier one of its function is that version: it is activated
again instead of being written a second time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import time_ns
from typing import Any

from babyagi_nb.core import scrubbing
from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED, Catalogue
from babyagi_nb.core.digest import freeze
from babyagi_nb.core.drafting import Draft, circles, draft, refuse_unclear
from babyagi_nb.core.events import Event, FunctionRegistered, TriggerAdded, VersionActivated
from babyagi_nb.core.parsing import ParsedFunction, parse_cell
from babyagi_nb.core.ports import Decision, Definitions
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.core.registration import Registered, Registration
from babyagi_nb.core.settlement import Surroundings
from babyagi_nb.core.source import CellSource, Declared
from babyagi_nb.core.trust import is_trusted
from babyagi_nb.errors import (
    DependencyError,
    RegistrationError,
    RunTimeout,
    TestFailure,
    near,
)
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime.compiler import Location
from babyagi_nb.runtime.executor import Executor
from babyagi_nb.runtime.traces import line_of
from babyagi_nb.runtime.trial import Trial, tests_of

__all__ = ["Registrar"]

Offer = Callable[[str], bool]
"""Whether a function is stored; may bring in the pack that has it."""


class Registrar:
    """Registers functions; everything that comes together is stored together or not at all."""

    def __init__(
        self,
        *,
        definitions: Definitions,
        executor: Executor,
        offer: Offer,
        methods: Sequence[str] = (),
    ) -> None:
        self._definitions = definitions
        self._executor = executor
        self._offer = offer
        self._methods = methods

    def register(
        self,
        source: CellSource,
        *,
        namespace: Mapping[str, Any] | None = None,
        location: Location | None = None,
    ) -> Registration:
        """Store the functions of one text, all declared alike.

        Free names are settled in *namespace*, by default the executor's. Raises
        :class:`~babyagi_nb.errors.RegistrationError`; the store is then as it was.
        """
        with _uncollected(source.text):
            parsed = parse_cell(source.text, source.declared.name)
            refuse_unclear(parsed.names, source.declared)
            done = self._store(
                parsed.functions, lambda name: source.declared, source, namespace, location
            )
        return replace(done, warnings=(*parsed.warnings, *done.warnings))

    def register_many(self, source: CellSource, declared: Mapping[str, Declared]) -> Registration:
        """Store the functions of one text that *declared* names, each with its own declaration.

        Other functions of the text travel as helpers with those that call them.
        """
        with _uncollected(source.text):
            parsed = parse_cell(source.text, tuple(declared))
            return self._store(parsed.functions, declared.__getitem__, source, {}, None)

    def _store(
        self,
        functions: Sequence[ParsedFunction],
        declared: Callable[[str], Declared],
        source: CellSource,
        namespace: Mapping[str, Any] | None,
        location: Location | None,
    ) -> Registration:
        _refuse_secrets(source.text)
        self._executor.refresh()
        names = {each.name for each in functions}
        for wanted in _wanted(functions, declared):
            if wanted not in names:
                self._offer(wanted)
        catalogue = self._definitions.catalogue
        if namespace is None:
            namespace = self._executor.linker.namespace
        foreign = any(declared(each.name).origin != "user" for each in functions)
        surroundings = Surroundings(
            functions=_Known(catalogue, drafts=foreign),
            keys=catalogue.keys(),
            # Somebody else's code is not to find, or name, what lives in the notebook.
            notebook={} if foreign else namespace,
        )
        drafted = draft(functions, declared, surroundings, cell=source.cell, methods=self._methods)
        batch = _Batch(drafted)
        tests = self._try(batch, catalogue, location)
        transaction = self._definitions.transact(batch.decide)
        for each in batch.outcome:
            self._executor.place(each.version, location)
        self._executor.sync()
        for each in batch.outcome:
            if each.change not in ("unchanged", "proposed"):
                action = "added" if each.change == "added" else "updated"
                self._executor.announce(action, each.version.name)
        return Registration(
            functions=tuple(batch.outcome),
            warnings=drafted.warnings,
            tests=tests,
            transaction=None if transaction is None else transaction.id,
        )

    def _try(self, batch: _Batch, catalogue: Catalogue, location: Location | None) -> int:
        """Check the circles, and run the tests of what is new; return how many there were."""
        batch.circles(catalogue)
        specs = [each for each in batch.specs if each.tests]
        if not any(batch.is_new(each, catalogue) for each in specs):
            return 0
        candidates = [freeze(each, catalogue.next_number(each.name), 0) for each in batch.specs]
        executor = self._executor
        if any(not is_trusted(each) or each.trust == "sandbox" for each in batch.specs):
            return self._try_outside(candidates)
        return Trial(executor.linker, catalogue, candidates, location, executor.loop.run).run()

    def _try_outside(self, candidates: Sequence[FunctionVersion]) -> int:
        """Run the tests in the sandbox: they are as little trusted as what they test."""
        known = {each.name: each for each in candidates}
        texts: dict[FunctionName, list[str]] = {}
        for text, version in tests_of(candidates).items():
            texts.setdefault(version.name, []).append(text)
        return sum(self._try_all(known, name, tuple(each)) for name, each in texts.items())

    def _try_all(
        self,
        known: Mapping[FunctionName, FunctionVersion],
        name: FunctionName,
        texts: tuple[str, ...],
    ) -> int:
        """One process for all of them; only when something fails, one for each, to say which."""
        try:
            return self._executor.confined.test(known[name], known, texts)
        except Exception as error:
            if len(texts) > 1 and not isinstance(error, RunTimeout):
                for text in texts:
                    self._try_all(known, name, (text,))
            raise TestFailure(
                f"test failed: {texts[-1].strip().splitlines()[-1]}: {line_of(error)}",
                fix="nothing was stored; mend the function or the test",
            ) from error


class _Batch:
    """Specs that are written together, and what became of them."""

    def __init__(self, drafted: Draft) -> None:
        self.specs = drafted.specs
        self.outcome: list[Registered] = []
        self._digests = drafted.digests
        self._edges = {each.name: each.dependencies for each in drafted.specs}

    def is_new(self, spec: FunctionSpec, catalogue: Catalogue) -> bool:
        if spec.name not in catalogue:
            return True
        return catalogue.version(spec.name).digest != self._digests[spec.name]

    def circles(self, catalogue: Catalogue) -> Mapping[FunctionName, tuple[FunctionName, ...]]:
        """Circles of dependencies, as seen from *catalogue* with this batch in it."""
        own = self._edges
        return circles(
            own,
            lambda name: own[name] if name in own else catalogue.dependencies(name),
            lambda name: own if name in own else catalogue.version(name).peers,
        )

    def decide(self, catalogue: Catalogue) -> Decision:
        """Number the versions against the newest catalogue; called under the log's lock."""
        peers = self.circles(catalogue)
        self.outcome.clear()
        events: list[Event] = []
        now = time_ns()
        for spec in self.specs:
            self._refuse_missing(spec, catalogue)
            found = self._known_version(spec, catalogue)
            previous = catalogue.active(spec.name)
            # To say an earlier text again makes it active; only the user's word does.
            if found is not None and (found.number == previous or not is_trusted(spec)):
                self._note(found, "unchanged", previous)
            elif found is not None:
                events.append(
                    VersionActivated(name=spec.name, number=found.number, previous=previous)
                )
                self._note(found, "activated", previous)
            else:
                proposed = not is_trusted(spec)
                version = FunctionVersion(
                    spec=spec,
                    number=catalogue.next_number(spec.name),
                    digest=self._digests[spec.name],
                    created_at=now,
                    peers=tuple(name for name in peers.get(spec.name, ()) if name != spec.name),
                )
                events.append(FunctionRegistered.of(version, previous, proposed=proposed))
                if proposed:
                    self._note(version, "proposed", previous)
                    continue
                events += self._unmuted(spec, catalogue)
                self._note(version, "added" if previous is None else "updated", previous)
        return Decision(events=events, summary=f"register {_some(self._edges)}")

    def _unmuted(self, spec: FunctionSpec, catalogue: Catalogue) -> list[Event]:
        """Declaring a trigger anew puts it back, where somebody had taken it out of use."""
        return [
            TriggerAdded(triggered=spec.name, triggering=source)
            for source in spec.triggers
            if catalogue.is_muted(spec.name, source)
        ]

    def _known_version(self, spec: FunctionSpec, catalogue: Catalogue) -> FunctionVersion | None:
        """The version that says the same already. What the user types is the user's, whoever
        proposed the same text before.
        """
        for version in reversed(catalogue.versions(spec.name)):
            if version.digest == self._digests[spec.name] and (
                is_trusted(version.spec) or not is_trusted(spec)
            ):
                return version
        return None

    def _refuse_missing(self, spec: FunctionSpec, catalogue: Catalogue) -> None:
        """A dependency may have been removed by another kernel since the draft."""
        if spec.unresolved or spec.origin != "user":
            return
        for name in spec.dependencies:
            if name not in catalogue and name not in self._edges:
                raise DependencyError(
                    f"{spec.name!r} needs {name!r}, which was removed meanwhile",
                    fix=near(name, catalogue),
                )

    def _note(self, version: FunctionVersion, change: Any, previous: VersionNumber | None) -> None:
        self.outcome.append(Registered(version=version, change=change, previous=previous))


def _refuse_secrets(text: str) -> None:
    """A value typed into source would be stored, shown and copied with it."""
    if scrubbing.active() and scrubbing.scrub(text) != text:
        raise RegistrationError(
            "the code holds the value of a key",
            fix="declare the key with keys=NAME, read it by that name, and have a new one issued",
        )


class _Known:
    """The names of a catalogue as a collection, without copying them."""

    def __init__(self, catalogue: Catalogue, *, drafts: bool) -> None:
        self._catalogue = catalogue
        self._drafts = frozenset(name for name, _ in catalogue.drafts()) if drafts else frozenset()
        """A draft may build on other drafts; what the user types builds on what is active."""

    def __contains__(self, name: object) -> bool:
        return name in self._catalogue or name in self._drafts

    def __iter__(self) -> Any:
        return iter(self._catalogue)

    def __len__(self) -> int:
        return len(self._catalogue)


def _wanted(
    functions: Sequence[ParsedFunction], declared: Callable[[str], Declared]
) -> dict[str, None]:
    """Names that might be stored functions, for packs that are brought in when asked for."""
    found: dict[str, None] = {}
    for each in functions:
        said = declared(each.name)
        found |= dict.fromkeys([*(said.dependencies or ()), *said.triggers])
        found |= dict.fromkeys(sorted(each.free.needed))
    # Listening to the event needs no function of its name.
    found.pop(FUNCTION_ADDED_OR_UPDATED, None)
    return found


_LARGE = 200_000
"""Characters of source that make it worth to hold the garbage collector back."""


@contextmanager
def _uncollected(text: str) -> Iterator[None]:
    """Hold the collector of circular garbage back while a large text is read.

    Millions of syntax nodes come to life and none is garbage; walking them again and again would
    take a third of the whole time.
    """
    if len(text) < _LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _some(names: Iterable[str]) -> str:
    """The first few of many names, and how many there are."""
    listed = list(names)
    shown = ", ".join(listed[:3])
    return shown if len(listed) <= 3 else f"{shown} and {len(listed) - 3} more"
