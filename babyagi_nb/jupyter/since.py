"""Moments as people type them: a time ago, or a date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from babyagi_nb.errors import UsageError

__all__ = ["read_moment"]

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)(?:\s+ago)?", re.IGNORECASE)
_UNITS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600,
    "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800,
}  # fmt: skip


def read_moment(text: str, now: datetime) -> int:
    """Nanoseconds since the epoch of *text*: ``30m``, ``2h``, ``3d``, ``today``, ``2026-01-31``.

    *now* is an aware datetime; dates without a zone are in its zone. Raises
    :class:`~babyagi_nb.errors.UsageError`.

    >>> from datetime import timezone
    >>> read_moment("1h", datetime(1970, 1, 1, 2, tzinfo=timezone.utc))
    3600000000000
    """
    said = text.strip()
    ago = _AGO.fullmatch(said)
    try:
        if ago is not None:
            unit = ago[2].lower()
            seconds = float(ago[1]) * _UNITS[unit if unit in _UNITS else unit.removesuffix("s")]
            moment = now - timedelta(seconds=seconds)
        elif said in ("today", "yesterday"):
            moment = now.replace(hour=0, minute=0, second=0, microsecond=0)
            moment -= timedelta(days=1 if said == "yesterday" else 0)
        else:
            moment = datetime.fromisoformat(said)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        return round(moment.timestamp() * 1_000_000) * 1000
    except (ValueError, KeyError, OverflowError):
        raise UsageError(
            f"cannot read the time {text!r}", fix="write 30m, 2h, 3d, today, or 2026-01-31T08:00"
        ) from None
