"""Honest work must not notice where it runs: libraries, threads, files, granted paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_jobs import Notes, confined_fixture, eventually, job, opened, run  # noqa: F401

from babyagi_nb.core.isolation import Raised
from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox import forkserver
from babyagi_nb.sandbox.server import Server

WORK: dict[str, tuple[str, object]] = {
    "numpy": (
        "import numpy as np\ndef f(): return np.arange(6).reshape(2, 3) @ np.ones(3)",
        [3, 12],
    ),
    "numpy linear algebra": (
        "import numpy as np\ndef f(): return np.linalg.solve(np.eye(300) * 2, np.ones(300)).sum()",
        150.0,
    ),
    "pandas": (
        "import pandas as pd\n"
        "def f():\n    frame = pd.DataFrame({'a': [1, 1, 2], 'b': [1, 2, 3]})\n"
        "    return frame.groupby('a').b.sum().to_dict()",
        {"1": 3, "2": 3},
    ),
    "pandas and csv": (
        "import pandas as pd\ndef f():\n    pd.DataFrame({'a': [1, 2]}).to_csv('a.csv')\n"
        "    return pd.read_csv('a.csv').a.tolist()",
        [1, 2],
    ),
    "pyarrow": (
        "import pyarrow as pa, pyarrow.parquet as pq\ndef f():\n"
        "    pq.write_table(pa.table({'a': [1, 2, 3]}), 'a.parquet')\n"
        "    return pq.read_table('a.parquet').to_pydict()",
        {"a": [1, 2, 3]},
    ),
    "a file that is touched": (
        "from pathlib import Path\nimport shutil, tarfile\ndef f():\n    Path('a').touch()\n"
        "    shutil.copy2('a', 'b')\n    shutil.copystat('a', 'b', follow_symlinks=False)\n"
        "    try:\n        Path('none').chmod(0o600)\n"
        "    except FileNotFoundError:\n        return sorted(p.name for p in Path().iterdir())",
        ["a", "b"],
    ),
    "duckdb": (
        "import duckdb\n"
        "def f(): return duckdb.sql('SELECT sum(i) FROM range(1000) t(i)').fetchall()",
        [[499500]],
    ),
    "duckdb on disk": (
        "import duckdb\ndef f():\n    with duckdb.connect('a.db') as con:\n"
        "        con.execute('CREATE TABLE t AS SELECT 42 AS a')\n"
        "    with duckdb.connect('a.db') as con:\n        return con.execute('FROM t').fetchall()",
        [[42]],
    ),
    "duckdb and pandas": (
        "import duckdb, pandas as pd\ndef f():\n    frame = pd.DataFrame({'a': [1, 2]})\n"
        "    return duckdb.sql('SELECT sum(a) FROM frame').fetchall()",
        [[3]],
    ),
    "matplotlib": (
        "import io\nimport matplotlib.pyplot as plt\ndef f():\n    plt.plot([1, 2])\n"
        "    out = io.BytesIO(); plt.savefig(out, format='png'); return out.getvalue()[:4]",
        b"\x89PNG",
    ),
    "matplotlib and svg": (
        "import matplotlib.pyplot as plt\ndef f():\n    plt.bar([1], [2]); plt.savefig('a.svg')\n"
        "    return open('a.svg').read(5)",
        "<?xml",
    ),
    "scipy": (
        "from scipy import optimize\n"
        "def f(): return round(optimize.brentq(lambda x: x - 2, 0, 9), 6)",
        2.0,
    ),
    "threads": (
        "import threading\ndef f():\n    found = []\n"
        "    made = [threading.Thread(target=found.append, args=(n,)) for n in range(20)]\n"
        "    [each.start() for each in made]; [each.join() for each in made]\n"
        "    return sorted(found)",
        list(range(20)),
    ),
    "thread pools": (
        "from concurrent.futures import ThreadPoolExecutor\ndef f():\n"
        "    with ThreadPoolExecutor(8) as pool: return sum(pool.map(abs, range(-50, 50)))",
        2500,
    ),
    "asyncio": (
        "import asyncio\nasync def f():\n"
        "    return await asyncio.gather(*(asyncio.to_thread(abs, -n) for n in range(5)))",
        [0, 1, 2, 3, 4],
    ),
    "asyncio queues and time": (
        "import asyncio\nasync def f():\n    queue = asyncio.Queue()\n"
        "    async def put(): await asyncio.sleep(0.01); await queue.put(5)\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(put())\n"
        "        return await asyncio.wait_for(queue.get(), 5)",
        5,
    ),
    "sqlite3": (
        "import sqlite3\ndef f():\n    with sqlite3.connect('a.db') as con:\n"
        "        con.execute('CREATE TABLE t (a)'); con.execute('INSERT INTO t VALUES (7)')\n"
        "    return sqlite3.connect('a.db').execute('SELECT a FROM t').fetchall()",
        [[7]],
    ),
    "tempfile": (
        "import tempfile, pathlib\ndef f():\n    with tempfile.TemporaryDirectory() as folder:\n"
        "        path = pathlib.Path(folder, 'a'); path.write_text('x'); return path.read_text()",
        "x",
    ),
    "zipfile and shutil": (
        "import zipfile, shutil, os\ndef f():\n    open('a', 'w').write('x')\n"
        "    with zipfile.ZipFile('a.zip', 'w') as z: z.write('a')\n"
        "    shutil.copy('a.zip', 'b.zip')\n"
        "    shutil.unpack_archive('b.zip', 'out'); return os.listdir('out')",
        ["a"],
    ),
    "tarfile and compression": (
        "import tarfile, gzip, bz2, lzma\ndef f():\n    open('a', 'w').write('x' * 999)\n"
        "    with tarfile.open('a.tgz', 'w:gz') as t: t.add('a')\n"
        "    with tarfile.open('a.tgz') as t: names = t.getnames()\n"
        "    return [*names, len(lzma.decompress(lzma.compress(b'y' * 99)))]",
        ["a", 99],
    ),
    "csv": (
        "import csv, io\ndef f(): return list(csv.DictReader(io.StringIO('a,b\\n1,2\\n')))",
        [{"a": "1", "b": "2"}],
    ),
    "decimal": (
        "from decimal import Decimal\ndef f(): return Decimal('0.1') + Decimal('0.2')",
        "0.3",
    ),
    "time zones": (
        "import datetime, zoneinfo\ndef f():\n    zone = zoneinfo.ZoneInfo('Europe/Berlin')\n"
        "    return datetime.datetime(2024, 7, 1, tzinfo=zone)",
        "2024-07-01T00:00:00+02:00",
    ),
    "random numbers": (
        "import random, secrets, uuid, os\ndef f():\n"
        "    return [len(secrets.token_hex(4)), len(os.urandom(3)), 0 <= random.random() < 1]",
        [8, 3, True],
    ),
    "hashes and pickles": (
        "import hashlib, pickle\ndef f():\n    pickle.dump({1}, open('a', 'wb'))\n"
        "    return [hashlib.sha256(b'').hexdigest()[:6], list(pickle.load(open('a', 'rb')))]",
        ["e3b0c4", [1]],
    ),
    "dataclasses and text hints": (
        "from __future__ import annotations\nimport dataclasses, typing\n"
        "@dataclasses.dataclass\nclass Point:\n    x: int\n"
        "def f(): return [typing.get_type_hints(Point)['x'].__name__, Point(3)]",
        ["int", {"x": 3}],
    ),
    "pydantic": (
        "import pydantic\nclass Model(pydantic.BaseModel):\n    x: int\n"
        "def f(): return Model.model_validate_json('{\"x\": 4}').x",
        4,
    ),
    "certificates": (
        "import ssl\ndef f(): return ssl.create_default_context().verify_mode.name",
        2,
    ),
    "memory maps": (
        "import mmap\ndef f():\n    open('a', 'wb').write(b'abc')\n"
        "    with open('a', 'r+b') as file:\n"
        "        with mmap.mmap(file.fileno(), 0) as view: view[0:1] = b'x'\n"
        "    return open('a').read()",
        "xbc",
    ),
    "the name of the machine's Python": (
        "import platform, sys\ndef f(): return platform.python_version_tuple()[0]",
        "3",
    ),
}
WORK["certificates"] = (WORK["certificates"][0].replace(".name", " == ssl.CERT_REQUIRED"), True)


@pytest.mark.parametrize("name", WORK)
def test_honest_work_is_done(confined: Server, name: str) -> None:
    code, expected = WORK[name]

    assert run(confined, code, is_async="async def f" in code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\ndef f(): subprocess.run(['/bin/true'])",
        "import os\ndef f(): os.system('true') == 0 or {}[0]",
        "import os\ndef f(): os.fork()",
        "import multiprocessing\ndef f():\n    multiprocessing.Process(target=print).start()",
    ],
)
def test_other_processes_are_refused_as_an_error(confined: Server, code: str) -> None:
    with pytest.raises(Raised):
        run(confined, code)


def test_a_library_that_a_job_used_is_there_for_the_next(confined: Server) -> None:
    code = """
    import sys
    def f():
        ready = 'pandas' in sys.modules
        import pandas
        return ready
    """
    run(confined, code)

    assert eventually(lambda: run(confined, code) is True, 30)


def test_jobs_do_not_share_the_chance_of_numpy() -> None:
    with opened("standard", preload=["numpy"]) as made:
        code = "import sys\ndef f():\n    import numpy\n    return numpy.random.random()"

        assert run(made, code) != run(made, code)


def test_a_module_that_starts_a_thread_is_not_kept_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    usual = forkserver.environment
    monkeypatch.setattr(
        forkserver,
        "environment",
        lambda home: {**usual(home), "JE_ARROW_MALLOC_CONF": "background_thread:true"},
    )
    with opened("standard", preload=["pyarrow", "csv"], notify=told.append) as made:
        assert run(made, "import sys\ndef f(): return 'pyarrow' in sys.modules") is False

    assert told == ["sandbox: pyarrow cannot be kept imported"]


def test_a_module_that_is_not_there_is_not_missed() -> None:
    with opened("standard", preload=["no_such_module"]) as made:
        assert run(made, "def f(): return 1") == 1


# -- granted paths -----------------------------------------------------------------------------

READ = "def f(path):\n    with open(path) as file: return file.read()"
WRITE = "def f(path):\n    with open(path, 'a') as file: file.write('x')"


def test_a_granted_file_can_be_read_and_no_other(confined: Server, tmp_path: Path) -> None:
    granted, other = tmp_path / "granted", tmp_path / "other"
    granted.write_text("yes")
    other.write_text("no")

    assert run(confined, READ, str(granted), reads=(str(granted),)) == "yes"
    for reads in ((), (str(granted),)):
        with pytest.raises(Raised) as caught:
            run(confined, READ, str(other), reads=reads)
        assert caught.value.kind in ("PermissionError", "FileNotFoundError")


def test_a_granted_directory_can_be_read_but_not_written(confined: Server, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    note = tmp_path / "below" / "note"
    note.write_text("yes")

    assert run(confined, READ, str(note), reads=(str(tmp_path),)) == "yes"
    with pytest.raises(Raised) as caught:
        run(confined, WRITE, str(note), reads=(str(tmp_path),))
    assert caught.value.kind in ("PermissionError", "OSError")
    assert note.read_text() == "yes"


@pytest.mark.parametrize("path", ["relative", "/nowhere/at/all"])
def test_a_path_that_is_not_there_is_refused(confined: Server, path: str) -> None:
    with pytest.raises(SandboxRefused, match="which is not there"):
        run(confined, "def f(): return 1", reads=(path,))


def test_packages_of_a_job_can_be_imported(confined: Server, tmp_path: Path) -> None:
    package = tmp_path / "extra_package"
    package.mkdir()
    (package / "__init__.py").write_text("VALUE = 42\n")
    code = "import extra_package\ndef f(): return extra_package.VALUE"

    assert run(confined, code, packages=str(tmp_path)) == 42
    with pytest.raises(Raised, match="extra_package"):
        run(confined, code)


def test_many_grants_of_paths_keep_few_fork_servers(tmp_path: Path) -> None:
    with opened("strong") as made:
        for n in range(4):
            path = tmp_path / str(n)
            path.write_text(str(n))
            assert run(made, READ, str(path), reads=(str(path),)) == str(n)

        assert len(made._further) == 2


def test_a_job_is_told_of_in_the_thread_that_runs_it(confined: Server) -> None:
    import threading

    seen: set[int] = set()

    class Where(Notes):
        def printed(self, run: int, text: str) -> None:
            seen.add(threading.get_ident())

    confined.run(job("def f(): print(1)"), Where())

    assert seen == {threading.get_ident()}
