"""What every watcher of a log promises, on disk and in memory."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.core.ports import News


@pytest.fixture(name="news")
def news_fixture(app: BabyAGI) -> News:
    app.add_function("hello", "def hello(n: int = 0): return n")
    app.hello(0)
    return app.queries.news()


def statuses(news: News, limit: int = 100) -> list[tuple[str, str]]:
    return [(run.function, run.status) for run in news.poll(limit).runs]


def test_what_was_there_before_is_not_new(news: News) -> None:
    assert news.poll(100).runs == ()


def test_a_run_is_new_once(app: BabyAGI, news: News) -> None:
    app.hello(1)
    assert statuses(news) == [("hello", "success")]
    assert statuses(news) == []


def test_of_very_many_the_newest_are_told_and_the_others_counted(app: BabyAGI, news: News) -> None:
    for number in range(500):
        app.hello(number)
    fresh = news.poll(10)
    assert [run.output for run in fresh.runs] == list(range(490, 500))
    assert fresh.dropped == 490


def test_a_run_that_lasts_is_told_when_it_begins_and_when_it_ends(app: BabyAGI, news: News) -> None:
    began, finish = threading.Event(), threading.Event()
    app.namespace.update(began=began, finish=finish)
    app.add_function("wait", "def wait():\n    began.set()\n    finish.wait(30)")
    thread = threading.Thread(target=app.wait)
    thread.start()
    began.wait(30)
    assert statuses(news) == [("wait", "started")]
    assert statuses(news) == []
    finish.set()
    thread.join()
    assert statuses(news) == [("wait", "success")]


def test_the_end_of_a_run_that_was_told_is_never_dropped(app: BabyAGI, news: News) -> None:
    began, finish = threading.Event(), threading.Event()
    app.namespace.update(began=began, finish=finish)
    app.add_function("wait", "def wait():\n    began.set()\n    finish.wait(30)")
    thread = threading.Thread(target=app.wait)
    thread.start()
    began.wait(30)
    assert ("wait", "started") in statuses(news)
    finish.set()
    thread.join()
    for number in range(300):
        app.hello(number)
    assert ("wait", "success") in statuses(news, limit=5)


def test_a_run_of_another_kernel_is_new_as_well(tmp_path: Path) -> None:
    here = BabyAGI(tmp_path / "store", namespace={})
    there = BabyAGI(tmp_path / "store", namespace={})
    try:
        there.add_function("hello", "def hello(): return 1")
        news = here.queries.news()
        there.hello()
        assert statuses(news) == [("hello", "success")]
    finally:
        here.close()
        there.close()


def test_two_watchers_do_not_share_a_place(app: BabyAGI, news: News) -> None:
    other: Any = app.queries.news()
    app.hello(1)
    assert statuses(news) == statuses(other) == [("hello", "success")]
