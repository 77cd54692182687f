"""Bad input in a real kernel, line by line: one clear line with the mend, and a way to go on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import model_scene as scene
import pytest
from model_kernel import Kernel, fresh_kernel, only_line  # noqa: F401

from babyagi_nb.testing import FaultServer, Rule, faults

pytestmark = pytest.mark.timeout(180)

_NAMES = (f"warmth_{number}" for number in count())
"""A name for each test: what is stored once keeps its name."""
BUILD = "%babyagi build 'say how warm it is' calls=12"


@pytest.fixture
def server(kernel: Kernel) -> Iterator[FaultServer]:
    """A server that the kernel asks."""
    with FaultServer([*scene.answering(name=next(_NAMES)), Rule("Hello.", times=None)]) as made:
        kernel.ok(f"%babyagi model scripted url={made.url}")
        yield made


def resumed(kernel: Kernel, line: str, more: str = "") -> None:
    """Go on with the build of which *line* says how."""
    words = line.partition("%babyagi resume ")[2].split()
    shown = kernel.ok(f"%babyagi resume {words[0]} {more}").text
    assert "build done" in shown
    assert "warmth" in shown


@pytest.mark.parametrize(
    "line", ["build 'add two numbers'", "ask hi", "chat hi", "self_build 'a cook' n=2"]
)
def test_without_a_key_there_are_two_mends(kernel: Kernel, line: str) -> None:
    said = only_line(kernel.run(f"%babyagi {line}"))
    assert said == (
        "ModelUnavailable: no key for api.openai.com; %babyagi key set openai_api_key, or ask a "
        "server of your own: %babyagi model NAME url=http://localhost:11434/v1"
    )
    assert kernel.ok("%babyagi builds").text.startswith("no builds yet")


def test_what_needs_no_model_works_without_one(kernel: Kernel) -> None:
    kernel.ok("%%babyagi_function\ndef average(values: list[float]):\n    return 1")
    assert "average" in kernel.ok("%babyagi find the average").text
    assert "no key for api.openai.com" in kernel.ok("%babyagi model").text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("build", "%babyagi build needs TASK; usage: "),
        ("self_build", "%babyagi self_build needs ROLE; usage: "),
        ("revise", "%babyagi revise needs NAME@N; usage: "),
        ("chat", "%babyagi chat needs MESSAGE; "),
        ("ask", "%babyagi ask needs PROMPT; "),
        ("build 'x' calls=0", "calls is '0'; give a number"),
        ("build 'x' cost=free", "cost is 'free'; give a number"),
        ("build 'x' minutes=3", "minutes"),
        ("model x url=nonsense", "'nonsense' is no address of a server; write http://localhost"),
        ("model x url=http://me:secret@host/v1", "holds no password and no query; keep the key"),
        ("resume", "no build waits to be gone on with; %babyagi builds lists them"),
        ("resume nothing", "no build"),
        ("builds nothing", "no builds fit 'nothing'; %babyagi builds lists them"),
        ("chats nothing", "%babyagi chats"),
        ("bench", "which tasks?; %babyagi bench data=FILE"),
    ],
)
def test_a_line_that_says_too_little_is_told_how_to_say_it(
    kernel: Kernel, line: str, said: str
) -> None:
    found = only_line(kernel.run(f"%babyagi {line}"))
    assert said in found
    assert "secret" not in found


def test_a_package_and_a_key_that_are_not_there_are_named(kernel: Kernel) -> None:
    plan: dict[str, Any] = {**scene.ONE, "functions": [{**scene.WARMTH, "imports": ["not_here"]}]}
    with FaultServer(scene.answering(plan=plan, name=next(_NAMES))) as other:
        kernel.ok(f"%babyagi model scripted url={other.url}")
        said = only_line(kernel.run(BUILD))
    assert " is to use 'not_here', which is not installed; install it" in said
    wanted = {**scene.WARMTH, "keys": ["weather_key"], "hosts": ["api.weather.test"]}
    plan = {**scene.ONE, "functions": [wanted]}
    with FaultServer(scene.answering(plan=plan, name=next(_NAMES))) as other:
        kernel.ok(f"%babyagi model scripted url={other.url}")
        shown = kernel.ok(BUILD).text
    assert "the key 'weather_key' has no value yet: %babyagi key set weather_key" in shown


def test_a_server_that_is_not_there_can_be_started_later(kernel: Kernel) -> None:
    nobody = FaultServer(listening=False)
    shown = kernel.ok(f"%babyagi model scripted url={nobody.url}").text
    assert "no server answers at 127.0.0.1:" in shown
    said = only_line(kernel.run(BUILD))
    nobody.close()
    assert "; start it, or say where it is with %babyagi model NAME url=http://…/v1; then " in said
    assert "no server answers" in only_line(kernel.run("%babyagi chat hi"))
    assert "no server answers" in only_line(kernel.run("%babyagi ask hi"))
    script = scene.answering(name=next(_NAMES))
    with FaultServer([*script, Rule("Hello.", times=None)]) as server:
        kernel.ok(f"%babyagi model scripted url={server.url}")
        resumed(kernel, said)
        # The conversation goes on as well, with the server that there is now.
        assert kernel.ok("%babyagi chat hi").lines[-1] == "Hello."


REFUSALS = {
    "unauthorized": "the server does not accept the key (401): ",
    "forbidden": "the server does not accept the key (403): ",
    "quota": "the account has nothing left to spend (429): ",
    "rate_limited_long": "the server has too many requests: Rate limit reached; try again in 3600",
    "server_error_always": "the server failed (500): The server had an error; try again in a while",
    "unknown_model": "the server has no such model (404): ",
    "context_too_long": "the question is too long for the model (400): ",
    "html_page": "the server sent a web page instead of an answer; check the address",
    "redirect_to_login": "the server sends us elsewhere, and we do not follow (302)",
    "refusal": "the model declined: ",
    "content_filtered": "a filter of the server held the answer back; ",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_one_line_and_the_build_goes_on_later(
    kernel: Kernel, server: FaultServer, name: str
) -> None:
    server.inject(faults.ALL[name].always(), when=lambda request: request.model != "other")
    waits = name == "server_error_always"
    said = only_line(kernel.run(f"{BUILD} seconds={1.5 if waits else 20}"))
    assert said.startswith(f"BuildError: {REFUSALS[name]}")
    if not waits:
        assert REFUSALS[name] in only_line(kernel.run("%babyagi ask hi"))
    # The one thing that mends all of these is another model: picked, or named.
    if name in ("refusal", "content_filtered"):
        assert "; begin anew in other words, or " in said
        assert said.endswith(" model=NAME")
        resumed(kernel, said, "model=other seconds=60")
    else:
        assert "; then %babyagi resume " in said
        kernel.ok("%babyagi model other")
        resumed(kernel, said, "seconds=60")


def test_a_server_that_wants_a_key_says_how_to_send_one(
    kernel: Kernel, server: FaultServer
) -> None:
    server.inject(faults.unauthorized())
    said = only_line(kernel.run("%babyagi ask hi"))
    assert "none was sent: %babyagi key set NAME, and %babyagi model MODEL url=ADDRESS" in said


@pytest.mark.parametrize(
    ("given", "what"), [("calls=1", "calls"), ("tokens=900", "tokens"), ("seconds=0.05", "seconds")]
)
def test_a_budget_that_is_spent_says_what_more_to_give(
    kernel: Kernel, server: FaultServer, given: str, what: str
) -> None:
    if what == "seconds":
        server.inject(faults.latency())
    said = only_line(kernel.run(f"%babyagi build warmth {given}"))
    assert f"the budget of {given.partition('=')[2]} {what} is spent; %babyagi resume " in said
    assert f" {what}=" in said
    resumed(kernel, said, f"{what}=9000")


@pytest.mark.parametrize("at", ["plan", "tests", "code"])
def test_nonsense_ends_in_one_line(kernel: Kernel, at: str) -> None:
    said: dict[str, Any] = {at: "\x1b[2J<b>no</b>", "repair": "\x1b[2J<b>no</b>"}
    # Nothing that is stored does the same, or its code would never be asked for.
    other = {**scene.WARMTH, "signature": "warmth(degrees: float, more: int) -> str"}
    plan: dict[str, Any] = {**scene.ONE, "functions": [other]}
    before = kernel.ok("%babyagi drafts").text
    with FaultServer(scene.answering(said, plan=plan, name=next(_NAMES))) as server:
        kernel.ok(f"%babyagi model scripted url={server.url}")
        outcome = kernel.run(BUILD)
    line = only_line(outcome)
    assert line.startswith("BuildError: ")
    assert "\x1b" not in line
    assert not any("<b>no" in each for each in outcome.html)
    assert kernel.ok("%babyagi drafts").text == before


def test_the_next_cell_works(kernel: Kernel) -> None:
    assert kernel.ok("6 * 7").lines == ["42"]
