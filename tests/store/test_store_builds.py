"""Journals of builds as files: what a kill, a cut, a fork, a full disk or a restore does to one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from babyagi_nb.errors import BuildError, StoreDamaged, StoreLocked, StoreUnwritable
from babyagi_nb.store import builds as room
from babyagi_nb.store.builds import FileBuilds
from babyagi_nb.store.home import Home
from babyagi_nb.store.jsontext import read_object


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".babyagi").create()


@pytest.fixture
def builds(home: Home, monkeypatch: pytest.MonkeyPatch) -> FileBuilds:
    monkeypatch.setattr(room, "_PATIENCE", 0.01)
    return FileBuilds(home)


def journal(home: Home) -> Path:
    (path,) = home.builds.glob("*.ndjson")
    return path


def test_looking_makes_no_directory(home: Home, builds: FileBuilds) -> None:
    assert builds.all() == []
    assert not home.builds.exists()


@pytest.mark.skipif(os.name == "nt", reason="other permissions there")
def test_others_may_not_look_into_a_build(home: Home, builds: FileBuilds) -> None:
    builds.begin({"task": "add"}).close()
    assert home.builds.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in home.builds.iterdir()} == {0o600}


def test_a_step_is_one_line_that_other_tools_can_read(home: Home, builds: FileBuilds) -> None:
    steps = builds.begin({"task": "add"})
    steps.record("plan", "a1", {"text": "two\nlines"})
    steps.note(state="done")
    first, second, third = map(json.loads, journal(home).read_text("utf-8").splitlines())
    assert (first["id"], first["header"]) == (steps.id, {"task": "add"})
    assert second == {"step": "plan", "key": "a1", "value": {"text": "two\nlines"}}
    assert third == {"note": {"state": "done"}}


def test_wherever_a_kill_cuts_the_journal_the_whole_steps_count_and_more_can_follow(
    home: Home, builds: FileBuilds
) -> None:
    steps = builds.begin({"task": "add"})
    for number in range(3):
        steps.record("code", str(number), {"n": number})
    steps.close()
    path = journal(home)
    whole = path.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(ends[0], len(whole)):
        path.write_bytes(whole[:size])
        done = sum(1 for end in ends[1:] if size >= end)
        again = builds.open(steps.id)
        found = [again.known("code", str(number)) for number in range(3)]
        assert found == [{"n": n} if n < done else None for n in range(3)]
        again.record("code", "new", 1)
        again.close()
        later = builds.open(steps.id)
        assert later.known("code", "new") == 1
        assert [later.known("code", str(number)) for number in range(3)] == found
        later.close()


def test_a_build_whose_beginning_was_cut_is_not_listed_and_not_opened(
    home: Home, builds: FileBuilds
) -> None:
    steps = builds.begin({"task": "add"})
    steps.close()
    path = journal(home)
    path.write_bytes(path.read_bytes()[:20])
    assert builds.all() == []
    with pytest.raises(StoreDamaged, match="no beginning"):
        builds.open(steps.id)
    with pytest.raises(StoreDamaged, match="no beginning"):
        builds.open(steps.id)


def test_a_line_of_nonsense_is_passed_over(home: Home, builds: FileBuilds) -> None:
    steps = builds.begin({"task": "add"})
    steps.record("plan", "a", 1)
    steps.close()
    with open(journal(home), "ab") as file:
        file.write(b'\xff\n[]\n{"note":7}\n{"step":1}\nnull\n')
    again = builds.open(steps.id)
    assert (again.known("plan", "a"), again.facts()) == (1, {})
    assert builds.all()[0]["state"] == "running"


HOLDER = """
import sys
from pathlib import Path
from babyagi_nb.store.builds import FileBuilds
from babyagi_nb.store.home import Home
steps = FileBuilds(Home(Path(sys.argv[1]))).begin({"task": "add"})
print(steps.id, flush=True)
sys.stdin.readline()
"""


def test_a_build_that_another_process_holds_is_named_with_who(
    home: Home, builds: FileBuilds
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        id = process.stdout.readline().strip()
        with pytest.raises(StoreLocked, match=f"{id} is held by process {process.pid}"):
            builds.open(id)
        assert builds.all()[0]["state"] == "running"
    finally:
        process.kill()
        process.communicate()
    assert builds.all()[0]["state"] == "stopped"
    builds.open(id).close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_writes_to_no_build_of_its_parent(home: Home, builds: FileBuilds) -> None:
    steps = builds.begin({"task": "add"})
    child = os.fork()
    if not child:
        try:
            steps.record("plan", "child", 1)
            code = 1
        except BuildError:
            code = 0
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    steps.record("plan", "parent", 1)
    with pytest.raises(StoreLocked):
        builds.open(steps.id)


def test_a_full_disk_is_said_and_leaves_the_steps_before_it(
    home: Home, builds: FileBuilds, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = builds.begin({"task": "add"})
    steps.record("plan", "a", 1)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
        with pytest.raises(StoreUnwritable, match="only a part"):
            steps.record("plan", "b", 2)
    assert steps.known("plan", "b") is None
    steps.record("plan", "c", 3)
    steps.close()
    again = builds.open(steps.id)
    assert [again.known("plan", key) for key in "abc"] == [1, None, 3]


def test_a_journal_that_was_taken_away_takes_no_more_steps(home: Home, builds: FileBuilds) -> None:
    steps = builds.begin({"task": "add"})
    aside = home.path / "elsewhere"
    os.replace(journal(home), aside)
    before = aside.read_bytes()
    with pytest.raises(StoreUnwritable, match="put aside"):
        steps.record("plan", "a", 1)
    assert aside.read_bytes() == before


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "builds").write_text("")
    with pytest.raises(StoreUnwritable):
        FileBuilds(Home(tmp_path)).begin({"task": "add"})


KILLED = """
import json, os, random, signal, sys
from pathlib import Path
from babyagi_nb.store.builds import FileBuilds
from babyagi_nb.store.home import Home

home, kills = Home(Path(sys.argv[1])), int(sys.argv[2])
builds = FileBuilds(home)
steps = builds.begin({"task": "count"})
id = steps.id
steps.close()

def work(out):
    steps = builds.open(id)
    number = 0
    while steps.known("step", str(number)) is not None:
        number += 1
    for number in range(number, number + 100):
        steps.record("step", str(number), {"n": number, "text": "x" * (number % 7 * 500)})
        os.write(out, b"%d\\n" % number)
    signal.pause()

acknowledged = []
for _ in range(kills):
    back, out = os.pipe()
    child = os.fork()
    if not child:
        os.close(back)
        work(out)
    os.close(out)
    wanted, data = random.randrange(1, 6), b""
    while data.count(b"\\n") < wanted:
        data += os.read(back, 1 << 16) or sys.exit("a child ended by itself")
    for _ in range(random.randrange(2000)):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(back, 1 << 16):
        data += more
    os.close(back)
    acknowledged += [int(each) for each in data.split()]
    state = builds.all()[0]["state"]
    if state != "stopped":
        sys.exit(f"nobody holds it, and it is {state}")
print(json.dumps({"id": id, "acknowledged": acknowledged}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_killed_process_loses_no_step_it_was_told_is_written_and_doubles_none(
    home: Home, builds: FileBuilds
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.path), "52"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert not result.returncode, result.stderr
    told = json.loads(result.stdout)
    acknowledged: list[int] = told["acknowledged"]
    assert len(acknowledged) >= 52
    assert len(set(acknowledged)) == len(acknowledged)
    steps = builds.open(told["id"])
    for number in acknowledged:
        found = steps.known("step", str(number))
        assert found == {"n": number, "text": "x" * (number % 7 * 500)}
    # A kill may come in the middle of a write; nobody was told that such a step is there.
    lines = filter(None, map(read_object, journal(home).read_bytes().split(b"\n")))
    written = [each["key"] for each in lines if each.get("step") == "step"]
    assert len(set(written)) == len(written)
