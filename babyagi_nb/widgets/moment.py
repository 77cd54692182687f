"""Times and durations in words, and in the elements that comparisons of notebooks may mask."""

from __future__ import annotations

from datetime import UTC, datetime

from babyagi_nb.widgets.markup import Html, tag

__all__ = ["duration", "took", "when"]

_UNITS = ((3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"))
_SMALL = ((1_000_000, "ms"), (1_000, "µs"), (1, "ns"))


def duration(nanoseconds: int | None) -> str:
    """Three digits and a unit.

    >>> duration(1_234_567), duration(95_000_000_000), duration(None)
    ('1.23 ms', '1.58 min', '')
    """
    if nanoseconds is None:
        return ""
    for size, unit in (*_UNITS, *_SMALL):
        if nanoseconds >= size:
            return (
                f"{nanoseconds / size:.3g} {unit}"
                if nanoseconds < 1000 * size
                else (f"{nanoseconds / size:.0f} {unit}")
            )
    return "0 ns"


def took(nanoseconds: int | None) -> Html:
    return tag("time", duration(nanoseconds), cls="took")


def when(at: int | None) -> Html:
    """Local date and time of *at* nanoseconds since the epoch; screen readers hear UTC."""
    if at is None:
        return tag("time")
    try:
        moment = datetime.fromtimestamp(at / 1e9, UTC)
        local = moment.astimezone()
    except (OverflowError, OSError, ValueError):
        return tag("time", "unknown time")
    return tag(
        "time",
        f"{local:%Y-%m-%d %H:%M:%S}",
        cls="when",
        style="white-space:nowrap",
        aria_label=f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC",
    )
