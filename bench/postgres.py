"""A PostgreSQL server of a benchmark's own, on a Unix socket, whose commits are synced."""

import subprocess
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "scripts/postgres"


class Postgres:
    """A server of its own, from entering to leaving; its folder lies in /tmp, as a socket's path is short.

        with Postgres() as postgres:
            url = postgres.database()
    """

    def __enter__(self):
        self.count = 0
        self.folder = tempfile.mkdtemp(prefix="wpg-", dir="/tmp")
        Path(self.folder).rmdir()
        settings = ("max_connections=200", "fsync=on", "full_page_writes=on")
        self._run("start", self.folder, *settings)
        return self

    def __exit__(self, *_):
        self._run("remove", self.folder)

    def database(self) -> str:
        """The address of a new, empty database."""
        self.count += 1
        name = f"bench{self.count}"
        command = ["createdb", "-h", self.folder, "-U", "weft", name]
        subprocess.run(command, check=True)
        return f"postgresql://weft@/{name}?host={self.folder}"

    def _run(self, *words):
        subprocess.run([SCRIPT, *words], check=True, stdout=subprocess.DEVNULL)
