"""What a call, a registration and a question cost, against a floor and against peers.

``python -m benchmarks`` (``make bench``) runs every suite, prints one table and writes it into
``docs/benchmarks.md``. A suite is a module ``bench_*`` with ``measure(size) -> list[Row]``; each
runs in a process of its own, so that none slows down the next. Figures that compare are ratios
taken within one run: the candidates take turns in many short batches, so that a noisy machine is
equally unkind to all of them.
"""
