"""A receiver of webhooks and messages that keeps what it gets and answers as it is told."""

import http.server
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs


@dataclass
class Received:
    """One request: its header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), strict_parsing=True).items()}


class Receiver:
    """Listens on the loopback; `answers` maps paths to (status, headers, body), or to a function."""

    def __init__(self):
        self.received: list[Received] = []
        self.answers = {}
        self.ended = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Received(self.command, self.path, headers, body)
                outer.received.append(request)
                answer = outer.answers.get(self.path, (204, {}, b""))
                if callable(answer):
                    answer = answer(request)
                if answer is None:
                    # Hangs until the test ends.
                    outer.ended.wait(60)
                    self.close_connection = True
                    return
                if isinstance(answer, bytes):
                    self.wfile.write(answer)
                    self.close_connection = True
                    return
                status, fields, said = answer
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_POST = do_GET = do_PUT = handle_any

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, address):
                """Senders may cut connections."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path: str) -> list[Received]:
        """What came to one path so far."""
        return [request for request in list(self.received) if request.path == path]

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
