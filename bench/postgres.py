"""A PostgreSQL server of a benchmark's own, on a Unix socket, with its defaults: every commit is synced."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")


class Postgres:
    """A server in a folder below `parent`, from entering to leaving.

        with Postgres(folder) as postgres:
            url = postgres.database()
    """

    def __init__(self, parent):
        self.parent = Path(parent)
        self.count = 0

    def __enter__(self):
        self.folder = self.parent / "postgres"
        self.folder.mkdir()
        # A socket's path has at most 107 bytes.
        self.socket = tempfile.mkdtemp(prefix="weft-pg-", dir="/tmp")
        if os.getuid() == 0:
            for path in (self.folder, self.socket):
                shutil.chown(path, "postgres", "postgres")
            for path in self.folder.parents:
                if not path.stat().st_mode & 0o001:
                    path.chmod(path.stat().st_mode | 0o011)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "weft", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-k {self.socket} -h '' -c max_connections=200"
        self._run("pg_ctl", "-D", data, "-o", options, "-l", self.folder / "log", "-w", "start")
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.socket, ignore_errors=True)

    def database(self) -> str:
        """The address of a new, empty database."""
        self.count += 1
        name = f"bench{self.count}"
        self._run("createdb", "-h", self.socket, "-U", "weft", name)
        return f"postgresql://weft@/{name}?host={self.socket}"

    def _run(self, program, *words):
        command = [BIN / program, *words]
        if os.getuid() == 0:
            switch = "setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all"
            command = [*switch.split(), *command]
        subprocess.run(
            [str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd="/"
        )
