"""Operational logs: structlog, one JSON object a line on standard error (or readable text on a terminal).

What happened, never what was said: no prompt text, no matched value, no exception text of the pipeline.
"""

import logging
import sys

import structlog

_ALLOWED = frozenset({"event", "level", "logger", "timestamp", "pid"})


def _only_known(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ARG001
    """Drop keys that nobody listed and every traceback: both may hold text of a prompt."""
    return {key: value for key, value in event.items() if key in _ALLOWED}


def configure(level: str) -> None:
    """Send standard logging through structlog. Libraries are heard from WARNING up."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if sys.stderr.isatty():
        render = structlog.dev.ConsoleRenderer(colors=True)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _only_known, render],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_no_traceback)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hushgate").setLevel(level.upper())


def _no_traceback(record: logging.LogRecord) -> bool:
    if record.exc_info:
        kind = record.exc_info[0]
        record.msg = f"{record.msg} ({kind.__name__ if kind else 'error'})" if not record.args else record.msg
        record.exc_info = None
        record.exc_text = None
    return True
