"""A collector for OTLP over HTTP that reads what arrives with the published definitions."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


class Collector:
    """Answers the given statuses first, then 200; keeps what it took."""

    def __init__(self, *refusals: int):
        self.refusals = list(refusals)
        self.headers: list[dict] = []
        self.taken: dict[str, list] = {path: [] for path in REQUESTS}
        self.lock = threading.Lock()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with collector.lock:
                    collector.headers.append(dict(self.headers))
                    status = collector.refusals.pop(0) if collector.refusals else 200
                    if status == 200:
                        # Raises on what is not of the published form.
                        request = REQUESTS[self.path].FromString(body)
                        collector.taken[self.path].append(request)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> dict[str, object]:
        """Every span that arrived, by id."""
        with self.lock:
            return {
                span.span_id.hex(): span
                for request in self.taken["/v1/traces"]
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            }

    def lines(self) -> list:
        with self.lock:
            return [
                line
                for request in self.taken["/v1/logs"]
                for resource in request.resource_logs
                for scope in resource.scope_logs
                for line in scope.log_records
            ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
