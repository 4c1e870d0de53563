"""Log lines as JSON, with secrets masked and never a local variable."""

from __future__ import annotations

import json
import logging
from typing import Any

import structlog

_SENSITIVE = ("password", "token", "secret", "authorization", "api_key", "apikey", "cookie")
MASK = "***"


def mask(value: Any) -> Any:
    """A copy of JSON-like data in which whatever is called like a secret is masked, at any depth."""
    if isinstance(value, dict):
        return {k: MASK if _is_sensitive(k) and v else mask(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [mask(v) for v in value]
    return value


def _is_sensitive(key: object) -> bool:
    text = str(key).lower().replace("-", "_")
    return any(word in text for word in _SENSITIVE)


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record, whoever wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if isinstance(record.msg, dict):
            line |= mask(record.msg)
        else:
            line["event"] = record.getMessage()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
