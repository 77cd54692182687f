"""The value of a key is in nothing that is kept or told: looked for as a thief would."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.keys.process import ProcessKeys
from babyagi_nb.keys.redaction import Redaction

CANARY = 'canary/"7f3a"+\\&<é> 0123456789=='

WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": str,
    "repr": repr,
    "json": json.dumps,
    "html": html.escape,
    "url": quote,
    "url without slash": lambda text: quote(text, ""),
    "form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in a header": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 behind two": lambda text: base64.b64encode(f"ab{text}yz".encode()).decode(),
    "url base64": lambda text: base64.urlsafe_b64encode(f"x{text}".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32 behind three": lambda text: base64.b32encode(f"abc{text}z".encode()).decode(),
}

PLACES = {
    "result": "return text",
    "nested result": "return {'headers': [{'auth': (text, 1)}], text: 1}",
    "bytes": "return text.encode()",
    "printed": "print(f'sent {text} today')",
    "printed in pieces": "print(text[:7], end=''), print(text[7:])",
    "error": "raise ValueError(f'server said {text}')",
    "error of an argument": "raise KeyError(text)",
    "chained error": (
        "try:\n        raise ValueError(text)\n"
        "    except ValueError as error:\n        raise RuntimeError('outer') from error"
    ),
    "argument": "return len(given)",
    "generator": "yield text",
}  # fmt: skip


@pytest.mark.parametrize("form", WRITTEN)
def test_a_key_is_in_no_file_of_the_store_and_in_nothing_told(
    app: BabyAGI, told: list[str], form: str
) -> None:
    app.add_key("service", CANARY)
    write = WRITTEN[form]
    for number, (place, body) in enumerate(PLACES.items()):
        app.add_function(
            f"leak{number}",
            f"def leak{number}(given, write):\n    text = write(service)\n    {body}",
            key_dependencies=["service"],
            description=place,
        )
        try:
            result = app.function(f"leak{number}")(write(CANARY), write)
            if place == "generator":
                list(result)
        except (ValueError, KeyError, RuntimeError):
            pass
    texts = forms_of(CANARY)
    assert_absent(texts, repr(app.get_logs(limit=1000)) + "\n".join(told))
    app._store.maintenance.fold()
    app.close()
    assert app.path is not None
    for file in app.path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            if file.suffix == ".gz":
                data = gzip.decompress(data)
            assert_absent(texts, data.decode("latin-1"), str(file))
    rows = app_again(app).get_logs(limit=1000)
    assert sum("[key service]" in repr(row) for row in rows) == len(PLACES)


def forms_of(secret: str) -> set[str]:
    """Enough of each form that no part of it could be an accident."""
    encoded = secret.encode()
    found = {write(secret) for write in WRITTEN.values()} | {"7f3a", "0123456789"}
    found |= {encoded.decode("latin-1"), encoded[:10].hex(), encoded[-10:].hex()}
    for before in range(3):
        found.add(base64.b64encode(bytes(before) + encoded).decode()[6:20])
    return found


def assert_absent(texts: set[str], where: str, name: str = "") -> None:
    for text in texts:
        assert text not in where, f"{text!r} in {name}"


def app_again(app: BabyAGI) -> BabyAGI:
    assert app.path is not None
    return BabyAGI(app.path, namespace={})


def test_what_a_failing_listener_says_is_told_without_the_key(
    app: BabyAGI, told: list[str]
) -> None:
    app.add_key("service", CANARY)
    app.add_function("start", "def start():\n    return 1")
    app.add_function(
        "hear", "def hear(x):\n    raise ValueError(service)",
        key_dependencies=["service"], triggers=["start"],
    )  # fmt: skip
    app.start()
    assert len(told) == 1
    assert "[key service]" in told[0]
    assert_absent(forms_of(CANARY), told[0])


def test_a_key_of_the_environment_is_treated_alike(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_TOKEN", CANARY)
    app.add_function(
        "leak", "def leak():\n    return service_token", key_dependencies=["service_token"]
    )
    assert app.leak() == CANARY
    assert app.get_logs()[0]["output"] == "[key service_token]"


def test_keys_that_were_known_before_the_store_was_opened_are_treated_alike(
    tmp_path: Path,
) -> None:
    keys = ProcessKeys()
    keys.set("service", CANARY)
    app = BabyAGI(tmp_path / "store", namespace={}, keys=keys)
    app.add_function("same", "def same(x):\n    return x")
    assert app.same(CANARY) == CANARY
    assert app.get_logs()[0]["output"] == "[key service]"
    app.close()


def test_a_kernel_that_is_killed_leaves_no_key_on_its_board(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from babyagi_nb.app import BabyAGI
app = BabyAGI(sys.argv[1], namespace={})
app.add_key("service", sys.argv[2])
app.add_function("stop", "def stop(given, kill):\\n    kill()")
app.stop({"auth": [sys.argv[2]]}, lambda: os.kill(os.getpid(), signal.SIGTERM))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "store"), CANARY], capture_output=True
    )
    assert done.returncode != 0
    assert list((tmp_path / "store" / "journal").glob("*.board"))
    for file in (tmp_path / "store").rglob("*"):
        if file.is_file():
            assert_absent(forms_of(CANARY), file.read_bytes().decode("latin-1"), str(file))


def test_whatever_a_key_looks_like_its_written_forms_find_it() -> None:
    chance = random.Random(3)
    letters = string.printable + "é€𝄞"
    for _ in range(300):
        secret = "".join(chance.choices(letters, k=chance.randrange(8, 60)))
        redaction = Redaction()
        redaction.learn("service", secret)
        for form, write in WRITTEN.items():
            line = json.dumps({"params": f"a {write(secret)} z"}, ensure_ascii=False).encode()
            assert b"[key service]" in redaction.record(line), (form, secret, line)


def test_only_names_of_keys_are_listed(app: BabyAGI) -> None:
    app.add_key("service", CANARY)
    assert app.get_all_secret_keys() == [{"name": "service", "available": True, "used_by": []}]
    assert "canary" not in app.add_key("service", CANARY)
    assert os.environ.get("SERVICE") is None
