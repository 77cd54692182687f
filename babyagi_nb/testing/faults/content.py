"""Faults in what a model says: not what was asked for, or not in the form that was asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from babyagi_nb.testing.faults.making import Says, says
from babyagi_nb.testing.reply import Reply
from babyagi_nb.testing.request import Request

__all__ = [
    "content_filtered", "empty", "extra_keys", "fenced", "hidden_characters", "huge",
    "lone_surrogate", "null", "prompt_echo", "prose_around", "refusal", "single_quotes", "thinking",
    "too_long", "trailing_comma", "two_objects", "wrapped", "wrong_language", "wrong_schema",
    "wrong_types",
]  # fmt: skip


def _text(make: Any) -> Says:
    return lambda request, good: replace(good, text=make(good.text or ""))


def _spoken(request: Request, good: Reply) -> bool:
    return bool(good.text)


def _is_object(request: Request, good: Reply) -> bool:
    return isinstance(_parsed(good), dict)


def _is_json(request: Request, good: Reply) -> bool:
    return isinstance(_parsed(good), dict | list)


def _parsed(good: Reply) -> Any:
    try:
        return json.loads(good.text or "")
    except ValueError:
        return None


@says("content")
def empty() -> Says:
    """The answer is the empty text."""
    return lambda request, good: Reply(text="")


@says("content")
def null() -> Says:
    """The answer is ``null`` instead of text."""
    return lambda request, good: Reply(text=None)


@says("content", recovers=False)
def refusal() -> Says:
    """The model declines, every time."""
    return lambda request, good: Reply(text=None, refusal="I'm sorry, I can't help with that.")


@says("content", recovers=False)
def content_filtered() -> Says:
    """A filter of the server holds the answer back, every time."""
    return lambda request, good: Reply(text="", finish="content_filter")


@says("content")
def too_long() -> Says:
    """The answer breaks off at the limit of tokens."""

    def say(request: Request, good: Reply) -> Reply:
        text = good.text or ""
        return Reply(text=text[: len(text) // 2], finish="length")

    return say


@says("content", delivers=True, applies=_spoken)
def fenced() -> Says:
    """The answer stands in a code fence."""
    return _text(lambda text: f"```json\n{text}\n```")


@says("content", delivers=True, applies=_is_json)
def prose_around() -> Says:
    """The answer stands between friendly sentences."""
    return _text(lambda text: f"Sure! Here is what you asked for:\n\n{text}\n\nAnything else?")


@says("content", delivers=True, applies=_spoken)
def thinking() -> Says:
    """The answer comes after a block of thoughts that holds an object of its own."""
    return _text(lambda text: f'<think>\nPerhaps {{"answer": 1}}? No.\n</think>\n{text}')


@says("content", delivers=True, applies=_is_object)
def two_objects() -> Says:
    """The answer is written twice, one after the other."""
    return _text(lambda text: f"{text}\n{text}")


@says("content", delivers=True, applies=_is_json)
def single_quotes() -> Says:
    """The answer is written as Python writes it, with single quotes, ``True`` and ``None``."""
    return lambda request, good: replace(good, text=repr(_parsed(good)))


@says("content", delivers=True, applies=_is_json)
def trailing_comma() -> Says:
    """The answer has a comma before its last bracket."""
    return _text(lambda text: text.rstrip()[:-1] + "," + text.rstrip()[-1])


@says("content", applies=_is_object)
def wrapped() -> Says:
    """The answer stands in a field of another object."""
    return lambda request, good: replace(good, text=json.dumps({"result": _parsed(good)}))


@says("content")
def wrong_schema() -> Says:
    """The answer is an object with none of the fields that were asked for."""
    return lambda request, good: Reply(text='{"thoughts": "This looks fun.", "next": 1}')


@says("content", applies=_is_object)
def wrong_types() -> Says:
    """Every field of the answer has a value of another type."""

    def say(request: Request, good: Reply) -> Reply:
        wrong = {
            name: 7 if isinstance(value, str | list | dict) else "seven"
            for name, value in _parsed(good).items()
        }
        return replace(good, text=json.dumps(wrong))

    return say


@says("content", delivers=True, applies=_is_object)
def extra_keys() -> Says:
    """The answer has two fields that nobody asked for."""
    more = {"confidence": 0.9, "notes": ["made with care"]}
    return lambda request, good: replace(good, text=json.dumps(_parsed(good) | more))


@says("content")
def hidden_characters() -> Says:
    """The answer holds NUL, an escape sequence and marks that turn the reading direction."""
    return _text(lambda text: f"\x00\u202e{text}\u2066\x1b[2J\u200b")


@says("content")
def lone_surrogate() -> Says:
    """The answer holds half of a character, which no encoding can write."""
    return _text(lambda text: f"{text}\ud83d")


@says("content")
def huge(size: int = 8_000_000) -> Says:
    """The answer is eight megabytes of the same letter."""
    return lambda request, good: Reply(text="a" * size)


@says("content")
def wrong_language() -> Says:
    """The answer is a program in another language than Python."""
    return lambda request, good: Reply(text="function add(a, b) { return a + b; }")


@says("content")
def prompt_echo() -> Says:
    """The answer is the question."""
    return lambda request, good: Reply(text="\n".join(request.texts))
