"""Tools called over the Model Context Protocol: reading one order, beside the official Python SDK's
server with the same answer.

A call stands for itself (2026-07-28), or belongs to a session (2025-11-25). CPU is that of the server's
process for each call; wrk is not counted. Weft reads the order from its database, checks the caller's
token, role and arguments; the SDK's server has it in memory and asks nobody who they are.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import lib  # noqa: E402
import serving  # noqa: E402

HERE = Path(__file__).resolve().parent
PEERS = lib.ROOT / ".peers"
CONNECTIONS = 32
SECONDS = 3
ROUNDS = int(os.environ.get("ROUNDS", 5))
META = "io.modelcontextprotocol/"
STATELESS, STATEFUL = "2026-07-28", "2025-11-25"
TOOL = "logistics.get-order"
GOAL_RATE, GOAL_MICROS, GOAL_P99, GOAL_MEMORY = 5_000, 100, 2.0, 0.10


class Caller:
    """Calls one tool of one server in one revision."""

    def __init__(self, port, revision, order, cpu, token=None):
        self.port, self.cpu = port, cpu
        self.fields = {"MCP-Protocol-Version": revision}
        if token:
            self.fields["Authorization"] = f"Bearer {token}"
        params = {"name": TOOL, "arguments": {"id": order}}
        if revision == STATELESS:
            self.fields |= {"Mcp-Method": "tools/call", "Mcp-Name": TOOL}
            params["_meta"] = {
                META + "protocolVersion": revision,
                META + "clientInfo": {"name": "bench", "version": "1"},
                META + "clientCapabilities": {},
            }
        else:
            self.begin()
        self.message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}

    def post(self, message):
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **self.fields,
        }
        connection.request("POST", "/mcp", json.dumps(message), fields)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status not in (200, 202):
            raise RuntimeError(f"{answer.status}: {body[:500]}")
        return answer, body

    def begin(self):
        params = {
            "protocolVersion": STATEFUL,
            "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"},
        }
        answer, _ = self.post(
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        )
        session = answer.getheader("Mcp-Session-Id")
        if session:
            self.fields["Mcp-Session-Id"] = session
        self.post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def answer(self):
        """The structured result of one call."""
        _, body = self.post(self.message)
        return json.loads(body)["result"]["structuredContent"]

    def drive(self, connections, seconds):
        """Runs wrk; calls, rate, latencies, and CPU for each call."""
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
        command += ["-s", str(HERE / "tools.lua"), f"http://127.0.0.1:{self.port}/mcp"]
        fields = "\n".join(f"{name}: {value}" for name, value in self.fields.items())
        used = self.cpu()
        began = time.perf_counter()
        output = lib.run(
            command,
            env={**os.environ, "MESSAGE": json.dumps(self.message), "FIELDS": fields},
        )["output"]
        elapsed = time.perf_counter() - began
        used = self.cpu() - used
        if "Non-2xx" in output or "Socket errors" in output:
            raise RuntimeError(output)
        words = {line.split()[0]: line.split() for line in output.splitlines() if line.split()}
        count = next(int(line.split()[0]) for line in output.splitlines() if " requests in " in line)
        return {
            "calls": count,
            "perSecond": count / elapsed,
            "cpuMicros": 1e6 * used / count,
            "p50Millis": millis(words["50%"][1]),
            "p99Millis": millis(words["99%"][1]),
        }

    def measure(self):
        """One round: saturated, then one call after the other."""
        full = self.drive(CONNECTIONS, SECONDS)
        alone = self.drive(1, SECONDS)
        return {
            "perSecond": full["perSecond"],
            "cpuMicros": full["cpuMicros"],
            "aloneP50Millis": alone["p50Millis"],
            "aloneP99Millis": alone["p99Millis"],
        }


def millis(text):
    units = {"us": 0.001, "ms": 1, "s": 1000}
    unit = next(unit for unit in units if text.endswith(unit))
    return float(text.removesuffix(unit)) * units[unit]


def process_cpu(pid):
    """CPU seconds of a process, exact to the microsecond; Linux: (~pid << 3) | CPUCLOCK_SCHED."""
    return lambda: time.clock_gettime((~pid << 3) | 2)


def memory(caller, resident):
    """Resident memory after 20,000 and after 200,000 calls."""
    done, at = 0, {}
    for mark in (20_000, 200_000):
        while done < mark:
            done += caller.drive(CONNECTIONS, 1)["calls"]
        time.sleep(1)
        at[mark] = resident()
    return at


def measure(report):
    """Adds the calls' lines to `report`."""
    subprocess.run([lib.ROOT / "bench/peers/setup"], check=True)
    with tempfile.TemporaryDirectory(dir=lib.ROOT / ".run") as scratch:
        folder = Path(scratch)
        with serving.Weft(folder / "data", {"WEFT_WORKFLOWS_RUN": "false"}) as weft:
            client = weft.sign_in()
            token = client.token
            # A service's key, which does not run out while it is measured.
            listed = client.call("GET", "/api/orders?limit=1")["items"][0]["id"]
            orders = [client.call("GET", f"/api/orders/{listed}")]
            (folder / "orders.json").write_text(json.dumps(orders))
            port = serving_port()
            with lib.Server(
                [
                    PEERS / "mcp/bin/uvicorn", "tools_mcp:app", "--port", port,
                    "--no-access-log", "--log-level", "error",
                ],
                ready=lambda: lib.port_open(port),
                env={
                    **os.environ,
                    "PYTHONPATH": str(lib.ROOT / "bench/peers"),
                    "ORDERS": str(folder / "orders.json"),
                },
            ) as peer:
                callers = {}
                for revision in (STATELESS, STATEFUL):
                    callers[f"weft {revision}"] = Caller(
                        weft.port, revision, listed, weft.cpu, token
                    )
                    callers[f"python-sdk {revision}"] = Caller(
                        port, revision, listed, process_cpu(peer.process.pid)
                    )
                answers = {name: caller.answer() for name, caller in callers.items()}
                assert all(answer == orders[0] for answer in answers.values()), answers
                runs = lib.interleaved(
                    {name: caller.measure for name, caller in callers.items()}, rounds=ROUNDS
                )
            for name in runs:
                report.add(contender=name, what="tools/call, read", **lib.medians(runs[name]))
            for revision in (STATELESS, STATEFUL):
                ours, theirs = f"weft {revision}", f"python-sdk {revision}"
                report.note(
                    f"MCP {revision}: rate {lib.ratio(runs, 'perSecond', ours, theirs):.0f} times "
                    f"the SDK's, CPU {1 / lib.ratio(runs, 'cpuMicros', ours, theirs):.0f} times less; "
                    f"spread of Weft's CPU {lib.spread(runs[ours], 'cpuMicros'):.2f}"
                )
            at = memory(callers[f"weft {STATELESS}"], weft.residentMiB)
    few, many = at[20_000], at[200_000]
    report.note(f"MCP memory: {few:.1f} MiB after 20,000 calls, {many:.1f} MiB after 200,000")
    report.note(
        f"MCP goals: {GOAL_RATE:,} calls/s, {GOAL_MICROS} CPU-µs, p99 alone {GOAL_P99} ms, memory "
        f"within {GOAL_MEMORY:.0%} ({many / few - 1:+.1%})"
    )


def serving_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    alone = lib.Report("mcp")
    measure(alone)
    alone.finish()
