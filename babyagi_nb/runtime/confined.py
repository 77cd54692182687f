"""Sandboxed versions as functions of this process: same name, same signature, same record.

The code of such a version is never executed here. A call is a :class:`~..core.isolation.Job`: the
closure as text, the arguments, and what was granted. What comes back is plain data.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from babyagi_nb.core.admission import Admission, companions
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.isolation import Job, Limits, Member, Raised, Sandbox
from babyagi_nb.core.ports import Keys
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.trust import reach
from babyagi_nb.errors import MissingName, NotGranted
from babyagi_nb.ids import FunctionName, VersionNumber
from babyagi_nb.runtime.frame import current
from babyagi_nb.runtime.imports import Provide
from babyagi_nb.runtime.outline import outline
from babyagi_nb.runtime.recorder import Recorder
from babyagi_nb.runtime.relay import Relay, Silent, as_exception

__all__ = ["Confined", "Packages"]

Lookup = Callable[[FunctionName], Callable[..., Any]]

Packages = Callable[[FunctionName, VersionNumber], str | None]
"""Directory of packages that were installed for one version alone."""


class Confined:
    """Makes callables of versions that run in the sandbox."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        keys: Keys,
        sandbox: Sandbox,
        packages: Packages,
        provide: Provide,
        recorder: Recorder,
        call: Lookup,
        finish: Callable[[Any], Any],
    ) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._sandbox = sandbox
        self._packages = packages
        self._provide = provide
        self._recorder = recorder
        self._call = call
        self._finish = finish

    def function(
        self, version: FunctionVersion, admission: Admission, *, silent: bool = False
    ) -> Callable[..., Any]:
        """What stands for *version* here; a version that may not run raises when it is called."""
        spec = version.spec
        try:
            if admission.refusal is not None:
                raise admission.refusal
            found = companions(version, self._catalogue, admission.grants)
            for each in found:
                _check_portable(each)
        except NotGranted as refusal:
            return outline(spec, _refusing(spec.is_async, refusal))
        return outline(spec, _Runner(self, version, admission, found, silent).function())

    def test(
        self,
        entry: FunctionVersion,
        candidates: Mapping[FunctionName, FunctionVersion],
        tests: tuple[str, ...],
    ) -> int:
        """Run the tests that travel with *entry* in the sandbox; return how many there were.

        ``candidates`` stand before what is stored. Nothing is granted and nothing is recorded.
        """
        found = reach(
            [entry, *candidates.values()],
            lambda name: candidates.get(name) or self._catalogue.latest(name),
        )
        job = Job(
            entry=entry.name,
            members=tuple(self._member(each) for each in found.values() if each is not None),
            tests=tests,
            packages=self._packages(entry.name, entry.number),
            limits=_limits(entry, Admission(place="sandbox", state="draft")),
        )
        try:
            return int(self._sandbox.run(job, Silent(self._call, self._finish)))
        except Raised as raised:
            raise as_exception(raised) from None

    def _member(self, version: FunctionVersion) -> Member:
        spec = version.spec
        return Member(
            name=version.name,
            version=version.number,
            code=spec.code,
            # The application is not in the sandbox; who calls it there fails by name.
            imports=tuple(
                each.statement()
                for each in spec.imports
                if self._provide(each, spec.origin) is None
            ),
            dependencies=spec.dependencies,
            keys=spec.keys,
            is_async=spec.is_async,
            is_generator=spec.is_generator,
        )


class _Runner:
    """Calls one version in the sandbox."""

    def __init__(
        self,
        home: Confined,
        version: FunctionVersion,
        admission: Admission,
        found: tuple[FunctionVersion, ...],
        silent: bool,
    ) -> None:
        self._home = home
        self._version = version
        self._silent = silent
        self._found = {each.name: each for each in found}
        self._job = Job(
            entry=version.name,
            members=tuple(map(home._member, found)),
            calls=tuple(FunctionName(name) for name in admission.grants.calls),
            hosts=admission.grants.hosts,
            reads=tuple(os.path.expanduser(each) for each in admission.grants.reads),
            packages=home._packages(version.name, version.number),
            limits=_limits(version, admission),
        )
        self._granted = admission.grants.keys

    def function(self) -> Callable[..., Any]:
        """A plain function of the kind that the version is."""
        spec = self._version.spec
        if spec.is_generator:
            return self._stepped_async() if spec.is_async else self._stepped()
        return self._awaited() if spec.is_async else self._called()

    def _called(self) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return self._run(*self._start(args, kwargs))

        return called

    def _awaited(self) -> Callable[..., Any]:
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            job, relay = self._start(args, kwargs)
            try:
                return await asyncio.to_thread(self._run, job, relay)
            except asyncio.CancelledError:
                self._home._sandbox.stop(job)
                raise

        return awaited

    def _stepped(self) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Iterator[Any]:
            __tracebackhide__ = True
            yield from self._steps(*self._start(args, kwargs))

        return stepped

    def _stepped_async(self) -> Callable[..., Any]:
        async def stepped_async(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            __tracebackhide__ = True
            steps = self._steps(*self._start(args, kwargs))
            end = object()
            while (item := await asyncio.to_thread(next, steps, end)) is not end:
                yield item

        return stepped_async

    def _steps(self, job: Job, relay: Silent) -> Iterator[Any]:
        __tracebackhide__ = True
        with _Settling(relay):
            yield from self._home._sandbox.steps(job, relay)

    def _start(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Job, Silent]:
        job = replace(self._job, args=args, kwargs=dict(kwargs), keys=self._values())
        home = self._home
        if self._silent:
            return job, Silent(home._call, home._finish)
        relay = Relay(home._recorder, current.get(), self._found, home._call, home._finish)
        return job, relay

    def _run(self, job: Job, relay: Silent) -> Any:
        __tracebackhide__ = True
        with _Settling(relay):
            return self._home._sandbox.run(job, relay)

    def _values(self) -> dict[str, str]:
        """Values of the granted keys that somebody in the closure declares."""
        found: dict[str, str] = {}
        declared = {key for each in self._found.values() for key in each.spec.keys}
        for name in self._granted:
            if name not in declared:
                continue
            value = self._home._keys.get(name)
            if value is None:
                raise MissingName(
                    f"{self._version.name!r} needs the key {name!r}, which has no value",
                    fix=f"%babyagi key set {name}",
                )
            found[name] = value
        return found


class _Settling:
    """Closes the relay of a job however it ends, and raises what its code raised as it is here."""

    def __init__(self, relay: Silent) -> None:
        self._relay = relay

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        __tracebackhide__ = True
        if isinstance(error, Raised):
            inside = as_exception(error)
            self._relay.close(inside)
            raise inside from None
        self._relay.close(error)


def _limits(version: FunctionVersion, admission: Admission) -> Limits:
    usual, grants = Limits(), admission.grants
    wanted = version.spec.timeout or usual.seconds
    most = wanted if admission.state in ("own", "approved") else usual.seconds
    return Limits(
        seconds=max(min(wanted, most), grants.seconds or 0.0),
        memory=max(usual.memory, grants.memory or 0),
    )


def _check_portable(version: FunctionVersion) -> None:
    if version.spec.uses:
        names = ", ".join(map(repr, version.spec.uses))
        raise NotGranted(
            f"{version.label} uses the notebook's {names}, which a sandbox cannot see",
            fix=f"pass it as an argument, or let it be called with calls={version.name}",
        )


def _refusing(is_async: bool, refusal: NotGranted) -> Callable[..., Any]:
    def refused(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        # A new one each time: an exception that is raised again grows its traceback.
        raise NotGranted(refusal.message, fix=refusal.fix)

    async def refused_async(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return refused()

    return refused_async if is_async else refused
