"""Three nodes under LangGraph with its SQLite checkpointer at synchronous durability:
`workflows_langgraph.py FILE CALLERS SECONDS`.

SQLite's default, FULL, syncs every checkpoint. Prints one JSON object: executions a second, CPU
milliseconds of this process for each, and how many there were.
"""

import json
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count as counter
from typing import TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

path, callers, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])


class State(TypedDict):
    n: int


def add(state):
    return {"n": state["n"] + 1}


graph = StateGraph(State)
previous = START
for name in ("one", "two", "three"):
    graph.add_node(name, add)
    graph.add_edge(previous, name)
    previous = name
graph.add_edge(previous, END)

connection = sqlite3.connect(path, check_same_thread=False)
saver = SqliteSaver(connection)
saver.setup()
assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
app = graph.compile(checkpointer=saver)
threads = counter()


def execute(n):
    config = {"configurable": {"thread_id": str(next(threads))}}
    assert app.invoke({"n": n}, config, durability="sync")["n"] == n + 3


execute(1)
end = None


def caller(_):
    done = 0
    while time.perf_counter() < end:
        execute(done)
        done += 1
    return done


with ThreadPoolExecutor(callers) as pool:
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds
    count = sum(pool.map(caller, range(callers)))
    elapsed, used = time.perf_counter() - began, time.process_time() - cpu

print(json.dumps({"perSecond": count / elapsed, "cpuMs": used * 1000 / count, "executions": count}))
