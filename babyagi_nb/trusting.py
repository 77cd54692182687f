"""The half of an application that decides what somebody else's code may do.

Drafts come in by :meth:`Trusting.propose`; the user looks at them and approves, denies or revokes.
Nothing here can be reached from a sandbox, and none of it is ever offered to a model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from babyagi_nb.agent.toolbox import Permission, Toolbox
from babyagi_nb.core.admission import Rules, admit
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.declaring import declare, words
from babyagi_nb.core.isolation import Sandbox, TierReport
from babyagi_nb.core.plain import function_row
from babyagi_nb.core.ports import Finding, RunLog
from babyagi_nb.core.registration import Registration
from babyagi_nb.core.source import CellSource
from babyagi_nb.core.trust import Grants, asked, is_trusted, read_grants, wording
from babyagi_nb.errors import UsageError
from babyagi_nb.runtime.approvals import Approvals, Review
from babyagi_nb.runtime.registrar import Registrar

__all__ = ["Trusting"]


class Trusting(ABC):
    """Proposals and decisions."""

    approvals: Approvals
    registrar: Registrar
    runs: RunLog
    sandbox: Sandbox
    _confirm: Callable[[str], bool]
    _rules: Rules

    @property
    @abstractmethod
    def catalogue(self) -> Catalogue:
        """What exists, as of the last look at the store."""

    @abstractmethod
    def refresh(self) -> None:
        """Take in what other kernels changed; cheap."""

    @abstractmethod
    def _called(self, name: str, given: Mapping[str, Any]) -> Any:
        """Call a stored function with JSON that fits its schema, to its end."""

    @abstractmethod
    def schema(self, name: str) -> dict[str, Any]:
        """JSON schema of the arguments of a stored function."""

    def propose(self, code: str, *, origin: str, **declared: Any) -> Registration:
        """Store the functions of *code* as drafts, for somebody to review.

        *origin* says who wrote it (``model:ID``, ``import``). Tests that come with the code run in
        the sandbox. Raises :class:`~babyagi_nb.errors.RegistrationError`.
        """
        given = declare(declared, origin=origin)
        source = CellSource(text=code, declared=given)
        if origin == "user":
            raise UsageError("a proposal is somebody else's", fix="write origin='model:NAME'")
        return self.registrar.register(source, namespace={})

    def drafts(self) -> list[dict[str, Any]]:
        """Drafts that wait for a decision, as rows; ``asks`` is what each asks for, in words."""
        self.refresh()
        found = []
        for name, number in self.catalogue.drafts():
            version = self.catalogue.version(name, number)
            row = function_row(version, active=False)
            found.append({**row, "asks": [" ".join(each) for each in wording(asked(version.spec))]})
        return found

    def review(self, name: str, version: int | None = None) -> Review:
        """Everything to look at before a decision; raises ``NotFound``."""
        return self.approvals.review(name, version)

    def approve(
        self,
        name: str,
        version: int,
        *,
        review: str | None = None,
        keys: str | Iterable[str] = (),
        hosts: str | Iterable[str] = (),
        reads: str | Iterable[str] = (),
        calls: str | Iterable[str] = (),
        memory: str | int | None = None,
        seconds: float | None = None,
        kernel: bool = False,
    ) -> dict[str, Any]:
        """Approve a version with exactly these grants, and make it the active one.

        *review* is the code that :meth:`review` gave: with it, nothing can be approved that
        changed since. Raises :class:`~babyagi_nb.errors.NotGranted`.
        """
        given = {
            "keys": words(keys, "keys"), "hosts": words(hosts, "hosts"),
            "reads": words(reads, "reads"), "calls": words(calls, "calls"),
            "memory": memory, "seconds": seconds, "kernel": kernel,
        }  # fmt: skip
        from babyagi_nb.distributions.classify import locked
        from babyagi_nb.distributions.needs import needs

        spec = self.catalogue.version(name, version).spec
        approved = self.approvals.approve(
            name, version, code=review, grants=read_grants(given), packages=locked(needs(spec))
        )
        return function_row(approved)

    def deny(self, name: str, version: int | None = None, reason: str = "") -> None:
        """Keep a draft from running, in the sandbox too."""
        self.approvals.deny(name, version, reason)

    def revoke(self, name: str, version: int | None = None, reason: str = "") -> None:
        """Take an approval back, by default of the active version."""
        self.approvals.revoke(name, version, reason)

    def grants(self, name: str, version: int | None = None) -> Grants:
        """What a version may use: as approved, or for the user's own as declared."""
        self.refresh()
        found = self.catalogue.version(name, version)
        if is_trusted(found.spec):
            return asked(found.spec)
        approval = self.catalogue.approval(name, found.number)
        return approval.grants if approval else Grants()

    def toolbox(self, ticked: Mapping[str, Permission] | Iterable[str], *, model: str) -> Toolbox:
        """What a conversation with *model* may do: call the *ticked* functions, and propose.

        Raises :class:`~babyagi_nb.errors.UsageError` for a function that manages the store.
        """

        def propose(code: str, **declared: Any) -> list[str]:
            done = self.propose(code, origin=f"model:{model}", **declared)
            return [each.version.label for each in done.functions]

        self.refresh()
        return Toolbox(
            catalogue=self.catalogue,
            ticked=ticked,
            call=self._called,
            schema=self.schema,
            propose=propose,
            confirm=self._confirm,
            runs=self.runs,
        )

    def tier(self) -> TierReport:
        """How well the sandbox of this machine holds, and why not better."""
        return self.sandbox.report()

    def _examine_trust(self) -> Iterator[Finding]:
        found = self.tier()
        if found.tier is None:
            yield Finding(
                level="problem", subject="sandbox", message=f"none: {found.reason}",
                fix="only what you typed yourself can run",
            )  # fmt: skip
        else:
            message = f"{found.tier}: {found.reason}"
            yield Finding(
                level="ok" if found.tier != "process" else "warning", subject="sandbox",
                message=message, fix="" if found.tier != "process" else "docs/security.md",
            )  # fmt: skip
        for name in self.catalogue:
            version = self.catalogue.version(name)
            refusal = admit(version, self.catalogue, self._rules).refusal
            if refusal is not None:
                yield Finding(
                    level="warning", subject="trust", message=refusal.message, fix=refusal.fix
                )
