"""Which reply a request gets, what is used up by it, and what is complained about."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyagi_nb.testing import Request, Rule, faults
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import CHAT, EMBEDDINGS, masked
from babyagi_nb.testing.script import Script, Unmatched


def request(*said: str, role: str = "user", path: str = CHAT, **fields: Any) -> Request:
    messages = [{"role": role, "content": each} for each in said]
    return Request(path=path, parsed={"messages": messages, **fields})


def texts(script: Script, *requests: Request) -> list[str | None]:
    return [script.serve(each).good.text for each in requests]


TOOL = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(
    ("rule", "fits", "other"),
    [
        (Rule("", contains="two"), request("one two", "three"), request("three")),
        (Rule("", contains=["one", "three"]), request("one", "three"), request("one")),
        (Rule("", last="three"), request("one", "three"), request("three", "one")),
        (Rule("", system="plan"), request("plan it", role="system"), request("plan it")),
        (Rule("", tools="add"), request("x", tools=[TOOL]), request("x")),
        (Rule("", model="big"), request("x", model="big"), request("x", model="small")),
        (Rule("", path="embeddings"), request(path=EMBEDDINGS), request("x")),
        (Rule(""), request("x"), request("x", path=EMBEDDINGS)),
        (Rule("", when=lambda r: r.stream), request("x", stream=True), request("x")),
    ],
    ids=lambda each: repr(each) if isinstance(each, Rule) else "",
)
def test_a_rule_matches_what_it_names_and_nothing_else(
    rule: Rule, fits: Request, other: Request
) -> None:
    assert rule.matches(fits)
    assert not rule.matches(other)


def test_all_conditions_of_a_rule_have_to_hold() -> None:
    rule = Rule("", contains="a", model="m")
    assert rule.matches(request("a", model="m"))
    assert not rule.matches(request("a", model="other"))
    assert not rule.matches(request("b", model="m"))


def test_text_in_parts_is_matched_as_one_text() -> None:
    parts = [{"type": "text", "text": "Hello "}, {"type": "text", "text": "world"}]
    asked = Request(path=CHAT, parsed={"messages": [{"role": "user", "content": parts}]})
    assert asked.last == "Hello world"
    assert Rule("", contains="Hello world").matches(asked)


FIELDS = st.sampled_from(["messages", "tools", "function", "content", "role", "stream"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(ANYTHING)
def test_whatever_was_sent_can_be_read(parsed: Any) -> None:
    asked = Request(path=CHAT, parsed=parsed)
    assert asked.brief().startswith("POST")
    assert isinstance(asked.tools, tuple)
    assert not Rule("", contains="\udfff", tools="x").matches(asked)


def test_the_first_rule_that_is_not_used_up_answers() -> None:
    script = Script([Rule("once", contains="x"), Rule("always", times=None)])
    assert texts(script, request("x"), request("x"), request("y")) == ["once", "always", "always"]
    assert script.complaints() == []


def test_replies_come_in_turn_and_the_last_is_repeated() -> None:
    script = Script([Rule("a", "b", times=4)])
    assert texts(script, *[request("x")] * 4) == ["a", "b", "b", "b"]
    with pytest.raises(Unmatched, match="no rule matches POST /v1/chat/completions 'x'"):
        script.serve(request("x"))


def test_a_reply_that_is_no_text_is_written_as_json() -> None:
    assert texts(Script([{"a": ["ä"]}]), request("x")) == ['{"a": ["ä"]}']


def test_a_function_makes_the_reply_from_the_request() -> None:
    script = Script([Rule(lambda asked: f"You said {asked.last}", times=None)])
    assert texts(script, request("one"), request("two")) == ["You said one", "You said two"]


def test_a_function_may_return_a_fault() -> None:
    served = Script([lambda asked: faults.unauthorized()]).serve(request("x"))
    assert served.fault == faults.ALL["unauthorized"] or served.fault is not None
    assert served.fault.name == "unauthorized"


def test_a_function_that_fails_is_a_complaint_and_no_silence() -> None:
    script = Script([Rule(lambda asked: 1 / 0)])
    with pytest.raises(Unmatched, match="ZeroDivisionError"):
        script.serve(request("x"))
    assert "ZeroDivisionError" in script.complaints(unused=False)[0]


def struck(script: Script, *requests: Request) -> list[str]:
    """The name of the fault that each request meets, or what is said to it."""
    served = [script.serve(each) for each in requests]
    return [each.fault.name if each.fault else each.good.text or "" for each in served]


def test_a_fault_that_recovers_comes_before_its_reply_and_uses_nothing_up() -> None:
    script = Script([Rule(faults.server_error(), faults.rate_limited(), "good")])
    assert struck(script, *[request("x")] * 3) == ["server_error", "rate_limited", "good"]
    assert script.complaints() == []


def test_a_fault_that_does_not_recover_stays() -> None:
    script = Script([Rule("first", faults.unauthorized(), "never")])
    assert struck(script, *[request("x")] * 3) == ["first", "unauthorized", "unauthorized"]
    assert script.complaints() == []


def test_a_fault_in_which_the_reply_is_uses_the_reply_up() -> None:
    script = Script([Rule(faults.fenced(), "one", "two")])
    assert struck(script, request("x"), request("x")) == ["fenced", "two"]
    assert script.complaints() == []


def test_a_fault_waits_for_a_request_that_it_can_happen_to() -> None:
    script = Script([Rule(faults.stream_reset(), "one", "two", "three")])
    plain, streamed = request("x"), request("x", stream=True)
    assert struck(script, plain, streamed, plain, plain) == ["one", "stream_reset", "two", "three"]


def test_a_fault_that_never_happened_is_told() -> None:
    script = Script([Rule(faults.stream_reset(), "one")])
    assert texts(script, request("x")) == ["one"]
    assert script.complaints() == ["rule 1: faults.stream_reset() did not happen"]


def test_a_fault_can_be_told_to_stay_or_to_pass() -> None:
    script = Script([Rule(faults.server_error().always(), "good")])
    assert struck(script, request("x"), request("x")) == ["server_error"] * 2
    script = Script([Rule(faults.unauthorized().once(), "good")])
    assert struck(script, request("x"), request("x")) == ["unauthorized", "good"]


def test_an_injected_fault_happens_behind_so_many_requests() -> None:
    script = Script(["one", "two", "three"])
    script.inject(faults.server_error(), after=1)
    assert struck(script, *[request("x")] * 4) == ["one", "server_error", "two", "three"]
    assert script.complaints() == []


def test_an_injected_fault_chooses_its_request() -> None:
    script = Script([Rule("good", times=None)])
    script.inject(faults.unauthorized(), when=lambda asked: asked.last == "x")
    assert struck(script, request("y"), request("x"), request("x")) == [
        "good", "unauthorized", "unauthorized",
    ]  # fmt: skip
    script.inject(faults.server_error(), after=99)
    assert script.complaints() == ["faults.server_error() did not happen"]


def test_a_rule_that_was_not_used_is_named() -> None:
    script = Script([Rule("a", contains="x"), Rule("b", "c", last="y"), Rule("d", times=None)])
    assert texts(script, request("y")) == ["b"]
    assert script.complaints() == [
        "rule 1, Rule(contains='x'), answered 0 of 1 times",
        "rule 2, Rule(last='y'), answered 1 of 2 times",
    ]
    assert script.complaints(unused=False) == []


def test_a_rule_can_be_in_two_scripts() -> None:
    rule = Rule("once")
    assert texts(Script([rule]), request("x")) == texts(Script([rule]), request("x")) == ["once"]


def test_a_default_answers_what_no_rule_matches() -> None:
    script = Script([Rule("rule", path="embeddings")])
    default = Reply(text="default")
    found = [script.serve(request(path=EMBEDDINGS), default).good.text for _ in range(2)]
    assert found == ["rule", "default"]


@pytest.mark.parametrize("reply", ["plain", lambda asked: "made"], ids=["text", "function"])
def test_each_reply_is_given_once_to_many_threads(reply: Any) -> None:
    script = Script([Rule(reply, times=200), Rule("spent", times=None)])
    start = threading.Barrier(8)

    def take() -> list[str | None]:
        start.wait()
        return texts(script, *[request("x")] * 50)

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(take) for _ in range(8)]
        found = [text for job in jobs for text in job.result()]
    assert found.count("spent") == 200
    assert script.complaints() == []


def test_a_function_that_waits_holds_nobody_up() -> None:
    inside, release = threading.Event(), threading.Event()

    def slow(asked: Request) -> str:
        inside.set()
        release.wait(30)
        return "slow"

    script = Script([Rule(slow, last="slow"), Rule("quick", last="quick")])
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(texts, script, request("slow"))
        assert inside.wait(30)
        assert texts(script, request("quick")) == ["quick"]
        release.set()
        assert job.result(30) == ["slow"]


def test_credentials_are_masked_whatever_their_case() -> None:
    given = {"AUTHORIZATION": "Bearer a", "X-Api-Key": "b", "api-key": "c", "Accept": "d"}
    assert masked(given) == {
        "authorization": "***", "x-api-key": "***", "api-key": "***", "accept": "d",
    }  # fmt: skip
