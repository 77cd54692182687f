"""Redaction: every writing is found, records stay records, no half of a secret is left."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import orjson
import pytest
from canary_values import CANARIES, NEEDLES
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.app import BabyAGI
from babyagi_nb.core import scrubbing
from babyagi_nb.core.preview import preview
from babyagi_nb.keys.process import ProcessKeys
from babyagi_nb.keys.redaction import Redaction
from babyagi_nb.store.board import Board, read_board

VALUE = "sk-canary-Zq7Wm2Xv9Kp4Rt6Yb8Nc3Hd5"


def knowing(*values: str) -> Redaction:
    redaction = Redaction()
    for number, value in enumerate(values):
        redaction.learn(f"k{number}", value)
    return redaction


@pytest.fixture
def known() -> Iterator[Redaction]:
    """A redaction that everything that cuts asks, for this test."""
    redaction = knowing(*CANARIES.values())
    scrubbing.enlist(redaction)
    yield redaction
    scrubbing._refs = ()


def parts_in(text: str) -> list[bytes]:
    data = text.encode("utf-8", "surrogatepass")
    return [part for parts in NEEDLES.values() for part in parts if part in data]


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_text_around_a_value_hides_it(value: str, before: str, after: str) -> None:
    clean = knowing(value).text(before + value + after)
    assert "[key k0]" in clean
    if value not in before + "[key k0]" + after:
        assert value not in clean


@given(st.recursive(st.text() | st.integers() | st.floats(allow_nan=False, width=32), st.lists))
def test_a_record_without_a_value_is_returned_as_it_is(params: Any) -> None:
    line = json.dumps({"id": "k.1", "params": {"x": params}}, ensure_ascii=True).encode()
    assert knowing(VALUE).record(line) is line


@pytest.mark.parametrize(
    "careless", ["success", "params", "10000001", "function", "1764000", "stdout"]
)
def test_a_careless_value_destroys_no_record(careless: str) -> None:
    record = {
        "id": "K.10000001", "root": "K.10000001", "function": "function", "version": 1,
        "started": 1764000_000_000_000_000, "params": {"x": [careless, 1764000]}, "duration": 5,
        "status": "success", "output": {careless: f"n{careless}"}, "stdout": f"said {careless}\n",
    }  # fmt: skip
    line = orjson.dumps(record) + b"\n"
    clean = knowing(careless).record(line)
    assert clean.endswith(b"}\n")
    assert clean.startswith(b'{"id":"K.10000001"')
    found = json.loads(clean)
    for member in ("id", "root", "function", "version", "started", "duration", "status"):
        assert found[member] == record[member]
    for member in ("params", "output", "stdout"):
        assert careless not in json.dumps(found[member])


def test_a_value_after_an_escape_leaves_valid_json() -> None:
    line = json.dumps({"params": {"x": 'a\nnb-canary-1 "nb-canary-1'}}).encode()
    assert json.loads(knowing("nb-canary-1").record(line)) == {
        "params": {"x": 'a\n[key k0] "[key k0]'}
    }


def test_a_value_of_digits_is_found_where_it_is_a_number() -> None:
    line = orjson.dumps({"params": {"pin": 48151623}, "output": 4815162342})
    assert json.loads(knowing("48151623").record(line))["params"] == {"pin": "[key k0]"}


def test_a_value_that_contains_another_is_replaced_whole() -> None:
    redaction = knowing("short-value", "a-long-short-value-around-it")
    assert redaction.text("a-long-short-value-around-it") == "[key k1]"


def test_a_value_that_a_table_cut_short_is_found() -> None:
    shown = f"    token\n0   {VALUE[:27]}...\n1   {VALUE[:20]}…"
    assert knowing(VALUE).text(shown) == "    token\n0   [key k0]...\n1   [key k0]…"
    assert knowing(VALUE).text(VALUE[:27] + " is no end") == VALUE[:27] + " is no end"


def test_a_line_of_a_value_of_several_lines_is_found() -> None:
    redaction = knowing(CANARIES["several_lines"])
    indented = "\n".join(f"  | {line}" for line in CANARIES["several_lines"].splitlines())
    assert parts_in(redaction.text(indented)) == []


def test_base64_that_was_wrapped_into_lines_is_found() -> None:
    wrapped = base64.encodebytes(CANARIES["long"].encode()).decode()
    assert parts_in(knowing(CANARIES["long"]).text(wrapped)) == []


def test_broken_json_is_redacted_nevertheless() -> None:
    assert VALUE.encode() not in knowing(VALUE).record(b'{"params": "' + VALUE.encode())


# -- cutting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", CANARIES)
@pytest.mark.parametrize("write", [str, repr, json.dumps, lambda text: text.encode().hex()])
def test_a_cut_through_a_secret_leaves_no_half(
    known: Redaction, shape: str, write: Callable[[str], str]
) -> None:
    secret = write(CANARIES[shape])
    for shift in range(0, len(secret) + 8, 5):
        text = "a" * (300 - shift) + secret + "z" * (300 - shift)
        # What needed no cutting is redacted where it is written down.
        assert parts_in(known.text(scrubbing.head(text, 300))) == []
        assert parts_in(known.text(scrubbing.tail(text, 300))) == []


@pytest.mark.parametrize("shape", CANARIES)
def test_a_secret_that_makes_room_lets_no_half_slip_in(known: Redaction, shape: str) -> None:
    secret = CANARIES[shape]
    for length in range(0, 2 * len(secret), 7):
        text = secret * 3 + "a" * length + secret * 3
        assert parts_in(scrubbing.head(text, 4 * len(secret))) == []
        assert parts_in(scrubbing.tail(text, 4 * len(secret))) == []


@pytest.mark.parametrize("shape", CANARIES)
@pytest.mark.parametrize("start", [1000, 16_340, 900, 1010])
def test_a_snapshot_that_cuts_leaves_no_half(known: Redaction, shape: str, start: int) -> None:
    secret = CANARIES[shape]
    text = "a" * start + secret * 3 + "b" * 20_000
    values = [
        text, text.encode(), ValueError(text), {text: 1}, [text] * 10, Path(text), bytearray(b"x")
        + text.encode(), {"deep": [{"deeper": (text, text.encode())}]},
    ]  # fmt: skip
    for value in values:
        for budget in (2048, 4000, 65_536):
            shown = json.dumps(preview(value, budget), ensure_ascii=False)
            assert parts_in(known.text(shown)) == []


def test_nothing_is_looked_at_while_no_secret_is_known() -> None:
    scrubbing._refs = ()
    assert scrubbing.active() is False
    assert scrubbing.head("abc" * 100, 4) == "abca"
    assert scrubbing.tail("abc" * 100, 4) == "cabc"
    gone = knowing(VALUE)
    scrubbing.enlist(gone)
    assert scrubbing.active() is True
    del gone
    assert scrubbing.active() is False


# -- boards and screens ----------------------------------------------------------------------


def test_a_value_that_becomes_known_is_taken_off_the_board(tmp_path: Path) -> None:
    board = Board(tmp_path / "K.board")
    line = orjson.dumps({"id": "K.1", "params": {"x": VALUE}})
    other = orjson.dumps({"id": "K.2", "params": {"x": 1}})
    ended = board.put(line)
    standing, untouched = board.put(line.replace(b"K.1", b"K.3")), board.put(other)
    board.free(ended)
    assert VALUE.encode() in board.path.read_bytes()
    board.redact(knowing(VALUE).record)
    assert VALUE.encode() not in board.path.read_bytes()
    assert read_board(board.path) == [b'{"id":"K.3","params":{"x":"[key k0]"}}', other]
    board.free_line(b'{"id":"K.3"')
    board.free(untouched)
    assert read_board(board.path) == []
    assert standing != untouched
    board.close()


def test_a_key_first_used_in_a_run_is_not_left_on_its_board(tmp_path: Path) -> None:
    """The environment's value is known only when the run that was given it asks for it."""
    board = b""

    def look() -> None:
        nonlocal board
        board = next((tmp_path / "store" / "journal").glob("*.board")).read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_KEY", VALUE)
        app = BabyAGI(tmp_path / "store", namespace={"look": look})
        app.add_function(
            "use", "def use(given):\n    look()\n    return given == service_key",
            key_dependencies=["service_key"],
        )  # fmt: skip
        assert app.use(VALUE) is True
    assert b'"use"' in board
    assert VALUE.encode() not in board
    app.close()


class OwnKeys:
    """Keys of somebody else's making, which tell no one when a value is handed out."""

    def __init__(self) -> None:
        self._handed: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        self._handed[name] = VALUE
        return VALUE

    def set(self, name: str, value: str) -> str:
        return "nowhere"

    def forget(self, name: str) -> bool:
        return False

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(self._handed, "own")

    def secrets(self) -> Iterator[tuple[str, str]]:
        return iter(list(self._handed.items()))


def test_keys_of_somebody_elses_making_are_kept_out_as_well(tmp_path: Path) -> None:
    app = BabyAGI(tmp_path / "store", namespace={}, keys=OwnKeys())
    app.add_function("leak", "def leak():\n    return service", key_dependencies=["service"])
    assert app.leak() == VALUE
    assert app.get_logs()[0]["output"] == "[key service]"
    app.close()


def test_what_a_function_prints_is_shown_without_the_key() -> None:
    keys = ProcessKeys()
    keys.set("service", "sk-printed-Kp4Rt6Yb8Nc3Hd5")
    app = BabyAGI(":memory:", namespace={}, keys=keys)
    app.add_function(
        "say",
        "def say():\n    print('one', service, 'two')\n    for at in range(0, len(service), 5):\n"
        "        print(service[at:at+5], end='', flush=True)\n    print()\n"
        "    print('sk-printed-')\n    print('sk-prin', end='')",
        key_dependencies=["service"],
    )
    with redirect_stdout(io.StringIO()) as stream:
        app.say()
    # What only began like the key is shown when the run ends.
    assert stream.getvalue() == "one [key service] two\n[key service]\nsk-printed-\nsk-prin"
    assert app.get_logs()[0]["stdout"] == stream.getvalue()
    app.close()


def test_redaction_is_fast(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what it costs; fast means that a text without a secret is only searched."""
    redaction = knowing(*CANARIES.values())
    text = " ".join(f"word{number}" for number in range(105_000))[: 1 << 20]
    line = orjson.dumps({"params": {"x": text}})
    took = []
    for _ in range(5):
        before = time.perf_counter()
        assert redaction.record(line) is line
        took.append(time.perf_counter() - before)
    with capsys.disabled():
        print(f"\nredaction: {min(took) * 1e3:.1f} ms for 1 MB and {len(CANARIES)} keys")
