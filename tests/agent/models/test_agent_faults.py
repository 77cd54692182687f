"""Whatever a server does, a question ends in time: with an answer, or with a typed error."""

from __future__ import annotations

from time import monotonic

import pytest
from model_desk import desk, question

from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.model import Answer, Tool
from babyagi_nb.errors import BudgetSpent, ModelError, ModelRefused, ModelUnavailable
from babyagi_nb.testing import Fault, Reply, Rule, call, faults

_TOOL = Tool(name="add", description="Add two numbers", parameters={"type": "object"})
_GOOD = '{"a": 1}'
_SECONDS = 0.4
_ENDLESS = {"stall", "body_stalls", "stream_stall", "rate_limited", "rate_limited_date"}
"""Those that take all the time that is given, so they are given little."""

_CASES = [
    pytest.param(each, stream, id=f"{each.name}-{'streamed' if stream else 'whole'}")
    for each in faults.ALL.values()
    for stream in (False, True)
    # Whole answers with faulty content are what the tests of the ladder read; code is just text.
    if each.kind in ("transport", "tools") or (stream and each.kind in ("stream", "content"))
]


def _ask(fault: Fault, *, stream: bool, calls: int = 8) -> tuple[Answer | ModelError, int, str]:
    """How a question ends that *fault* happens to, the requests it took, and what was streamed."""
    tools = fault.kind == "tools"
    good = Reply(calls=(call("add", {"a": 1, "b": 2}),)) if tools else Reply(text=_GOOD)
    meter, said = Meter(Budget(calls=calls), clock=monotonic), []
    with desk(Rule(fault, good, times=None)) as found:
        seconds = _SECONDS if fault.name in _ENDLESS else 5.0
        asked = question(
            seconds=seconds,
            tools=(_TOOL,) if tools or fault.name == "bad_tools" else (),
            schema={"type": "object", "properties": {"a": {"type": "integer"}}},
        )
        try:
            ended: Answer | ModelError = found.model().ask(
                asked, meter=meter, on_text=said.append if stream else None
            )
        except ModelError as error:
            ended = error
        assert len(found.server.requests) <= calls
    return ended, meter.spent.calls, "".join(said)


@pytest.mark.parametrize(("fault", "stream"), _CASES)
def test_every_fault_ends_as_an_answer_or_a_typed_error(fault: Fault, stream: bool) -> None:
    began = monotonic()
    ended, calls, said = _ask(fault, stream=stream)
    assert monotonic() - began < 30
    assert 1 <= calls <= 5
    if isinstance(ended, ModelError):
        assert str(ended).count("\n") == 0
        assert ended.fix
        assert ended.__cause__ is None
    else:
        assert said == (ended.text if stream else "")
        assert "\x00" not in ended.text
        ended.text.encode()
        assert min(ended.usage.prompt, ended.usage.completion) >= 0
        assert len({each.id for each in ended.calls}) == len(ended.calls)
        assert all(each.id and isinstance(each.arguments, str) for each in ended.calls)


_MENDED = [
    "server_error", "overloaded_html", "bad_gateway_empty", "rate_limited_bare",
    "connection_reset", "body_cut", "content_length_short", "broken_json", "choices_null",
    "choices_missing", "error_object", "no_response_format", "empty", "null",
]  # fmt: skip


@pytest.mark.parametrize("name", _MENDED)
def test_what_fails_for_a_moment_is_asked_again_once(name: str) -> None:
    ended, calls, _ = _ask(faults.ALL[name], stream=False)
    assert isinstance(ended, Answer)
    assert (ended.text, ended.attempts, calls) == (_GOOD, 2, 2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("quota", "quota"), ("unauthorized", "key"), ("forbidden", "key"),
        ("unknown_model", "model"), ("context_too_long", "context"),
        ("payload_too_large", "context"), ("bad_tools", "tools"), ("html_page", "protocol"),
        ("redirect_loop", "protocol"), ("redirect_to_login", "protocol"),
    ],
)  # fmt: skip
def test_what_asking_again_cannot_mend_is_asked_once(name: str, kind: str) -> None:
    ended, calls, _ = _ask(faults.ALL[name], stream=False)
    assert isinstance(ended, ModelError)
    assert (ended.kind, calls) == (kind, 1)


@pytest.mark.parametrize("name", ["refusal", "content_filtered"])
def test_a_refusal_is_one(name: str) -> None:
    ended, calls, _ = _ask(faults.ALL[name], stream=True)
    assert isinstance(ended, ModelRefused)
    assert calls == 1


@pytest.mark.parametrize("name", ["body_stalls", "stall", "stream_stall"])
def test_a_server_that_stops_sending_costs_no_more_than_the_time_given(name: str) -> None:
    ended, _, _ = _ask(faults.ALL[name], stream=True)
    assert isinstance(ended, ModelUnavailable)
    assert ended.kind == "timeout"
    assert "0.4 s" in ended.message or "0.39" in ended.message


def test_a_wait_that_is_longer_than_the_time_left_is_not_begun() -> None:
    ended, calls, _ = _ask(faults.rate_limited_long(), stream=False)
    assert isinstance(ended, ModelUnavailable)
    assert (ended.kind, ended.after, calls) == ("rate", 3600.0, 1)


def test_a_server_that_always_fails_is_asked_five_times() -> None:
    ended, calls, _ = _ask(faults.server_error_always(), stream=False)
    assert isinstance(ended, ModelUnavailable)
    assert (ended.kind, calls) == ("server", 5)


def test_repeated_requests_are_asked_of_the_meter_too() -> None:
    ended, calls, _ = _ask(faults.server_error_always(), stream=False, calls=3)
    assert isinstance(ended, BudgetSpent)
    assert (ended.what, calls) == ("calls", 3)


@pytest.mark.parametrize("name", ["stream_no_finish", "stream_reset", "stream_bad_chunk"])
def test_a_stream_that_breaks_off_is_truncated(name: str) -> None:
    ended, calls, said = _ask(faults.ALL[name], stream=True)
    assert isinstance(ended, Answer)
    assert (ended.finish, calls) == ("truncated", 1)
    assert said == ended.text


def test_an_error_in_a_stream_is_not_asked_again_once_text_was_handed_out() -> None:
    ended, calls, said = _ask(faults.stream_error_chunk(), stream=True)
    assert isinstance(ended, ModelUnavailable)
    assert (calls, bool(said)) == (1, True)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    ended, calls, _ = _ask(faults.huge(), stream=False)
    assert isinstance(ended, ModelError)
    assert (ended.kind, calls) == ("protocol", 1)
    assert "more than 2,000 kB" in ended.message


@pytest.mark.parametrize("name", ["usage_missing", "usage_null", "usage_negative"])
def test_usage_that_is_not_said_in_earnest_is_estimated_and_marked(name: str) -> None:
    ended, _, _ = _ask(faults.ALL[name], stream=False)
    assert isinstance(ended, Answer)
    assert ended.usage.estimated
    assert ended.usage.prompt > 0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_arguments_that_are_an_object_become_text(stream: bool) -> None:
    ended, _, _ = _ask(faults.tool_arguments_dict(), stream=stream)
    assert isinstance(ended, Answer)
    assert [each.arguments for each in ended.calls] == ['{"a": 1, "b": 2}']
    assert ended.finish == "tool_calls"


def test_calls_that_end_with_stop_are_calls() -> None:
    ended, _, _ = _ask(faults.tool_finish_stop(), stream=False)
    assert isinstance(ended, Answer)
    assert ended.finish == "tool_calls"
