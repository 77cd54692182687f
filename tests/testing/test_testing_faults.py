"""Each fault of the catalogue does on the wire what its name says."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from testing_raw import CALLING, CALLS, CODE, GOOD, TOOLS, Heard, asked, heard, patience_for, send

from babyagi_nb.testing import Fault, FaultServer, Reply, Rule, faults
from babyagi_nb.testing.faults import ALL, code, content, stream, tools, transport

GROUPS = {
    "transport": transport, "stream": stream, "content": content, "tools": tools, "code": code,
}  # fmt: skip


def fitting(fault: Fault) -> tuple[Reply, dict[str, Any]]:
    """A good reply that *fault* can happen to, and what the request needs for it."""
    fields: dict[str, Any] = {"response_format": {"type": "json_object"}, "tools": TOOLS}
    calling = fault.kind == "tools" or fault.name in CALLED_STREAMS
    return CALLING if calling else GOOD, fields | (
        {"stream": True} if fault.kind == "stream" else {}
    )


CALLED_STREAMS = {"stream_arguments_split", "stream_index_missing", "stream_tools_interleaved"}


def met(name: str, **fields: Any) -> Heard:
    """What a fitting request gets from the fault *name*."""
    good, needed = fitting(ALL[name])
    return heard(ALL[name], good, **{**needed, **fields})


def test_the_catalogue_is_large_and_says_what_each_is_about() -> None:
    assert len(ALL) >= 60
    assert {each.kind for each in ALL.values()} == set(GROUPS)
    for name, fault in ALL.items():
        assert fault.name == name
        assert fault.about.endswith("."), name
        assert name in GROUPS[fault.kind].__all__
        assert name in faults.__all__
        assert (fault.sends is None) != (fault.says is None), name


@pytest.mark.parametrize("name", ALL)
def test_after_a_fault_comes_what_its_flags_promise(name: str) -> None:
    fault = ALL[name]
    good, fields = fitting(fault)
    rules = [Rule(fault, good, times=1), Rule("spent", times=None)]
    patience = patience_for(name)
    with FaultServer(rules) as server:
        send(server, asked(**fields), **patience)
        if name == "connection_refused":
            with pytest.raises(ConnectionRefusedError):
                send(server, asked(**fields))
            return
        again = {**fields, "stream": False} if fault.recovers else fields
        second = send(server, asked(**again), **patience)
        if fault.delivers:
            assert second.message["content"] == "spent"
        elif fault.recovers:
            expected = good.completion(server.requests[0])["choices"][0]["message"]
            assert second.message == expected
        else:
            assert good.text == "" or good.text not in second.raw.decode()


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name].kind == "stream"])
def test_a_fault_of_streams_leaves_other_requests_alone(name: str) -> None:
    assert met(name, stream=False).message["role"] == "assistant"


STATUS = {
    "rate_limited": 429, "rate_limited_bare": 429, "rate_limited_date": 429,
    "rate_limited_long": 429, "quota": 429, "server_error": 500, "server_error_always": 500,
    "overloaded_html": 503, "bad_gateway_empty": 502, "unauthorized": 401, "forbidden": 403,
    "unknown_model": 404, "context_too_long": 400, "no_response_format": 400, "bad_tools": 400,
    "payload_too_large": 413, "redirect_to_login": 302, "redirect_loop": 307,
}  # fmt: skip


@pytest.mark.parametrize(("name", "status"), STATUS.items())
@pytest.mark.parametrize("streamed", [False, True])
def test_a_refusing_server_has_its_status(name: str, status: int, streamed: bool) -> None:
    assert met(name, stream=streamed).status == status


CODES = {
    "rate_limited": "rate_limit_exceeded",
    "quota": "insufficient_quota",
    "unauthorized": "invalid_api_key",
    "unknown_model": "model_not_found",
    "context_too_long": "context_length_exceeded",
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_a_refusal_names_its_reason(name: str, code: str) -> None:
    assert met(name).json["error"]["code"] == code


def test_waiting_times_are_told_in_each_form() -> None:
    assert met("rate_limited").headers["retry-after"] == "1"
    assert "retry-after" not in met("rate_limited_bare").headers
    assert parsedate_to_datetime(met("rate_limited_date").headers["retry-after"]).year > 2000
    assert int(met("rate_limited_long").headers["retry-after"]) >= 3600


def test_pages_for_people_are_no_json() -> None:
    for name in ("overloaded_html", "html_page", "payload_too_large"):
        heard = met(name)
        assert heard.headers["content-type"] == "text/html"
        assert heard.body.startswith(b"<html>")
    assert met("html_page").status == 200
    assert met("bad_gateway_empty").body == b""


def test_a_redirect_leads_to_a_page_or_to_itself() -> None:
    with FaultServer([faults.redirect_to_login()]) as server:
        target = send(server, asked()).headers["location"]
        page = send(server, b"", path=target, method="GET")
    assert page.status == 200
    assert b"log in" in page.body
    assert met("redirect_loop").headers["location"] == "/v1/chat/completions"


def test_what_is_not_supported_is_refused_only_where_it_is_asked_for() -> None:
    with FaultServer([Rule(faults.no_response_format(), faults.bad_tools(), "ok", times=9)]) as it:
        assert send(it, asked(response_format={})).status == 400
        assert send(it, asked(tools=TOOLS)).status == 400
        assert send(it, asked()).status == 200
        assert send(it, asked(tools=TOOLS)).status == 400


def test_a_broken_connection_is_a_reset() -> None:
    for name in ("connection_reset", "connection_refused"):
        assert met(name) == Heard(raw=b"", ended="reset")
    middle = met("stream_reset")
    assert middle.ended == "reset"
    assert b"[DONE]" not in middle.raw
    assert b'"delta"' in middle.raw


@pytest.mark.parametrize("streamed", [False, True])
def test_a_cut_body_is_shorter_than_promised(streamed: bool) -> None:
    heard = met("body_cut", stream=streamed)
    body = heard.raw.partition(b"\r\n\r\n")[2]
    assert heard.ended == "end"
    assert body
    if streamed:
        assert not body.endswith(b"0\r\n\r\n")
    else:
        assert len(body) < int(heard.headers["content-length"])


def test_a_short_length_loses_the_end_of_the_body() -> None:
    heard = met("content_length_short")
    told = int(heard.headers["content-length"])
    assert len(heard.body) > told
    assert json.loads(heard.body)["choices"]
    with pytest.raises(ValueError):
        json.loads(heard.body[:told])


def test_silence_is_silence() -> None:
    assert met("stall") == Heard(raw=b"", ended="silence")
    for name in ("body_stalls", "stream_stall"):
        heard = met(name)
        assert heard.ended == "silence"
        assert heard.status == 200
        assert b"[DONE]" not in heard.raw


def test_a_late_answer_is_whole() -> None:
    assert heard(faults.latency(0.001)).message["content"] == GOOD.text
    assert heard(faults.latency(0.001), stream=True).text == GOOD.text


def test_bodies_are_broken_as_named() -> None:
    with pytest.raises(ValueError):
        met("broken_json").json
    assert set(met("error_object").json) == {"error"}
    assert met("choices_missing").json["choices"] == []
    assert met("choices_null").json["choices"] is None
    for name in ("broken_json", "error_object", "choices_missing", "choices_null"):
        assert met(name).status == 200


def test_usage_is_missing_null_or_nonsense() -> None:
    assert "usage" not in met("usage_missing").json
    assert met("usage_null").json["usage"] is None
    assert met("usage_negative").json["usage"]["prompt_tokens"] < 0
    for name in ("usage_missing", "usage_null", "usage_negative"):
        assert met(name).message["content"] == GOOD.text
        streamed = met(name, stream=True, stream_options={"include_usage": True})
        assert streamed.text == GOOD.text
        told = [each["usage"]["prompt_tokens"] for each in streamed.events if "usage" in each]
        assert told == ([-7] if name == "usage_negative" else [])


def test_a_stream_without_its_end_says_no_reason() -> None:
    heard = met("stream_no_finish")
    assert heard.ended == "end"
    assert heard.finishes == []
    assert heard.data[-1] != "[DONE]"
    assert GOOD.text is not None
    assert heard.text
    assert GOOD.text.startswith(heard.text)
    assert heard.text != GOOD.text


@pytest.mark.parametrize(
    "name", ["stream_drip", "stream_comments", "stream_utf8_split", "stream_finishes_twice"]
)
def test_an_odd_stream_still_says_everything(name: str) -> None:
    heard = met(name)
    assert heard.text == GOOD.text
    assert heard.data[-1] == "[DONE]"


def test_odd_streams_are_odd_as_named() -> None:
    assert max(map(len, met("stream_drip").chunks)) < 40
    assert met("stream_comments").body.count(b": keep-alive\n") > 3
    assert met("stream_finishes_twice").finishes == ["stop", "stop"]
    with pytest.raises(UnicodeDecodeError):
        [each.decode() for each in met("stream_utf8_split").chunks]


def test_a_broken_event_stands_between_good_ones() -> None:
    data = met("stream_bad_chunk").data
    broken = [each for each in data if each != "[DONE]" and not each.endswith("}")]
    assert len(broken) == 1
    assert data.index(broken[0]) not in (0, len(data) - 1)


def test_an_error_may_come_in_the_stream() -> None:
    *before, last = met("stream_error_chunk").events
    assert "error" in last
    assert all("choices" in each for each in before)
    assert "[DONE]" not in met("stream_error_chunk").data


def test_a_wish_for_a_stream_may_be_ignored() -> None:
    heard = met("stream_ignored")
    assert heard.headers["content-type"] == "application/json"
    assert heard.message["content"] == GOOD.text


def pieces(heard: Heard) -> list[dict[str, Any]]:
    return [piece for each in heard.deltas for piece in each.get("tool_calls", ())]


@pytest.mark.parametrize("name", ["stream_arguments_split", "stream_tools_interleaved"])
def test_the_pieces_of_tool_calls_make_up_the_calls(name: str) -> None:
    found = pieces(met(name))
    for index, call in enumerate(CALLS):
        own = [each["function"]["arguments"] for each in found if each["index"] == index]
        assert "".join(own) == call["function"]["arguments"]
        assert len(own) > 2
    order = [each["index"] for each in found]
    assert (order == sorted(order)) == (name == "stream_arguments_split")


def test_the_pieces_of_tool_calls_may_not_say_whose_they_are() -> None:
    found = pieces(met("stream_index_missing"))
    assert len(found) > 2
    assert not any("index" in each for each in found)
    assert [each["id"] for each in found if "id" in each] == ["c1", "c2"]


def said(name: str) -> str:
    """What the model says with the fault *name*, the same plain and streamed."""
    text = met(name).message["content"]
    assert met(name, stream=True).text == (text or "")
    assert isinstance(text, str)
    return text


GOOD_OBJECT = json.loads(GOOD.text or "")
SAID: dict[str, Callable[[str], bool]] = {
    "empty": lambda text: text == "",
    "content_filtered": lambda text: text == "",
    "too_long": lambda text: len(text) > 0 and text in str(GOOD.text)[:-1],
    "fenced": lambda text: text.startswith("```json\n{") and text.endswith("}\n```"),
    "prose_around": lambda text: text.startswith("Sure!") and str(GOOD.text) in text,
    "thinking": lambda text: text.startswith("<think>") and text.endswith(str(GOOD.text)),
    "two_objects": lambda text: text.count(str(GOOD.text)) == 2,
    "single_quotes": lambda text: ast.literal_eval(text) == GOOD_OBJECT,
    "trailing_comma": lambda text: text == str(GOOD.text)[:-1] + ",}",
    "wrapped": lambda text: json.loads(text) == {"result": GOOD_OBJECT},
    "wrong_schema": lambda text: not json.loads(text).keys() & GOOD_OBJECT.keys(),
    "wrong_types": lambda text: json.loads(text) == dict.fromkeys(GOOD_OBJECT, 7),
    "extra_keys": lambda text: json.loads(text).keys() > GOOD_OBJECT.keys(),
    "hidden_characters": lambda text: {"\0", "\u202e", "\x1b"} < set(text),
    "lone_surrogate": lambda text: text.endswith("\ud83d"),
    "huge": lambda text: len(text) == 8_000_000,
    "wrong_language": lambda text: "function" in text and "def" not in text,
    "prompt_echo": lambda text: text == "Add two numbers.",
}


@pytest.mark.parametrize(("name", "right"), SAID.items(), ids=SAID)
def test_a_model_says_what_the_fault_is_named_for(name: str, right: Callable[[str], bool]) -> None:
    assert right(said(name)), said(name)[:200]


def test_every_fault_of_content_is_looked_at() -> None:
    assert set(content.__all__) == {*SAID, "null", "refusal"}


def test_an_answer_can_be_null_declined_filtered_or_too_long() -> None:
    assert met("null").message["content"] is None
    assert met("refusal").message["refusal"].startswith("I'm sorry")
    assert any("refusal" in each for each in met("refusal", stream=True).deltas)
    for name, reason in (("content_filtered", "content_filter"), ("too_long", "length")):
        assert met(name).json["choices"][0]["finish_reason"] == reason
        assert met(name, stream=True).finishes == [reason]


def called(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = met(name).message["tool_calls"]
    return found


def arguments(call: dict[str, Any]) -> Any:
    return json.loads(call["function"]["arguments"])


def test_tool_calls_are_wrong_as_named() -> None:
    assert [each["id"] for each in called("tool_call_twice")] == ["c1", "c1", "c2", "c2"]
    assert called("tool_unknown")[0]["function"]["name"] not in ("add",)
    with pytest.raises(ValueError):
        arguments(called("tool_arguments_broken")[0])
    assert called("tool_arguments_dict")[0]["function"]["arguments"] == {"a": 1, "b": 2}
    assert [each["id"] for each in called("tool_id_null")] == [None, None]
    assert arguments(called("tool_arguments_wrong_types")[0]) == {"a": [[]], "b": [[]]}
    assert arguments(called("tool_arguments_extra")[0]) == {"a": 1, "b": 2, "hurry": True}
    assert len({each["id"] for each in called("tools_fifty")}) == 50
    assert met("tool_finish_stop").json["choices"][0]["finish_reason"] == "stop"
    assert len(called("tool_finish_stop")) == 2


def test_a_loop_of_tool_calls_never_ends() -> None:
    with FaultServer([Rule(faults.tool_loop(), CALLING)]) as server:
        calls = [send(server, asked(tools=TOOLS)).message["tool_calls"] for _ in range(5)]
    assert calls == [[CALLS[0]]] * 5


def test_a_fault_of_tools_needs_tools() -> None:
    with FaultServer([Rule(faults.tool_unknown(), "good")]) as server:
        assert send(server, asked()).message["content"] == "good"


def written(name: str) -> str:
    """The code that the model writes with the fault *name*."""
    found: str = json.loads(said(name))["code"]
    return found


def run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return namespace


def test_code_is_wrong_as_named() -> None:
    assert run(CODE)["add"](1, 2) == 3
    with pytest.raises(SyntaxError):
        ast.parse(written("code_syntax_error"))
    assert "while True:" in written("code_endless")
    assert "add" not in run(written("code_wrong_name"))
    assert "print" in run(written("code_takes_name"))
    with pytest.raises(ModuleNotFoundError):
        run(written("code_hallucinated_import"))["add"](1, 2)
    with pytest.raises(NameError):
        run(written("code_hallucinated_dependency"))["add"](1, 2)
    with pytest.raises(RecursionError):
        run(written("code_circular"))["add"](1, 2)
    assert {run(written("code_hard_coded"))["add"](n, n) for n in range(3)} == {42}
    assert "random.random()" in written("code_flaky")
    assert "socket.create_connection" in written("code_malicious")
    assert json.loads(said("code_tests_cannot_fail"))["tests"] == ["assert True"]


@pytest.mark.parametrize("name", [each for each in code.__all__ if each != "code_syntax_error"])
def test_wrong_code_still_parses_and_the_rest_of_the_answer_is_as_it_was(name: str) -> None:
    answer = json.loads(said(name))
    ast.parse(answer["code"])
    assert answer["why"] == GOOD_OBJECT["why"]
    changed = "tests" if name == "code_tests_cannot_fail" else "code"
    assert {key for key in answer if answer[key] != GOOD_OBJECT[key]} == {changed}


@pytest.mark.parametrize("name", code.__all__)
def test_a_fault_of_code_waits_for_code(name: str) -> None:
    with FaultServer([Rule(ALL[name], {"plan": ["add numbers"]}, GOOD)]) as server:
        first = send(server, asked()).message["content"]
        second = send(server, asked()).message["content"]
    assert json.loads(first) == {"plan": ["add numbers"]}
    assert second != GOOD.text


def test_code_is_found_in_fences_and_as_the_whole_answer() -> None:
    fenced = Reply(text=f"Here:\n```python\n{CODE}\n```\nDone.")
    for good in (fenced, Reply(text=CODE)):
        text = heard(faults.code_wrong_name(), good).message["content"]
        assert "def add_v2_final(" in text
    assert heard(faults.code_wrong_name(), fenced).message["content"].endswith("```\nDone.")
