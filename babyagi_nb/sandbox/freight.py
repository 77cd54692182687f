"""What goes into a sandbox: a job as a frame, its arguments as pickles behind it.

Pickles travel inwards only. An argument that cannot be pickled is named, rather than left to an
error from the depths of the pickling.
"""

from __future__ import annotations

import pickle
from typing import Any

from babyagi_nb.core.isolation import Job
from babyagi_nb.errors import SandboxRefused
from babyagi_nb.sandbox.inside.wire import pack

__all__ = ["packed_job", "packed_value"]


def packed_job(job: Job, *, steps: bool) -> bytes:
    """Return the frame of *job*; raises :class:`~babyagi_nb.errors.SandboxRefused`."""
    arguments: list[list[int | str]] = []
    pickles: list[bytes] = []
    given: list[tuple[int | str, Any]] = [*enumerate(job.args), *job.kwargs.items()]
    for name, value in given:
        label = f"argument {name!r}" if isinstance(name, str) else f"argument {name + 1}"
        pickles.append(packed_value(value, f"{label} of {job.entry!r}"))
        arguments.append([name, len(pickles[-1])])
    body = {
        "t": "job",
        "entry": job.entry,
        "members": [
            [
                each.name, each.version, each.code, list(each.imports), list(each.dependencies),
                list(each.keys), each.is_async, each.is_generator,
            ]
            for each in job.members
        ],
        "keys": dict(job.keys),
        "calls": list(job.calls),
        "tests": list(job.tests),
        "packages": job.packages,
        "result": job.limits.result,
        "steps": steps,
        "arguments": arguments,
    }  # fmt: skip
    return pack(body, b"".join(pickles))


def packed_value(value: Any, label: str) -> bytes:
    """Pickle *value*; raises :class:`~babyagi_nb.errors.SandboxRefused` that names *label*."""
    try:
        return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise SandboxRefused(
            f"{label} cannot travel into the sandbox ({type(error).__name__}: {error})",
            fix="give it plain data, or approve the function to run in the kernel",
        ) from error
