"""PostgreSQL servers that tests start and break, and processes of Weft on them."""

import subprocess
import uuid

import pytest
from conftest import ROOT, start

SCRIPT = str(ROOT / "scripts/postgres")


class Server:
    """A PostgreSQL server of the test's own."""

    def __init__(self):
        # Short: a socket's path has room for 107 bytes.
        self.folder = f"/tmp/wpg-{uuid.uuid4().hex[:8]}"
        self.url = f"host={self.folder} user=weft dbname=postgres"
        self.control("start")

    def control(self, action: str, *mode: str) -> None:
        # No pipes: the server would keep them open.
        subprocess.run(
            [SCRIPT, action, self.folder, *mode], check=True, stdin=subprocess.DEVNULL, timeout=90
        )

    def rows(self, sql: str) -> list[list[str]]:
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", self.url,
             "-c", sql],
            check=True, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        return [line.split("\x1f") for line in done.stdout.splitlines()]


@pytest.fixture
def server(weft_binary, monkeypatch):
    server = Server()
    monkeypatch.setenv("WEFT_STORE_URL", server.url)
    yield server
    server.control("remove")


@pytest.fixture
def serve(server, weft_binary, tmp_path):
    """Starts processes on the server's database, all on one folder of objects and keys."""
    running = []

    def start_process():
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_process
    for weft in running:
        weft.stop()
