"""What every benchmark shares: describing the machine, timing, watching processes, reporting.

A benchmark compares Weft with peers on the same machine in the same minutes. Shared machines are
noisy, so runs of all contenders are interleaved, medians are reported, and CPU time per unit of work
stands beside wall time: it is what noise disturbs least.
"""

import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEFT = Path(os.environ.get("WEFT_BIN", ROOT / ".build/release/weft"))
DATA = Path(os.environ.get("WEFT_DATA", ROOT.parent / "shared/data"))
RESULTS = ROOT / "bench/results"

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def machine(directory=None) -> dict:
    """The machine as far as it matters to numbers; `directory` is on the disk to be measured."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1])
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memoryMiB": memory // 1024,
        "kernel": platform.release(),
        "swift": swift.splitlines()[0] if swift else "absent",
        "load1": os.getloadavg()[0],
        "syncsPerSecond": round(sync_rate(directory)),
    }


def sync_rate(directory=None, seconds=1.0) -> float:
    """How often per second the disk under `directory` takes 4 KiB with fdatasync.

    A durable commit cannot be faster, so say this rate beside every rate of commits.
    """
    folder = Path(directory) if directory else ROOT / ".run"
    folder.mkdir(parents=True, exist_ok=True)
    block = os.urandom(4096)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        # Preallocated, as a write-ahead log is after its first round: otherwise the file's growth
        # is measured too.
        for _ in range(256):
            os.write(file.fileno(), block)
        os.fsync(file.fileno())
        count = 0
        started = time.perf_counter()
        while (elapsed := time.perf_counter() - started) < seconds:
            os.pwrite(file.fileno(), block, (count % 256) * 4096)
            os.fdatasync(file.fileno())
            count += 1
        return count / elapsed


@dataclass
class Usage:
    """What a process and all its descendants have used so far."""

    cpuSeconds: float
    residentMiB: float


def usage(pid: int) -> Usage:
    """CPU time and resident memory of `pid` and its living descendants.

    CPU time includes children that have ended and were waited for. Memory that processes share is
    counted once for each of them.
    """
    ticks = 0
    pages = 0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            # The name in parentheses may hold spaces; fields are counted after it.
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            resident = int(Path(f"/proc/{one}/statm").read_text().split()[1])
            children = [
                int(child)
                for task in Path(f"/proc/{one}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        except (FileNotFoundError, ProcessLookupError):
            if one == pid:
                raise
            continue
        ticks += sum(int(value) for value in fields[11:15])
        pages += resident
        waiting += children
    return Usage(ticks / TICKS, pages * PAGE / 2**20)


class Server:
    """A process under measurement, started on entering and stopped on leaving.

        with Server([WEFT, "serve", "--port", "0"], ready=lambda: port_open(8080)) as server:
            before = server.usage()
            …
            print(server.usage().cpuSeconds - before.cpuSeconds)
    """

    def __init__(self, command, ready, timeout=30.0, **options):
        self.command = [str(word) for word in command]
        self.ready = ready
        self.timeout = timeout
        self.options = options
        self.startSeconds = None

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            **self.options,
        )
        while not self.ready():
            if self.process.poll() is not None or time.perf_counter() - started > self.timeout:
                self.__exit__()
                raise RuntimeError(f"{self.command[0]} did not come up:\n{self.output}")
            time.sleep(0.002)
        self.startSeconds = time.perf_counter() - started
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.seek(0)
        self.output = self.log.read().decode(errors="replace")
        self.log.close()

    def usage(self) -> Usage:
        """What the process and its descendants have used so far."""
        return usage(self.process.pid)


def port_open(port, host="127.0.0.1") -> bool:
    """Whether something listens on the port."""
    import socket

    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def run(command, **options) -> dict:
    """Runs a program to its end; wall and CPU seconds, peak memory, output. Raises if it fails."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, **options
        )
        _, status, used = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        output = out.read().decode(errors="replace")
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args, output)
    return {
        "seconds": elapsed,
        "cpuSeconds": used.ru_utime + used.ru_stime,
        "peakMiB": used.ru_maxrss / 1024,
        "output": output,
    }


def interleaved(contenders: dict, rounds=5, warm=1) -> dict:
    """Runs every contender once per round, in turn, so that noise strikes all alike.

    `contenders` maps a name to a function that does one run and returns its numbers as a dict; the
    answer maps the name to the list of those dicts, the `warm` first rounds left out.
    """
    runs = {name: [] for name in contenders}
    for round in range(warm + rounds):
        for name, contender in contenders.items():
            numbers = contender()
            if round >= warm:
                runs[name].append(numbers)
    return runs


def medians(runs: list) -> dict:
    """The median of each number over some runs."""
    return {
        key: statistics.median(run[key] for run in runs)
        for key, value in runs[0].items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def spread(runs: list, key: str) -> float:
    """(largest − smallest) / median: above some 0.3 the run was too noisy to conclude from."""
    values = [run[key] for run in runs]
    return (max(values) - min(values)) / statistics.median(values)


def ratio(runs: dict, key: str, ours: str, theirs: str) -> float:
    """The median over rounds of ours / theirs, each pair measured within one round."""
    pairs = zip(runs[ours], runs[theirs], strict=True)
    return statistics.median(a[key] / b[key] for a, b in pairs)


@dataclass
class Report:
    """The outcome of one benchmark: a table for people, a JSON file for comparison over time."""

    name: str
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    started: float = field(default_factory=time.time)

    def add(self, **row):
        """One line of the table; all lines should have the same columns."""
        self.rows.append(row)

    def note(self, text: str):
        """A sentence under the table: a target, a caveat, how to repeat it."""
        self.notes.append(text)

    def finish(self):
        """Prints the table and writes bench/results/<name>.json."""
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        cells = [columns] + [[_text(row.get(key)) for key in columns] for row in self.rows]
        widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
        for row in cells:
            first, *rest = (
                cell.rjust(width) if at else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(row, widths))
            )
            print("  ".join([first, *rest]).rstrip())
        for note in self.notes:
            print(note)
        RESULTS.mkdir(parents=True, exist_ok=True)
        content = {
            "benchmark": self.name,
            "machine": machine(),
            "startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.started)),
            "rows": self.rows,
            "notes": self.notes,
        }
        (RESULTS / f"{self.name}.json").write_text(json.dumps(content, indent=2) + "\n")


def _text(value) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
