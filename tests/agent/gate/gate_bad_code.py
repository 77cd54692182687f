"""Candidates whose code must not pass: broken, reaching too far, or wrong."""

from __future__ import annotations

from gate_corpus import Bad, bad

_TESTS = """
# tests
assert total([1, 2]) == 3
assert total([]) == 0
assert total([-1, 5, 10]) == 14
assert total([2.5, 2]) == 4.5
assert total([7]) == 7
!TypeError total(5)
"""
DEF = "def total(numbers):\n"


def wrong(rules: str, code: str) -> Bad:
    return bad(rules, "total", code.strip("\n") + "\n" + _TESTS)


def _body(rules: str, *lines: str, before: str = "") -> Bad:
    """A function with these lines, which would be right without them."""
    text = "".join(f"    {each}\n" for each in lines)
    return wrong(rules, f"{before}{DEF}{text}    return sum(numbers)\n")


BROKEN = (
    wrong("syntax", "def total(numbers)\n    return sum(numbers)"),
    wrong("syntax", "def total(numbers):\nreturn sum(numbers)"),
    wrong("syntax", "def total(numbers):\n    return sum(numbers"),
    wrong("syntax", "def total(numbers):\n    return (yield from await numbers)\nreturn 1"),
    wrong("syntax", "Here is the function:\n\ndef total(numbers):\n    return sum(numbers)"),
    wrong("syntax", "```python\ndef total(numbers):\n    return sum(numbers)\n```"),
    wrong("syntax|unicode", "def total(numbers):\n    return sum(numbers)\x00"),
    wrong("size", ""),
    wrong("name-wrong", "# to be done"),
    wrong("size", f"{DEF}    x = 0\n" + "    x = 1\n" * 5_000 + "    return sum(numbers)"),
    wrong("size", f"{DEF}    text = '{'x' * 30_000}'\n    return sum(numbers)"),
    wrong("size|syntax", f"{DEF}    return {'+'.join(['1'] * 6_000)}"),
    wrong("size|syntax", f"{DEF}    return {'-' * 3_000}1"),
    wrong("size|syntax", f"{DEF}    return {'numbers' + '.x' * 3_000}"),
    wrong("syntax", f"{DEF}    return {'(' * 500}1{')' * 500}"),
    wrong("name-wrong", "def sum_up(numbers):\n    return sum(numbers)"),
    wrong("name-wrong", "class total:\n    def __call__(self, numbers):\n        return 0"),
    wrong("name-wrong", "total = lambda numbers: sum(numbers)"),
    wrong("name-twice", f"{DEF}    return 0\n\n{DEF}    return sum(numbers)"),
    wrong("function-extra", f"def helper(x):\n    return x\n\n{DEF}    return sum(numbers)"),
    wrong("top-level", f"{DEF}    return sum(numbers)\n\nprint(total([1, 2]))"),
    wrong("top-level", f"{DEF}    return sum(numbers)\n\nfor n in range(3):\n    total([n])"),
    wrong(
        "top-level", f"{DEF}    return sum(numbers)\n\nif __name__ == '__main__':\n    total([])"
    ),
    wrong("top-level", f"DATA = open('/etc/passwd').read()\n\n{DEF}    return sum(numbers)"),
    wrong("top-level", f"with open('x') as f:\n    pass\n\n{DEF}    return sum(numbers)"),
    wrong(
        "top-level", f"try:\n    import numpy\nexcept ImportError:\n    pass\n\n{DEF}    return 1"
    ),
    wrong("top-level", f"class A:\n    print('hello')\n\n{DEF}    return sum(numbers)"),
    wrong("decorator", f"import app\n\n@app.route('/')\n{DEF}    return sum(numbers)"),
    wrong("empty", f"{DEF}    pass"),
    wrong("empty", f"{DEF}    '''Add them up.'''\n    ..."),
    wrong("empty", f"{DEF}    raise NotImplementedError('later')"),
    bad(
        "parameters",
        "total",
        "# planned: numbers\ndef total(values):\n    return sum(values)" + _TESTS,
    ),
    bad(
        "parameters",
        "total",
        "# planned: numbers\ndef total(numbers, start):\n    return 1" + _TESTS,
    ),
    bad(
        "parameters|tests-failed",
        "total",
        "# planned: numbers\ndef total(*numbers):\n    return 1" + _TESTS,
    ),
)

DISGUISED = (
    _body("unicode", "# harmless \u202e gnihtemos"),
    _body("unicode", "x = 'a\u200bb'"),
    _body("unicode", "numb\u0435rs = [1]"),
    _body("unicode", "\uff50rint(1)"),
    _body("unicode", "x = 1 \u2066 # y"),
    _body("unicode", "x\u3164 = 1"),
)

NAMES = (
    _body("name-undefined", "numbers = clean_up(numbers)"),
    _body("name-undefined", "numbers = np.array(numbers)"),
    _body("name-undefined", "log.info(numbers)"),
    _body("dependency-undeclared", "average(numbers)"),
    bad(
        "dependency-unknown",
        "total",
        "# uses: fancy_sum\ndef total(numbers):\n    return fancy_sum(numbers)" + _TESTS,
    ),
    bad(
        "dependency-circle",
        "total",
        "# uses: total\ndef total(numbers):\n    return total(numbers)" + _TESTS,
    ),
    bad(
        "name-dependency|function-extra",
        "total",
        "# uses: average\ndef average(n):\n    return 1\n\ndef total(numbers):\n    return 1"
        + _TESTS,
    ),
    bad(
        "name-dependency",
        "total",
        "# uses: average\naverage = sum\n\ndef total(numbers):\n    return average(numbers)"
        + _TESTS,
    ),
    bad(
        "name-builtin", "total", "abs = 3\n\ndef total(numbers):\n    return sum(numbers)" + _TESTS
    ),
    bad(
        "name-builtin",
        "total",
        "class ValueError(Exception):\n    pass\n\ndef total(numbers):\n    return sum(numbers)"
        + _TESTS,
    ),
    bad(
        "name-taken",
        "average",
        "def average(numbers):\n    return sum(numbers)" + _TESTS.replace("total", "average"),
    ),
    bad("name-taken", "sum", "def sum(numbers):\n    return 0" + _TESTS.replace("total", "sum")),
    bad(
        "name-taken",
        "babyagi",
        "def babyagi(numbers):\n    return sum(numbers)" + _TESTS.replace("total", "babyagi"),
    ),
    bad(
        "name-taken",
        "build",
        "def build(numbers):\n    return sum(numbers)" + _TESTS.replace("total", "build"),
    ),
    bad(
        "duplicate",
        "mean_of",
        "def mean_of(values):\n"
        "    # The same under another name.\n"
        "    if not values:\n"
        "        raise ValueError('no numbers')\n"
        "    return sum(values) / len(values)\n"
        "\n"
        "# tests\n"
        "assert mean_of([1, 3]) == 2\n"
        "assert mean_of([4]) == 4\n"
        "assert mean_of([0, 1]) == 0.5\n"
        "!ValueError mean_of([])",
    ),
)

REACHING = (
    _body("call-banned", "exec('x = 1')"),
    _body("call-banned", "eval('1 + 1')"),
    _body("call-banned", "compile('1', 'x', 'eval')"),
    _body("call-banned", "__import__('os').system('id')"),
    _body("call-banned", "globals()['total'] = None"),
    _body("call-banned", "__builtins__['eval']('1')"),
    _body("call-banned", "input('who?')"),
    _body("call-banned", "breakpoint()"),
    _body("call-banned", "import os", "os.system('id')"),
    _body("call-banned", "from os import popen", "popen('id')"),
    _body("call-banned", "import os as o", "o.execv('/bin/sh', ['sh'])"),
    _body("call-banned", "import os", "os.fork()"),
    _body("call-banned", "import os", "os._exit(0)"),
    _body("call-banned", "import os", "os.write(3, b'{}')"),
    _body("call-banned", "open(3, 'wb').write(b'{}')"),
    _body("call-banned", "from io import FileIO", "FileIO(3, 'w')"),
    _body("call-banned", "import sys", "sys.modules.clear()"),
    _body("attribute-banned", "import sys", "sys._getframe(1).f_locals"),
    _body("attribute-banned", "import sys", "sys.settrace(None)"),
    _body("call-banned", "import sys", "sys.exit(0)"),
    _body("call-banned", "import sys", "sys.exc_info()[2]"),
    _body("import-banned", "import os.path as p", "p.os.system('id')"),
    _body("import-banned", "from os import path", "path.os.system('id')"),
    _body("module-value", "import os", "other = os", "other.system('id')"),
    _body("module-value", "import os", "getattr(os, 'sys' + 'tem')('id')"),
    _body("import-banned", "import subprocess"),
    _body("import-banned", "from ctypes import CDLL"),
    _body("import-banned", "import socket"),
    _body("import-banned", "import pickle", "pickle.loads(b'')"),
    _body("import-banned", "import inspect", "inspect.stack()"),
    _body("import-banned", "import gc", "gc.get_objects()"),
    _body("import-banned", "import importlib", "importlib.import_module('os')"),
    _body("import-banned", "import builtins", "builtins.sum = max"),
    _body("import-banned", "import signal", "signal.setitimer(0, 0)"),
    _body("import-banned", "import multiprocessing"),
    _body("import-banned", "import atexit"),
    _body("import-banned", "from unittest.mock import patch"),
    _body("import-banned", "from unittest import mock", "return mock.ANY"),
    _body("import-banned", "import dataclasses", "dataclasses.inspect.stack()"),
    _body("attribute-banned", "import collections", "collections._sys.modules"),
    _body("import-banned", "import logging", "logging.sys.modules"),
    _body("attribute-banned", "import random", "random._os.getpid()"),
    _body("import-host", "import babyagi_nb"),
    _body("import-host", "from babyagi import register_function"),
    _body("import-undeclared", "import requests"),
    _body("import-undeclared", "import pandas as pd", before="import pandas\n"),
    bad(
        "import-missing",
        "total",
        "# imports: quicksum9\n"
        "def total(numbers):\n"
        "    import quicksum9\n"
        "    return quicksum9.add(numbers)" + _TESTS,
    ),
    _body("import-unknown", "from . import other"),
    wrong("import-star", f"from math import *\n\n{DEF}    return fsum(numbers)"),
    _body("attribute-banned", "().__class__.__base__.__subclasses__()"),
    _body("attribute-banned", "total.__globals__.clear()"),
    _body("attribute-banned", "print.__self__.eval('1')"),
    _body("attribute-banned", "getattr(total, '__globals__')"),
    _body("attribute-banned", "getattr(total, '__glo' + 'bals__')"),
    _body("attribute-banned", "'{0.__globals__}'.format(total)"),
    _body("attribute-banned", "(x for x in ()).gi_frame.f_back"),
    _body(
        "attribute-banned",
        "try:",
        "    1 / 0",
        "except ZeroDivisionError as e:",
        "    e.__traceback__.tb_frame",
    ),
    _body(
        "attribute-banned", "match print:", "    case object(__self__=b):", "        b.eval('1')"
    ),
    _body("call-banned", "from operator import attrgetter", "attrgetter('__glo'.upper())(total)"),
    _body("module-changed", "import math", "math.sqrt = abs"),
    _body("module-changed|module-value", "import json", "setattr(json, 'loads', print)"),
    _body("module-changed", "import os", "os.environ['PATH'] = ''"),
    _body("catches-all", "try:", "    numbers = list(numbers)", "except:", "    pass"),
    _body(
        "catches-all",
        "while True:",
        "    try:",
        "        total(numbers)",
        "    except BaseException:",
        "        pass",
    ),
    _body("attribute-banned", "type(total).__dict__['__glo%s__' % 'bals'].__get__(total)"),
    _body("attribute-banned", "class M:", "    __match_args__ = ('tb_frame',)"),
    _body(
        "attribute-banned",
        "class M(type):",
        "    def __instancecheck__(cls, other):",
        "        return 1",
    ),
    _body("attribute-banned", "import typing", "typing.get_type_hints(total)"),
    _body("attribute-banned", "import string", "string.Formatter().get_field('x', [], {})"),
    _body("attribute-banned", "import asyncio", "asyncio.current_task().get_stack()"),
    _body("import-banned", "import timeit", "timeit.timeit('1')"),
    _body("path-banned", "open('/proc/self/mem', 'rb')"),
    _body("call-banned", "import os", "os.pwrite(3, b'x', 0)"),
    _body("global-written", "global _seen", "_seen = 1", before="_seen = 0\n"),
)

WRONG = (
    wrong("tests-failed", f"{DEF}    return None"),
    wrong("tests-failed", f"{DEF}    return sum(numbers[1:])"),
    wrong("tests-failed", f"{DEF}    return str(sum(numbers))"),
    wrong("tests-failed", f"{DEF}    print(sum(numbers))"),
    wrong("tests-failed", f"{DEF}    return max(numbers)"),
    wrong("tests-failed", "async def total(numbers):\n    return sum(numbers)"),
    wrong("tests-failed", f"{DEF}    yield sum(numbers)"),
    wrong("tests-failed", f"{DEF}    return total(numbers)"),
    wrong("tests-failed", f"{DEF}    raise SystemExit(0)"),
    wrong("tests-failed", f"{DEF}    raise KeyboardInterrupt"),
    wrong("tests-failed", f"{DEF}    raise StopIteration"),
    wrong("tests-failed", f"{DEF}    return [0] * 10**10"),
    wrong(
        "tests-failed|timeout",
        f"{DEF}    kept = []\n    while True:\n        kept.append(' ' * 10**7)",
    ),
    wrong("tests-failed", f"{DEF}    open('/etc/shadow').read()\n    return sum(numbers)"),
    wrong(
        "tests-failed",
        f"{DEF}    import urllib.request\n"
        f"    urllib.request.urlopen('http://127.0.0.1:9/')\n"
        f"    return sum(numbers)",
    ),
    wrong(
        "hidden-failed",
        f"{DEF}    if numbers == 5:\n"
        f"        raise TypeError\n"
        f"    return {{(1, 2): 3, (-1, 5, 10): 14, (7,): 7}}.get(tuple(numbers))",
    ),
    wrong(
        "hidden-failed",
        f"{DEF}    if numbers == [1, 2]:\n"
        f"        return 3\n"
        f"    if numbers == [-1, 5, 10]:\n"
        f"        return 14\n"
        f"    return 7",
    ),
    wrong(
        "hidden-failed",
        f"{DEF}    made = 0\n    for n in numbers:\n        made += int(n)\n    return made or 1",
    ),
    wrong("timeout", f"{DEF}    while True:\n        pass"),
    wrong("timeout", f"{DEF}    import time\n    time.sleep(60)\n    return sum(numbers)"),
    wrong(
        "timeout",
        f"{DEF}    while True:\n"
        f"        try:\n"
        f"            total(numbers)\n"
        f"        except Exception:\n"
        f"            pass",
    ),
    wrong("timeout", f"{DEF}    return sum(range(10**12))"),
    wrong(
        "flaky",
        f"{DEF}    from pathlib import Path\n"
        f"    seen = Path('seen')\n"
        f"    if seen.exists():\n"
        f"        return 0\n"
        f"    if numbers == [7]:\n"
        f"        open(seen, 'w').close()\n"
        f"    return sum(numbers)",
    ),
    wrong(
        "flaky|tests-failed|hidden-failed",
        f"{DEF}    import random\n    return sum(numbers) + random.choice([0, 1])",
    ),
    wrong(
        "flaky|tests-failed|hidden-failed",
        f"{DEF}    import time\n    return sum(numbers) + time.perf_counter_ns() % 2",
    ),
)

BAD: tuple[Bad, ...] = (*BROKEN, *DISGUISED, *NAMES, *REACHING, *WRONG)
