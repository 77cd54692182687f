"""Moments as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from babyagi_nb.errors import UsageError
from babyagi_nb.jupyter.since import read_moment

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=timezone(timedelta(hours=2)))


def moment(text: str) -> datetime:
    return datetime.fromtimestamp(read_moment(text, NOW) / 1e9, UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("30s", timedelta(seconds=30)), ("90 min", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)), ("1.5h", timedelta(minutes=90)),
        ("3d", timedelta(days=3)), ("2 weeks", timedelta(days=14)),
        ("1 hour ago", timedelta(hours=1)), ("2 minutes", timedelta(minutes=2)),
    ],
)  # fmt: skip
def test_a_time_ago_counts_back_from_now(text: str, ago: timedelta) -> None:
    assert moment(text) == NOW - ago


def test_a_day_begins_at_local_midnight() -> None:
    assert moment("today") == NOW.replace(hour=0, minute=0)
    assert moment("yesterday") == NOW.replace(day=9, hour=0, minute=0)


def test_a_date_is_local_unless_it_names_a_zone() -> None:
    assert moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=NOW.tzinfo)
    assert moment("2026-03-01T08:00+00:00") == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2q", "-1h", "2026-13-01", "9999999999999h"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match=r"cannot read the time .*; write 30m"):
        moment(text)
