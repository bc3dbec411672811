"""Audit records in, log records of an OpenTelemetry collector out: OTLP over HTTP, by the OpenTelemetry SDK (an extra).

The body is the record as JSON; attributes have the names of the semantic conventions where there is one. What is found
is named, never shown: records hold nothing else.

Sources: OpenTelemetry logs data model; opentelemetry.io/docs/specs/otlp; semantic conventions for events and GenAI.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import orjson
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from proxy.audit.flat import flat

_LEVELS = (SeverityNumber.INFO, SeverityNumber.INFO2, SeverityNumber.WARN, SeverityNumber.ERROR, SeverityNumber.FATAL)


class Collector:
    """One collector. `url` is its base (`http://collector:4318`) or the whole address for logs."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        base = url.rstrip("/")
        endpoint = base if base.endswith("/v1/logs") else f"{base}/v1/logs"
        self._exporter = OTLPLogExporter(endpoint=endpoint, timeout=timeout, compression=Compression.Gzip)
        self._scope = InstrumentationScope("hushgate.audit", version("hushgate"))

    def send(self, records: Sequence[dict[str, Any]]) -> bool:
        """Send records; tell whether the collector took them all. Raises nothing."""
        result = self._exporter.export([self._readable(record) for record in records])
        return bool(result is LogRecordExportResult.SUCCESS)

    def close(self) -> None:
        """Let go of connections."""
        self._exporter.shutdown()

    def _readable(self, record: dict[str, Any]) -> ReadableLogRecord:
        plain = flat(record)
        attributes: dict[str, Any] = {
            "log.record.uid": f"{plain.node}/{record.get('slot')}/{record.get('boot')}/{plain.seq}",
            "hushgate.event": plain.id,
            "hushgate.action": plain.action,
            "hushgate.service": plain.service,
            "hushgate.rules": plain.rules,
            "hushgate.entities": plain.entities,
            "hushgate.unknown": plain.unknown,
            "hushgate.data_class": plain.data_class,
            "user.name": plain.user,
            "client.address": plain.ip,
            "server.address": plain.host,
            "http.request.method": plain.method,
            "url.path": plain.path,
            "gen_ai.request.model": plain.model,
        }
        return ReadableLogRecord(
            log_record=LogRecord(
                timestamp=int(datetime.fromisoformat(plain.ts).timestamp() * 1_000_000) * 1_000,
                severity_number=_LEVELS[plain.level],
                severity_text=plain.severity or None,
                body=orjson.dumps(record).decode(),
                attributes={name: value for name, value in attributes.items() if value},
                event_name=f"hushgate.{plain.type}",
            ),
            resource=Resource.create({"service.name": "hushgate", "service.instance.id": plain.node}),
            instrumentation_scope=self._scope,
        )
