"""The established way: an OpenTelemetry span for each call, exported to a file in batches.

One JSON line a span, one ``write`` a batch. The line is the SDK's own encoding (``own_line``), as
a file exporter would normally use it, or the bare members by ``orjson`` (``quick_line``), which
nobody ships, to show how much of the time is the encoding. Unlike our records, spans are lost when
the process is killed before the batch was exported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

__all__ = ["Spans", "own_line", "quick_line"]


class Spans:
    """A tracer whose spans end up in the file at *path*. Raises ``ImportError`` without the SDK."""

    def __init__(self, path: Path, line: Callable[[Any], bytes]) -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._line = line
        self.exported = 0
        # A queue this long loses no span of a batch; the SDK's own length drops them silently.
        self._processor = BatchSpanProcessor(_exporter(self), max_queue_size=1 << 20)
        self._provider = TracerProvider(shutdown_on_exit=False)
        self._provider.add_span_processor(self._processor)
        self._tracer = self._provider.get_tracer("benchmarks")

    def trace(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap *function*; each call is one span with its argument and output."""
        start, name = self._tracer.start_as_current_span, function.__name__

        def traced(x: Any) -> Any:
            with start(name) as span:
                span.set_attribute("version", 1)
                span.set_attribute("params.x", x)
                output = function(x)
                span.set_attribute("output", output)
                return output

        return traced

    def flush(self) -> None:
        self._processor.force_flush()

    def write(self, spans: Sequence[Any]) -> None:
        os.write(self._file, b"".join(map(self._line, spans)))
        self.exported += len(spans)

    def close(self) -> None:
        self._provider.shutdown()
        os.close(self._file)


def own_line(span: Any) -> bytes:
    """The span as the SDK itself writes it."""
    text: str = span.to_json(indent=None)
    return text.encode() + b"\n"


def quick_line(span: Any) -> bytes:
    """What is needed of the span, as fast as Python can encode it."""
    record = {
        "trace": span.context.trace_id.to_bytes(16).hex(),
        "id": span.context.span_id.to_bytes(8).hex(),
        "parent": span.parent.span_id.to_bytes(8).hex() if span.parent else None,
        "name": span.name,
        "started": span.start_time,
        "ended": span.end_time,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes),
    }
    return orjson.dumps(record, None, orjson.OPT_APPEND_NEWLINE)


def _exporter(spans: Spans) -> Any:
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class FileExporter(SpanExporter):
        def export(self, batch: Sequence[Any]) -> SpanExportResult:
            spans.write(batch)
            return SpanExportResult.SUCCESS

    return FileExporter()
