"""A running `weft serve --demo` and a small client, for benchmarks that need a server."""

import json
import os
import select
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import lib


# Budgets are for one client's use, and here one client is everybody: so large that they are never met,
# but kept, as they are part of what a request costs.
LIMITS = {
    "WEFT_LIMITS_PLANS": "standard=1000000/1000000",
    "WEFT_LIMITS_ANONYMOUS": "1000000/1000000",
    "WEFT_LIMITS_FAILING": "1000000/1000000",
    "WEFT_SERVER_CONNECTIONS_PER_ADDRESS": "100000",
}


class Weft:
    """A server on a data folder, from exec to SIGTERM; `startSeconds` is from exec to ready line."""

    def __init__(self, data, environment=None, binary=None):
        data = Path(data)
        self.command = [str(binary or lib.WEFT), "serve", "--demo", "--port", "0"]
        self.command += ["--data", str(data), "--ready-json"]
        self.environment = {**os.environ, **LIMITS, **(environment or {})}
        self.log = data.parent / f"{data.name}.log"

    def __enter__(self):
        with self.log.open("ab") as errors:
            started = time.perf_counter()
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        readable, _, _ = select.select([self.process.stdout], [], [], 30)
        line = self.process.stdout.readline() if readable else b""
        self.startSeconds = time.perf_counter() - started
        if not line:
            self.__exit__()
            raise RuntimeError(f"weft did not come up: {self.log.read_text()[-2000:]}")
        # Until here only, and exact to the microsecond; /proc counts in ticks of 10 ms.
        self.startCPUSeconds = self.cpu()
        ready = json.loads(line)
        self.email, self.password = ready["email"], ready["password"]
        self.host, self.port = urlsplit(ready["url"]).hostname, urlsplit(ready["url"]).port
        self.url = ready["url"]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()

    def cpu(self) -> float:
        """CPU seconds that the server has used so far."""
        # Linux's clock of another process: (~pid << 3) | CPUCLOCK_SCHED.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def residentMiB(self) -> float:
        """What of the server is in memory, shared pages included."""
        return lib.usage(self.process.pid).residentMiB

    def sign_in(self) -> "Client":
        """A connection with the demonstration's administrator signed in."""
        client = Client(self.host, self.port)
        body = {"email": self.email, "password": self.password}
        client.token = client.call("POST", "/auth/token", body)["accessToken"]
        return client

    def settle(self, client):
        """Waits until no order is being worked on: the demonstration brings some of its own."""
        deadline = time.monotonic() + 60
        while True:
            counts = client.call("GET", "/api/orders?limit=1")["counts"]
            if counts["received"] + counts["analysed"] == 0:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"orders are still being worked on: {counts}")
            time.sleep(0.1)


class Client:
    """One keep-alive connection that speaks JSON; cheap, since it shares the machine's cores."""

    def __init__(self, host, port, token=None):
        self.host, self.port, self.token = host, port, token
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def another(self) -> "Client":
        """One more connection with the same authority."""
        return Client(self.host, self.port, self.token)

    def call(self, method, path, body=None):
        """The answer's JSON; raises on any status but 2xx."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if self.token:
            head.append(f"Authorization: Bearer {self.token}")
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
            head.append(f"Idempotency-Key: {uuid.uuid4()}")
        self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + content)
        status = int(self.file.readline().split()[1])
        length = 0
        while (line := self.file.readline().strip()):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        content = self.file.read(length)
        if not 200 <= status < 300:
            raise RuntimeError(f"{method} {path}: {status} {content.decode(errors='replace')}")
        return json.loads(content) if content else None


def quantile(values, share):
    """The nearest rank."""
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked) - 1, -int(-share * len(ranked) // 1) - 1))]
