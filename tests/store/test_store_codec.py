"""Versions and transactions as lines: exact round trips, tolerance, frames."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.events import (
    ApprovalRevoked,
    Event,
    FunctionRegistered,
    FunctionRemoved,
    KeyDeclared,
    KeyForgotten,
    Transaction,
    TriggerAdded,
    TriggerRemoved,
    VersionActivated,
    VersionApproved,
    VersionDenied,
)
from babyagi_nb.core.records import Cell, FunctionSpec, FunctionVersion, Import, Parameter
from babyagi_nb.core.trust import Approval, Grants
from babyagi_nb.errors import RegistrationError, StoreDamaged
from babyagi_nb.ids import Digest, FunctionName, KernelId, TransactionId, VersionNumber
from babyagi_nb.store.codec import encode_transaction, version_from_json, version_to_json
from babyagi_nb.store.frames import read_frames

# Lone surrogates included: a notebook can hold them.
text = st.text(st.characters(), max_size=8)
names = st.from_regex(r"\A[a-z]{1,4}\Z").map(FunctionName)
several = st.lists(text, max_size=3).map(tuple)
named = st.lists(names, max_size=3).map(tuple)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(text, values, max_size=3)
numbers = st.integers(1, 99).map(VersionNumber)
specs = st.builds(
    FunctionSpec,
    name=names,
    code=text,
    description=text,
    tags=several,
    metadata=objects,
    parameters=st.lists(
        st.builds(
            Parameter,
            name=text,
            kind=st.sampled_from(["positional_or_keyword", "var_keyword"]),
            annotation=st.none() | text,
            default=st.none() | text,
        ),
        max_size=2,
    ).map(tuple),
    returns=st.none() | text,
    input_parameters=st.lists(objects, max_size=2).map(tuple),
    output_parameters=st.lists(objects, max_size=2).map(tuple),
    is_async=st.booleans(),
    is_generator=st.booleans(),
    imports=st.lists(
        st.builds(Import, module=text, name=text, attribute=st.none() | text, requirement=text),
        max_size=2,
    ).map(tuple),
    dependencies=named,
    keys=several,
    uses=several,
    unresolved=several,
    triggers=named,
    effects=st.sampled_from(["pure", "unknown"]),
    log=st.sampled_from(["all", "none"]),
    timeout=st.none() | st.floats(0, 100),
    validate=st.booleans(),
    tests=several,
    origin=text,
    trust=st.sampled_from([None, "kernel", "sandbox"]),
    asks=st.builds(
        Grants, hosts=several, reads=several, calls=several, memory=st.none() | st.integers(1, 9)
    ),
    cell=st.builds(Cell, id=st.none() | text, execution_count=st.none() | st.integers(0, 9)),
)
versions = st.builds(
    FunctionVersion,
    spec=specs,
    number=numbers,
    digest=text.map(Digest),
    created_at=st.integers(0, 1 << 62),
    peers=named,
)
approvals = st.builds(
    Approval,
    name=names,
    number=numbers,
    binding=text,
    grants=st.builds(Grants, keys=several, kernel=st.booleans(), seconds=st.none() | st.just(1.5)),
    by=text,
    packages=several,
    seal=text,
)
events = st.one_of(
    st.builds(FunctionRegistered.of, versions, st.none() | numbers, proposed=st.booleans()),
    st.builds(VersionApproved, approval=approvals),
    st.builds(VersionDenied, name=names, number=numbers, reason=text),
    st.builds(ApprovalRevoked, name=names, number=numbers, reason=text),
    st.builds(VersionActivated, name=names, number=numbers, previous=st.none() | numbers),
    st.builds(FunctionRemoved, name=names, previous=numbers),
    st.builds(TriggerAdded, triggered=names, triggering=names),
    st.builds(TriggerRemoved, triggered=names, triggering=names),
    st.builds(KeyDeclared, name=text, source=text),
    st.builds(KeyForgotten, name=text, source=text),
)


def transaction(number: int, *of: Event, **members: Any) -> Transaction:
    return Transaction(
        id=TransactionId(number),
        at=members.get("at", 5),
        kernel=KernelId("K"),
        summary=members.get("summary", "do"),
        events=of,
        undoes=members.get("undoes"),
    )


def version(name: str, **members: Any) -> FunctionVersion:
    return FunctionVersion(
        spec=FunctionSpec(name=FunctionName(name), code=f"def {name}(): ...", **members),
        number=VersionNumber(1),
        digest=Digest("b1:00"),
        created_at=1,
    )


ONE = TriggerAdded(triggered=FunctionName("b"), triggering=FunctionName("a"))
TWO = TriggerRemoved(triggered=FunctionName("b"), triggering=FunctionName("a"))


@given(versions)
def test_a_version_comes_back_exactly(given_version: FunctionVersion) -> None:
    text = json.dumps(version_to_json(given_version))
    assert version_from_json(json.loads(text)) == given_version


@given(st.lists(events, min_size=1, max_size=4), text, st.none() | st.integers(1, 9))
def test_a_transaction_comes_back_exactly(
    several: list[Event], summary: str, undoes: int | None
) -> None:
    before = transaction(3, *several, summary=summary, undoes=undoes)
    data = encode_transaction(before)
    frames = read_frames(data)
    assert frames.transactions == [before]
    assert (frames.end, frames.lines, frames.damage) == (len(data), len(several), {})
    for one, other in zip(before.events, frames.transactions[0].events, strict=True):
        if isinstance(one, FunctionRegistered):
            assert isinstance(other, FunctionRegistered)
            assert other.load() == one.load()


def test_members_of_a_later_minor_version_are_ignored() -> None:
    record = version_to_json(
        version("a", cell=Cell(id="c"), imports=(Import(module="m", name="m"),))
    )
    record["later"] = record["spec"]["later"] = record["spec"]["cell"]["later"] = 1
    record["spec"]["imports"][0]["later"] = {}
    assert version_from_json(record).spec.cell == Cell(id="c")


def test_a_grant_of_a_later_version_is_never_passed_over() -> None:
    """It might restrict; an approval that is not understood is damage, and approves nothing."""
    approval = Approval(name=FunctionName("a"), number=VersionNumber(1), binding="c1:0")
    data = encode_transaction(transaction(1, VersionApproved(approval=approval)))
    later = data.replace(b'"grants":{}', b'"grants":{"only_on_sundays":true}')
    assert later != data
    frames = read_frames(later)
    assert frames.transactions == []
    assert frames.damage


def test_defaults_take_no_room() -> None:
    assert version_to_json(version("a"))["spec"] == {"name": "a", "code": "def a(): ..."}


def test_opening_does_not_decode_records() -> None:
    data = encode_transaction(transaction(1, FunctionRegistered.of(version("a"), None)))
    broken = data.replace(b'"code"', b'"co\0e"')
    (read,) = read_frames(broken).transactions
    (event,) = read.events
    assert isinstance(event, FunctionRegistered)
    with pytest.raises(StoreDamaged, match="a@1"):
        event.load()


def test_a_record_under_another_name_is_damage() -> None:
    data = encode_transaction(transaction(1, FunctionRegistered.of(version("abc"), None)))
    (read,) = read_frames(data.replace(b'"name":"abc"', b'"name":"abd"', 1)).transactions
    (event,) = read.events
    assert isinstance(event, FunctionRegistered)
    with pytest.raises(StoreDamaged, match="another version"):
        event.load()


def test_a_summary_cannot_pretend_to_be_a_record() -> None:
    before = transaction(1, ONE, summary='x,"record":{"a":1}}\n{"tx":9')
    assert read_frames(encode_transaction(before)).transactions == [before]


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}, b"bytes"])
def test_metadata_that_is_no_json_is_refused_by_name(value: object) -> None:
    event = FunctionRegistered.of(version("abc", metadata={"x": value}), None)
    with pytest.raises(RegistrationError, match="'abc'"):
        encode_transaction(transaction(1, event))


@given(st.data())
def test_only_whole_transactions_come_out_of_a_cut_file(data: st.DataObject) -> None:
    whole = [encode_transaction(transaction(n, ONE, TWO, ONE)) for n in (1, 2, 3)]
    log = b"".join(whole)
    cut = data.draw(st.integers(0, len(log)))
    frames = read_frames(log[:cut])
    complete = sum(cut >= sum(map(len, whole[: n + 1])) for n in range(3))
    assert [each.id for each in frames.transactions] == list(range(1, complete + 1))
    assert frames.end == frames.keep == sum(map(len, whole[:complete]))
    assert frames.damage == {}


@given(st.integers(0, 8), st.sampled_from([b"", b"{", b"[]", b"\0\0", b'{"tx":1}']))
def test_a_broken_line_costs_its_own_transaction_only(line: int, garbage: bytes) -> None:
    lines = b"".join(encode_transaction(transaction(n, ONE, TWO, ONE)) for n in (1, 2, 3))
    parts = lines.split(b"\n")
    parts[line] = garbage
    frames = read_frames(b"\n".join(parts))
    assert [each.id for each in frames.transactions] == sorted({1, 2, 3} - {line // 3 + 1})
    assert line + 1 in frames.damage


def test_a_missing_line_makes_its_transaction_incomplete() -> None:
    lines = encode_transaction(transaction(1, ONE, TWO, ONE)).splitlines(keepends=True)
    after = encode_transaction(transaction(2, ONE))
    for missing in range(3):
        kept = b"".join(each for at, each in enumerate(lines) if at != missing)
        frames = read_frames(kept + after)
        assert [each.id for each in frames.transactions] == [2]
        assert frames.damage


def test_a_number_used_again_after_a_torn_transaction_is_a_new_one() -> None:
    torn = encode_transaction(transaction(1, ONE, TWO)).splitlines(keepends=True)[0]
    frames = read_frames(torn + encode_transaction(transaction(1, ONE, TWO)))
    assert [each.events for each in frames.transactions] == [(ONE, TWO)]


def test_replacing_a_spec_changes_what_is_written() -> None:
    before = version("a")
    after = replace(before, spec=replace(before.spec, timeout=1.5))
    assert version_to_json(after)["spec"]["timeout"] == 1.5
