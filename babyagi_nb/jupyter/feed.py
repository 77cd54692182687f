"""What there is to see of one build or one conversation, while it goes on.

A feed is a list of *parts*: steps of a build, words and calls of a conversation. A part is never
changed in place but replaced by another one with its number ``n``, so a page that is told parts
puts each where its number says, and needs no rule to put news together. Long text is several parts,
so that telling its end does not tell all of it again.

One thread writes a feed. Others may read it at any moment: what they get was true together, or is
told again with a higher ``revision``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from babyagi_nb.core.budget import NO_COST, Spent
from babyagi_nb.core.builds import BuildState, Progress
from babyagi_nb.core.cleaning import clean, one_line
from babyagi_nb.jupyter.messages import ChatPart, StepRow
from babyagi_nb.jupyter.protocol import jsonable, push

if TYPE_CHECKING:
    from babyagi_nb.agent.chat.conversation import Conversation

__all__ = ["BuildFeed", "ChatFeed", "Feed", "Tell"]

_MOST = 3000
"""Parts of one feed; what comes after them is not told."""
_PIECE = 4000
"""Characters of text in one part."""
_LINE = 400

Tell = Callable[["Feed", int], None]
"""Is told which part of which feed is new; ``-1`` for what is no part."""


class Feed:
    """Parts with numbers; *tell* hears of each change."""

    def __init__(self, id: str, tell: Tell) -> None:
        self.id = id
        self.revision = 0
        self.parts: list[Any] = []
        self._tell = tell

    def message(self, numbers: list[int]) -> dict[str, Any]:
        """The push that tells the parts *numbers*."""
        raise NotImplementedError

    def _put(self, part: Any) -> None:
        """Put *part* where its number says."""
        n = part["n"]
        if n < len(self.parts):
            self.parts[n] = part
        elif n < _MOST:
            self.parts.append(part)
        else:
            return
        self._changed(n)

    def _changed(self, n: int = -1) -> None:
        self.revision += 1
        self._tell(self, n)

    def _read(self, numbers: list[int]) -> list[Any]:
        known = self.parts
        return [known[n] for n in numbers if 0 <= n < len(known)]


class BuildFeed(Feed):
    """The steps of a build, and of the builds below it."""

    def __init__(self, id: str, tell: Tell) -> None:
        super().__init__(id, tell)
        self.state: BuildState = "running"
        self.note = ""
        self.spent = self._above = NO_COST

    def message(self, numbers: list[int]) -> dict[str, Any]:
        revision = self.revision
        return push(
            "build", build=self.id, revision=revision, state=self.state, message=self.note,
            spent=self.spent.row(), steps=self._read(numbers),
        )  # fmt: skip

    def take(self, progress: Progress) -> None:
        """Take in one step; the end of a step takes the place of its beginning."""
        if progress.build == self.id:
            self.spent = self._above = progress.spent
        else:
            self.spent = _together(self._above, progress.spent)
        if progress.step == "done":
            self._changed()
            return
        row: StepRow = {
            "n": len(self.parts),
            "step": one_line(progress.step, 40),
            "state": progress.state,
            "function": None if progress.function is None else one_line(progress.function, 120),
            "message": one_line(progress.message, _LINE),
        }
        if progress.state != "began":
            begun = self._begun(row["step"], row["function"])
            row["n"] = row["n"] if begun is None else begun["n"]
        self._put(row)

    def end(self, state: BuildState, message: str, spent: Spent | None = None) -> None:
        """The sitting is over; what began in it and did not end will not end any more."""
        for row in list(self.parts):
            if row["state"] == "began":
                self._put({**row, "state": "failed"})
        self.state, self.note = state, one_line(message, 600)
        self.spent = spent or self.spent
        self._changed()

    def _begun(self, step: str, function: str | None) -> StepRow | None:
        for row in reversed(self.parts):
            if (row["step"], row["function"], row["state"]) == (step, function, "began"):
                found: StepRow = row
                return found
        return None


def _together(one: Spent, other: Spent) -> Spent:
    return Spent(
        calls=one.calls + other.calls,
        tokens=one.tokens + other.tokens,
        seconds=one.seconds + other.seconds,
        cost=one.cost + other.cost,
        unpriced=one.unpriced + other.unpriced,
    )


class ChatFeed(Feed):
    """What was said and called in a conversation."""

    def __init__(self, id: str, tell: Tell) -> None:
        super().__init__(id, tell)
        self.busy = False
        self.conversation: Conversation | None = None
        """Once something was said in this process."""

    def message(self, numbers: list[int]) -> dict[str, Any]:
        revision = self.revision
        return push(
            "chat", chat=self.id, revision=revision, busy=self.busy, parts=self._read(numbers)
        )

    def set_busy(self, busy: bool) -> None:
        self.busy = busy
        self._changed()

    def take(self, row: Mapping[str, Any]) -> None:
        """Take in the row of an event of a turn; kinds that are not known are passed over."""
        kind = row.get("event")
        if kind == "text":
            self._text(str(row["text"]))
        elif kind == "said":
            self._add("said", text=clean(str(row["text"])))
        elif kind == "began":
            said = one_line(row["arguments"], _LINE)
            self._add("call", text=said, name=one_line(row["name"], 120), status="began",
                      call=str(row["call"]))  # fmt: skip
        elif kind == "ended":
            part = self._call(str(row["call"]))
            if part is not None:
                note = one_line(row["note"], _LINE)
                ended = {"status": str(row["status"]), "note": note, "run": row.get("run")}
                self._put({**part, **ended, "question": None})
        elif kind == "brought":
            self._add("note", text=f"found: {', '.join(row['names'])}")
        elif kind == "note":
            self._add("note", text=one_line(row["text"], _LINE))
        elif kind == "turn":
            self._add("turn", status=str(row["finish"]), run=row.get("run"), spent=row["spent"])

    def fail(self, words: str) -> None:
        """Say why the turn that was just told to be over is."""
        self._add("error", text=one_line(words, 1000))

    def ask(self, question: int, words: str) -> None:
        """The call under way waits for the person's answer to *question*."""
        self._answerable("began", {"status": "asked", "question": question, "note": words})

    def answered(self, note: str = "") -> None:
        """It waits no more."""
        self._answerable("asked", {"status": "began", "question": None, "note": note})

    def _answerable(self, status: str, change: dict[str, Any]) -> None:
        for part in reversed(self.parts):
            if part["kind"] == "call" and part["status"] == status:
                self._put({**part, **change})
                return

    def _text(self, text: str) -> None:
        last = self.parts[-1] if self.parts else None
        if last is not None and last["kind"] == "text" and len(last["text"]) < _PIECE:
            room = _PIECE + 200 - len(last["text"])
            self._put({**last, "text": jsonable(last["text"] + text[:room])})
            text = text[room:]
        for at in range(0, len(text), _PIECE):
            self._add("text", text=text[at : at + _PIECE])

    def _call(self, call: str) -> ChatPart | None:
        for part in reversed(self.parts):
            if part["call"] == call and part["status"] in ("began", "asked"):
                found: ChatPart = part
                return found
        return None

    def _add(self, kind: str, **members: Any) -> None:
        part = {
            "n": len(self.parts), "kind": kind, "text": "", "name": "", "call": "", "status": "",
            "note": "", "run": None, "question": None, "spent": None,
        }  # fmt: skip
        self._put({**part, **members})
