"""The loop around a model, without the model: an answer and a call of a tool in each turn, a conclusion in
the last, beside Strands Agents with the same turns.

Weft journals every answer and every call, each synced to the disk, checks every argument against its
schema, and leaves a decision; Strands keeps the conversation in memory. The CPU is that of the whole
process for each turn.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import lib  # noqa: E402

RUNS = int(os.environ.get("RUNS", 300))
TURNS = 10
ROUNDS = int(os.environ.get("ROUNDS", 5))
GOAL_MILLIS = 0.2


def weft(folder, callers):
    """One round of Weft's own loop."""
    command = [lib.WEFT, "bench", "agents", "--data", folder, "--runs", RUNS, "--turns", TURNS]
    return json.loads(lib.run([*command, "--callers", callers])["output"])


def strands():
    """One round of the peer."""
    peer = lib.ROOT / ".peers/agents/bin/python"
    done = lib.run([peer, lib.ROOT / "bench/peers/agents_strands.py", RUNS, TURNS])
    return json.loads(done["output"])


def measure(report):
    """Adds the loop's lines to `report`."""
    subprocess.run([lib.ROOT / "bench/peers/setup"], check=True)
    (lib.ROOT / ".run").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=lib.ROOT / ".run") as folder:
        runs = lib.interleaved(
            {
                "weft, 1 caller": lambda: weft(folder, 1),
                "weft, 16 callers": lambda: weft(folder, 16),
                "strands": strands,
            },
            rounds=ROUNDS,
        )
    for name, rounds in runs.items():
        report.add(contender=name, what="turn of the loop", **lib.medians(rounds))
    ours = [one for name in runs if name != "strands" for one in runs[name]]
    replayed, same = sum(one["replayed"] for one in ours), sum(one["same"] for one in ours)
    for name in ("weft, 1 caller", "weft, 16 callers"):
        less = lib.ratio(runs, "cpuMillisPerTurn", "strands", name)
        report.note(f"{name}: CPU {less:.1f} times less than Strands' for a turn")
    report.note(f"goal: {GOAL_MILLIS} CPU-ms a turn; {same} of {replayed} decisions replayed the same")


if __name__ == "__main__":
    alone = lib.Report("loop")
    measure(alone)
    alone.finish()
