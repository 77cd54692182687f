"""The one path every call of a stored function takes, from a cell, a dependency or a trigger.

What happens in a call: find the active link, note the parent, put the start of the record on the
board, run the function, append the record to the journal, run the listeners. The common case (a
plain function, everything logged) is written out in one body, because a call is the product's
most frequent operation; ``variants`` holds the others.

Invariants: a function's result is returned whatever happens to the log. A user's exception passes
unchanged, with one note. A run that began leaves exactly one record, also when an interrupt lands
in the middle of the bookkeeping.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import wraps
from time import perf_counter_ns
from types import CoroutineType
from typing import Any

import orjson

from babyagi_nb.core.admission import Rules, admit
from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED, Catalogue
from babyagi_nb.core.isolation import Sandbox
from babyagi_nb.core.ports import Definitions, Journal, Keys, Notify
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime import triggers
from babyagi_nb.runtime.capture import Capture
from babyagi_nb.runtime.compiler import Location
from babyagi_nb.runtime.confined import Confined, Packages
from babyagi_nb.runtime.frame import Firing, Frame, current, leave, propagate, under
from babyagi_nb.runtime.imports import Provide
from babyagi_nb.runtime.linker import Kind, Link, Linker, Slot, resemble
from babyagi_nb.runtime.loop import BackgroundLoop
from babyagi_nb.runtime.recorder import Recorder
from babyagi_nb.runtime.traces import line_of
from babyagi_nb.runtime.variants import Variants

__all__ = ["Executor"]

REFRESH_EVERY = 100_000_000
"""Nanoseconds between two looks, within one cell, at what other kernels changed."""

_HARMLESS = (Exception, SystemExit, GeneratorExit)
"""What a listener may raise without harm to anybody; an interrupt or a cancellation goes on."""


class Executor:
    """Calls stored functions of one store in one process."""

    def __init__(
        self,
        *,
        definitions: Definitions,
        journal: Journal,
        keys: Keys,
        namespace: MutableMapping[str, Any],
        provide: Provide,
        notify: Notify,
        sandbox: Sandbox,
        rules: Rules,
        packages: Packages = lambda name, number: None,
    ) -> None:
        self.recorder = Recorder(journal)
        self.capture = Capture()
        self.loop = BackgroundLoop()
        self._definitions = definitions
        self._catalogue: Catalogue = definitions.catalogue
        self.confined = Confined(
            catalogue=self._catalogue, keys=keys, sandbox=sandbox, packages=packages,
            provide=provide, recorder=self.recorder, call=self.logged, finish=self.loop.run,
        )  # fmt: skip
        self.linker = Linker(
            namespace=namespace, keys=keys, provide=provide, dependency=self._dependency,
            admit=lambda version: admit(version, self._catalogue, rules),
            confine=self.confined.function,
        )  # fmt: skip
        self._variants = Variants(self.recorder, self)
        self._notify = notify
        self._slots: dict[str, Slot] = {}
        self._lock = threading.RLock()
        self._generation = self._catalogue.generation
        self._due = 0
        self._restore_threads = propagate()

    # -- finding what to call --------------------------------------------------------------

    def logged(self, name: str) -> Callable[..., Any]:
        """The callable of *name*: every call of it is one logged run of the active version.

        It exists before the function does and outlives its versions.
        """
        return self._slot(name).logged

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], timeout: float | None
    ) -> Any:
        """Run *name*; ``timeout`` in seconds overrides what the version declares."""
        slot = self._slot(name)
        if timeout is None:
            return slot.logged(*args, **kwargs)
        if getattr(sys.stdout, "write", None) is not self.capture.write:
            self.capture.attach()
        return self._variants.start(self._current_link(slot), args, kwargs, timeout=timeout)

    def call_version(
        self,
        version: FunctionVersion,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        timeout: float | None = None,
    ) -> Any:
        """Run one version, active or not: also a draft. Nothing is set to run after it."""
        if getattr(sys.stdout, "write", None) is not self.capture.write:
            self.capture.attach()
        return self._variants.start(self.linker.link(version), args, kwargs, timeout=timeout)

    def refresh(self) -> None:
        """Look at what other kernels changed, now."""
        self._due = perf_counter_ns() + REFRESH_EVERY
        self.recorder.set_clock()
        self._definitions.refresh()
        self.sync()

    def sync(self) -> None:
        """Drop links that the catalogue has moved past, and look up listeners anew."""
        with self._lock:
            if self._generation == self._catalogue.generation:
                return
            self._generation = self._catalogue.generation
            for slot in list(self._slots.values()):
                link = slot.link
                if link is None:
                    continue
                if link.foreign or self._catalogue.active(slot.name) != link.number:
                    slot.link = None
                else:
                    self._listen(link)
            self._rebridge()

    def place(self, version: FunctionVersion, location: Location | None) -> None:
        """Note where *version* was written just now; it is linked anew from there."""
        if location is not None:
            self.linker.locations[version.name, version.number] = location
        slot = self._slots.get(version.name)
        if slot is not None:
            slot.link = None

    def prepare(self, name: str) -> None:
        """Link *name* now, so that its callable shows its source, signature and documentation."""
        self._current_link(self._slot(name))

    def linked(self, version: FunctionVersion) -> Link | None:
        """The link of *version* if it is there now; nothing is executed to make one."""
        link = self._slot(version.name).link
        return link if link is not None and link.number == version.number else None

    def close(self) -> None:
        self._restore_threads()
        self.capture.detach()
        self.loop.close()

    def _slot(self, name: str) -> Slot:
        slot = self._slots.get(name)
        if slot is None:
            with self._lock:
                slot = self._slots.get(name)
                if slot is None:
                    slot = Slot(FunctionName(name))
                    slot.logged = self._make_logged(slot)
                    self._slots[name] = slot
        return slot

    def _current_link(self, slot: Slot) -> Link:
        link = slot.link
        if link is None:
            with self._lock:
                link = slot.link
                if link is None:
                    link = self.linker.link(self._catalogue.version(slot.name))
                    self._listen(link)
                    resemble(slot.logged, link.function)
                    slot.link = link
        return link

    def _dependency(self, name: FunctionName, caller: Kind) -> Callable[..., Any]:
        """What a function finds under the name of a dependency.

        Synchronous code cannot await; for it, a coroutine runs to its end on the background loop.
        """
        slot = self._slot(name)
        if caller in ("async", "async_generator") or not self._is_async(name):
            return slot.logged
        logged = slot.logged

        @wraps(logged)
        def waited(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = logged(*args, **kwargs)
            return self.loop.run(result) if type(result) is CoroutineType else result

        return waited

    def _is_async(self, name: FunctionName) -> bool:
        return name in self._catalogue and self._catalogue.version(name).spec.is_async

    def _rebridge(self) -> None:
        """A dependency may have changed between sync and async: put it in anew where linked."""
        for slot in list(self._slots.values()):
            link = slot.link
            if link is not None:
                for name in link.version.spec.dependencies:
                    link.module.__dict__[name] = self._dependency(name, link.kind)

    # -- the call --------------------------------------------------------------------------

    def _make_logged(self, slot: Slot) -> Callable[..., Any]:
        recorder, capture = self.recorder, self.capture
        journal, numbers = recorder.journal, recorder.numbers
        set_current, get_current, reset_current = current.set, current.get, current.reset
        dumps = orjson.dumps
        executor = self

        def logged(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            began = perf_counter_ns()
            if began >= executor._due:
                executor.refresh()
            link = slot.link or executor._current_link(slot)
            parent = get_current()
            # Inside a run the stream is tapped already.
            if parent is None and getattr(sys.stdout, "write", None) is not capture.write:
                capture.attach()
            if not link.plain:
                return executor._variants.start(link, args, kwargs)
            if kwargs or len(args) > link.most:
                params = link.previews(args, kwargs)
            elif len(args) == 1:
                params = {link.first: preview(args[0])}
            else:
                params = {name: preview(value) for name, value in zip(link.names, args)}  # noqa: B905
            # Not next_id(): calling it, and naming the type, costs a tenth of the whole.
            id: Any = recorder.prefix + str(next(numbers))
            frame = Frame(id, link.name, link.number, parent)
            if parent is None:
                head: dict[str, Any] = {
                    "id": id, "root": id, "function": link.name, "version": link.number,
                    "cell": recorder.cell, "started": began + recorder.epoch, "params": params,
                }  # fmt: skip
            else:
                head = {
                    "id": id, "root": frame.root, "parent": parent.anchor,
                    "trigger": parent.anchor if parent.firing else None,
                    "function": link.name, "version": link.number, "cell": recorder.cell,
                    "started": began + recorder.epoch, "params": params,
                }  # fmt: skip
            try:
                frame.head = encoded = dumps(head)
                frame.slot = place = journal.begin(encoded)
                token = set_current(frame)
                began = perf_counter_ns()
                try:
                    if link.ready is not None:
                        link.ready(args, kwargs)
                    output = link.function(*args, **kwargs)
                finally:
                    frame.duration = duration = perf_counter_ns() - began
                    reset_current(token)
                if frame.stdout is None:
                    journal.end(
                        place,
                        b'%b,"duration":%d,"status":"success","output":%b}\n'
                        % (encoded[:-1], duration, dumps(preview(output))),
                    )
                    frame.ended = True
                else:
                    recorder.succeed(frame, output)
            except BaseException as error:
                try:
                    recorder.settle(frame, error, parent)
                finally:
                    recorder.settle(frame, error, parent)
                raise
            if link.listeners:
                executor.fire(link, frame, output)
            return output

        logged.__name__ = logged.__qualname__ = slot.name
        logged.__babyagi_name__ = slot.name  # type: ignore[attr-defined]
        return logged

    # -- triggers ----------------------------------------------------------------------------

    def announce(self, action: str, name: str) -> None:
        """Tell that function *name* was ``added`` or ``updated``.

        A stored function called ``function_added_or_updated`` runs with both facts by name; those
        that listen to it run after it. Without such a function the listeners run with the name.
        Failures are told, never raised: the registration stands.
        """
        event = FUNCTION_ADDED_OR_UPDATED
        try:
            if event in self._catalogue:
                self.logged(event)(action=action, triggered_function_name=name)
                return
            listeners = self._catalogue.listeners(event)
            if listeners:
                self._follow(listeners, self._circle(event, listeners), self._event(event), name)
        except _HARMLESS as error:
            self._notify(f"{event} after {name!r} failed: {line_of(error)}")

    def fire(self, link: Link, frame: Frame, output: Any) -> None:
        """Run the listeners of a run that ended well, one after the other."""
        self._follow(link.listeners, link.circle, frame, output)

    async def fire_async(self, link: Link, frame: Frame, output: Any) -> None:
        firing = Firing(frame)
        before = current.get()
        try:
            with under(firing):
                for name in self._admitted(link.listeners, link.circle, firing):
                    try:
                        result = self._call_listener(name, output)
                        if type(result) is CoroutineType:
                            await result
                    except _HARMLESS as error:
                        self._tell(name, frame, error)
        finally:
            leave(firing, before)

    def _follow(
        self,
        listeners: tuple[FunctionName, ...],
        circle: frozenset[FunctionName],
        frame: Frame,
        output: Any,
    ) -> None:
        firing = Firing(frame)
        before = current.get()
        try:
            with under(firing):
                for name in self._admitted(listeners, circle, firing):
                    try:
                        result = self._call_listener(name, output)
                        if type(result) is CoroutineType:
                            self.loop.run(result)
                    except _HARMLESS as error:
                        self._tell(name, frame, error)
        finally:
            leave(firing, before)

    def _call_listener(self, name: FunctionName, output: Any) -> Any:
        slot = self._slots.get(name) or self._slot(name)
        link = slot.link or self._current_link(slot)
        result = slot.logged(output) if link.accepts_output else slot.logged()
        if link.kind == "generator":
            # Run to its end, but not kept: its record has what there is to say.
            deque(result, maxlen=0)
        return triggers.drained(result) if link.kind == "async_generator" else result

    def _admitted(
        self,
        listeners: tuple[FunctionName, ...],
        circle: frozenset[FunctionName],
        firing: Firing,
    ) -> Sequence[FunctionName]:
        admitted, refused = triggers.follow(listeners, circle, firing)
        for name, why in refused:
            self.recorder.refuse(name, self._catalogue.active(name) or 0, firing, why)
        return admitted

    def _circle(
        self, name: FunctionName, listeners: tuple[FunctionName, ...]
    ) -> frozenset[FunctionName]:
        """Those of *listeners* that are in one circle of triggers with *name*."""
        return frozenset(each for each in listeners if self._catalogue.in_one_circle(name, each))

    def _listen(self, link: Link) -> None:
        link.listeners = self._catalogue.listeners(link.name)
        link.circle = self._circle(link.name, link.listeners)

    def _event(self, event: FunctionName) -> Frame:
        """An event is no run: what it sets off has no parent and is a root of its own."""
        frame = Frame(self.recorder.next_id(), event, VersionNumber(0), current.get())
        frame.anchor = None
        return frame

    def _tell(self, name: FunctionName, cause: Frame, error: BaseException) -> None:
        self._notify(
            f"trigger {name!r} after {cause.function!r} failed: "
            f"{line_of(error)} (see %babyagi logs {name} --status error)"
        )
