"""A running Weft for end-to-end tests.

Either an installation named by WEFT_URL, WEFT_EMAIL and WEFT_PASSWORD, or one started here from the
binary at WEFT_BIN on a data directory of its own.
"""

import json
import os
import select
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from contract import contract

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 20
STOP_WITHIN_SECONDS = 15


def pytest_collection_modifyitems(items):
    """Skips tests that carry a tag which WEFT_TESTS does not switch on."""
    on = {tag for tag in os.environ.get("WEFT_TESTS", "").split(",") if tag}
    for item in items:
        if item.get_closest_marker("long") and "long" not in on:
            item.add_marker(pytest.mark.skip(reason="runs with WEFT_TESTS=long"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Gives one worker the console's tests, since a browser keeps the machine busy.

    The files of the others, which wait most of the time, are shared out.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneBrowser(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = Path(nodeid.split("::")[0]).stem
            return "console" if file.startswith("test_console") else file

    return OneBrowser(config, log)


@dataclass
class Weft:
    """A server: where it is, who may sign in, and its process if it was started here."""

    url: str
    email: str
    password: str
    data: Path | None = None
    process: subprocess.Popen | None = None
    log: Path | None = None
    arguments: list[str] = field(default_factory=list)

    def kill(self) -> None:
        """Ends the process at once, as a power cut would."""
        assert self.process is not None, "only a server started here can be killed"
        self.process.kill()
        self.process.wait()

    def stop(self) -> int | None:
        """Asks the process to end, and gives its exit status."""
        # Another server may get the port.
        contract.cache_clear()
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.terminate()
        try:
            return self.process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {STOP_WITHIN_SECONDS} s: {self.log}")


def start(binary: str, data: Path, port: int = 0, arguments: list[str] | None = None) -> Weft:
    """Starts `weft serve --demo` on `data` and waits for its ready line."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.parent / f"{data.name}.log"
    extra = arguments or []
    command = [binary, "serve", "--demo", "--port", str(port), "--data", str(data)]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [*command, "--ready-json", *extra],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            # The demonstration's orders are packed in no time, unless a test wants otherwise; an
            # answer that its schema does not allow is an error of the server.
            env={"WEFT_PACKING_SECONDS": "0.05", **os.environ, "WEFT_DEBUG_OUTPUTS": "true"},
        )
    line = _ready_line(process, log)
    ready = json.loads(line)
    return Weft(
        url=ready["url"].rstrip("/"),
        email=ready["email"],
        password=ready["password"],
        data=data,
        process=process,
        log=log,
        arguments=extra,
    )


def _ready_line(process: subprocess.Popen, log: Path) -> bytes:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        readable, _, _ = select.select([process.stdout], [], [], max(0, left))
        part = os.read(process.stdout.fileno(), 4096) if readable else b""
        if not part:
            process.kill()
            process.wait()
            raise AssertionError(f"not ready within {READY_WITHIN_SECONDS} s: {log.read_text()}")
        line += part
    return line.split(b"\n", 1)[0]


@pytest.fixture
def weft_binary() -> str:
    """The binary under test; tests that need to start and kill servers ask for it."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    return binary


@pytest.fixture(scope="session")
def weft(tmp_path_factory):
    """A server that is ready."""
    url = os.environ.get("WEFT_URL")
    if url:
        yield Weft(url.rstrip("/"), os.environ["WEFT_EMAIL"], os.environ["WEFT_PASSWORD"])
        return
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("neither WEFT_URL nor WEFT_BIN is set")
    server = start(binary, tmp_path_factory.mktemp("weft") / "data")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("WEFT_DATA", ROOT.parent / "shared/data"))
    if not path.is_dir():
        pytest.skip(f"no reference data at {path}")
    return path


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium without windows, once for all tests."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
    if not Path(chromium).exists():
        pytest.skip(f"no browser at {chromium}")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        yield opened
        opened.close()
