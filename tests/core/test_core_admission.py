"""Where versions run: the one decision every call rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from babyagi_nb.core.admission import Admission, Rules, admit, companions, standing
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.digest import freeze
from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    FunctionRegistered,
    Transaction,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.policy import Policy
from babyagi_nb.core.records import FunctionSpec, FunctionVersion
from babyagi_nb.core.trust import Approval, Grants
from babyagi_nb.errors import NotGranted
from babyagi_nb.ids import FunctionName, KernelId, TransactionId, VersionNumber

SECRET = "mine"


def sign(message: bytes) -> str:
    return f"{SECRET}:{message.hex()}"


RULES = Rules(holds=lambda message, seal: seal == sign(message))


class Shelf:
    """A catalogue, and short ways to fill it."""

    def __init__(self) -> None:
        self.catalogue = Catalogue()

    def apply(self, *events: Event) -> None:
        number = TransactionId(len(self.catalogue.history) + 1)
        self.catalogue.apply(
            Transaction(id=number, at=0, kernel=KernelId("k"), summary="", events=events)
        )

    def add(self, name: str, *needs: str, code: str = "", **said: Any) -> FunctionVersion:
        spec = FunctionSpec(
            name=FunctionName(name),
            code=code or f"def {name}(): ...",
            dependencies=tuple(map(FunctionName, needs)),
            **said,
        )
        version = freeze(spec, self.catalogue.next_number(name), 0)
        proposed = spec.origin != "user"
        self.apply(FunctionRegistered.of(version, self.catalogue.active(name), proposed=proposed))
        return version

    def approve(self, version: FunctionVersion, grants: Grants | None = None) -> Approval:
        approval = Approval(
            name=version.name,
            number=version.number,
            binding=standing(version, self.catalogue),
            grants=grants or Grants(),
        ).sealed(sign)
        self.take(approval)
        return approval

    def take(self, approval: Approval) -> None:
        active = self.catalogue.active(approval.name)
        self.apply(
            VersionApproved(approval=approval),
            VersionActivated(name=approval.name, number=approval.number, previous=active),
        )

    def admit(self, version: FunctionVersion, **rules: Any) -> Admission:
        return admit(version, self.catalogue, replace(RULES, **rules))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


HOST = Grants(hosts=("h:443",))


def refused(admission: Admission, words: str) -> None:
    assert admission.refusal is not None
    assert words in str(admission.refusal)
    assert admission.refusal.fix


def test_what_the_user_typed_runs_in_the_kernel(shelf: Shelf) -> None:
    assert shelf.admit(shelf.add("f")) == Admission(place="kernel", state="own")


@pytest.mark.parametrize("origin", ["model:m", "pack:p@0", "import", "User", "user ", ""])
@pytest.mark.parametrize("trust", [None, "kernel", "sandbox"])
def test_everybody_elses_starts_in_the_sandbox_with_nothing(
    shelf: Shelf, origin: str, trust: Any
) -> None:
    draft = shelf.add("f", origin=origin, trust=trust, keys=("k",), asks=HOST)
    assert shelf.admit(draft) == Admission(place="sandbox", state="draft")
    assert "f" not in shelf.catalogue


def test_a_foreign_version_that_was_written_as_active_is_still_a_draft(shelf: Shelf) -> None:
    spec = FunctionSpec(name=FunctionName("f"), code="def f(): ...", origin="model:m")
    version = freeze(spec, VersionNumber(1), 0)
    shelf.apply(FunctionRegistered.of(version, None))
    assert shelf.admit(version) == Admission(place="sandbox", state="draft")


def test_the_user_may_put_their_own_into_the_sandbox_with_what_they_said(shelf: Shelf) -> None:
    own = shelf.add("f", trust="sandbox", keys=("k",), asks=HOST)
    wanted = Grants(keys=("k",), hosts=HOST.hosts)
    assert shelf.admit(own) == Admission(place="sandbox", state="own", grants=wanted)


def test_a_draft_does_not_come_along_where_something_is_granted(shelf: Shelf) -> None:
    shelf.add("spy", origin="model:m")
    refused(shelf.admit(shelf.add("f", "spy", trust="sandbox", asks=HOST)), "spy@1 is a draft")
    assert shelf.admit(shelf.add("g", "spy", trust="sandbox")).refusal is None


def test_a_forged_approval_does_not_let_a_draft_come_along(shelf: Shelf) -> None:
    spy = shelf.add("spy", origin="model:m")
    shelf.take(replace(shelf.approve(spy), seal="forged"))
    refused(shelf.admit(shelf.add("f", "spy", trust="sandbox", asks=HOST)), "spy@1 is a draft")


def test_an_approval_gives_what_it_says_and_not_more(shelf: Shelf) -> None:
    draft = shelf.add("f", origin="model:m", keys=("k",), asks=HOST)
    shelf.approve(draft, HOST)
    assert shelf.admit(draft) == Admission(place="sandbox", state="approved", grants=HOST)


def test_only_an_approval_for_the_kernel_leads_into_the_kernel(shelf: Shelf) -> None:
    draft = shelf.add("f", origin="model:m")
    shelf.approve(draft)
    assert shelf.admit(draft).place == "sandbox"
    shelf.approve(draft, Grants(kernel=True))
    assert shelf.admit(draft).place == "kernel"


@pytest.mark.parametrize(
    "change",
    [
        {"seal": "forged"},
        {"seal": ""},
        {"grants": Grants(kernel=True)},
        {"binding": "c1:other"},
        {"by": "shipped"},
    ],
    ids=["forged seal", "no seal", "more grants", "other binding", "other author"],
)
def test_a_tampered_approval_is_none(shelf: Shelf, change: Any) -> None:
    draft = shelf.add("f", origin="model:m", asks=HOST)
    shelf.take(replace(shelf.approve(draft, HOST), **change))
    refused(shelf.admit(draft), "not given by you")


def test_an_approval_of_one_version_says_nothing_of_another(shelf: Shelf) -> None:
    first = shelf.add("f", origin="model:m")
    approval = shelf.approve(first, Grants(kernel=True))
    second = shelf.add("f", origin="model:m", code="def f(): return 'evil'")
    assert shelf.admit(second).state == "draft"
    shelf.take(replace(approval, number=second.number))
    refused(shelf.admit(second), "not given by you")


def test_a_changed_dependency_voids_what_was_granted(shelf: Shelf) -> None:
    shelf.add("world")
    draft = shelf.add("f", "world", origin="model:m")
    shelf.approve(draft, Grants(kernel=True))
    assert shelf.admit(draft).place == "kernel"
    shelf.add("world", code="def world(): return 'other'")
    refused(shelf.admit(draft), "void")


def test_an_approval_without_grants_goes_on_in_the_sandbox_when_a_dependency_changed(
    shelf: Shelf,
) -> None:
    shelf.add("world")
    draft = shelf.add("f", "world", origin="model:m")
    shelf.approve(draft)
    shelf.add("world", code="def world(): return 'other'")
    assert shelf.admit(draft) == Admission(place="sandbox", state="approved")


@pytest.mark.parametrize("event", [VersionDenied, ApprovalRevoked])
def test_what_was_denied_or_revoked_does_not_run(shelf: Shelf, event: Any) -> None:
    draft = shelf.add("f", origin="model:m")
    shelf.approve(draft)
    shelf.apply(event(name=draft.name, number=draft.number))
    refused(shelf.admit(draft), "f@1 was")


@pytest.mark.parametrize("event", [VersionDenied, ApprovalRevoked])
def test_what_was_denied_does_not_come_along_either(shelf: Shelf, event: Any) -> None:
    inner = shelf.add("inner", origin="model:m")
    entry = shelf.add("f", "inner", origin="model:m")
    shelf.approve(inner)
    assert len(companions(entry, shelf.catalogue, Grants())) == 2
    shelf.apply(event(name=inner.name, number=inner.number))
    with pytest.raises(NotGranted, match="inner@1"):
        companions(entry, shelf.catalogue, Grants())


def test_a_policy_stops_what_was_approved_before_it(shelf: Shelf) -> None:
    draft = shelf.add("f", origin="model:m", asks=HOST)
    shelf.approve(draft, HOST)
    refused(shelf.admit(draft, policy=Policy(hosts=())), "policy")
    shelf.approve(draft, Grants(kernel=True))
    refused(shelf.admit(draft, policy=Policy(kernel=False)), "policy")


def test_host_functions_stay_behind_and_everything_else_travels(shelf: Shelf) -> None:
    shelf.add("deep")
    shelf.add("left", "deep")
    shelf.add("right", "left")
    entry = shelf.add("f", "left", "right", trust="sandbox")
    every = {each.name for each in companions(entry, shelf.catalogue, Grants())}
    assert every == {"f", "left", "right", "deep"}
    some = {each.name for each in companions(entry, shelf.catalogue, Grants(calls=("left",)))}
    assert some == {"f", "right"}
