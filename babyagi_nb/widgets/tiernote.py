"""One line about the sandbox of this machine: its tier, what that is worth, and why it is so."""

from __future__ import annotations

from babyagi_nb.core.isolation import Tier, TierReport
from babyagi_nb.widgets.markup import Html, one_line, tag
from babyagi_nb.widgets.view import View

__all__ = ["TierNote"]

_WORTH: dict[Tier | None, str] = {
    "strong": "a namespace of its own, and no files, network or processes but what was granted",
    "standard": "no files, network or processes but what was granted",
    "process": "another process with limits; this is not a security boundary",
    None: "there is none, so whatever needs one is refused",
}


class TierNote(View):
    """*report* in words.

    >>> TierNote(TierReport(tier="standard", reason="bubblewrap is not installed"))
    sandbox standard: no files, network or processes but what was granted
      (bubblewrap is not installed)
    """

    def __init__(self, report: TierReport) -> None:
        self.report = report

    def plain(self) -> str:
        tier = self.report.tier
        first = f"sandbox {tier or 'none'}: {_WORTH[tier]}"
        reason = one_line(self.report.reason, 300)
        return f"{first}\n  ({reason})" if reason else first

    def body(self) -> Html:
        tier = self.report.tier
        holds = tier in ("strong", "standard")
        sign = tag("span", "✓" if holds else "!", cls="g", aria_hidden="true")
        reason = one_line(self.report.reason, 300)
        return tag(
            "div",
            tag(
                "div",
                sign,
                "sandbox ",
                tag("b", tier or "none"),
                f" · {_WORTH[tier]}",
                cls="success" if holds else "warn",
            ),
            tag("div", reason, cls="soft", style="margin-left:1.3em") if reason else None,
        )
