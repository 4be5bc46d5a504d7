"""Three steps under DBOS, each journaled and synced: `workflows_dbos.py URL CALLERS SECONDS`.

URL is that of the system database (`sqlite:///FILE` or `postgresql://…`). Prints one JSON object:
executions a second, CPU milliseconds of this process for each, and how many there were.
"""

import json
import logging
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS

url, callers, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
if url.startswith("sqlite:///"):
    # The journal mode stays with the file: the write-ahead log is the faster one, and as durable.
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")

DBOS(
    config={
        "name": "bench",
        "system_database_url": url,
        "run_admin_server": False,
        "log_level": "ERROR",
        "sys_db_pool_size": 32,
    }
)
logging.disable(logging.CRITICAL)


@DBOS.step()
def add(n):
    return n + 1


@DBOS.workflow()
def three(n):
    return add(add(add(n)))


DBOS.launch()
assert three(1) == 4

end = None


def caller(_):
    count = 0
    while time.perf_counter() < end:
        assert three(count) == count + 3
        count += 1
    return count


with ThreadPoolExecutor(callers) as pool:
    list(pool.map(lambda _: three(0), range(callers)))
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds
    count = sum(pool.map(caller, range(callers)))
    elapsed, used = time.perf_counter() - began, time.process_time() - cpu

print(json.dumps({"perSecond": count / elapsed, "cpuMs": used * 1000 / count, "executions": count}))
DBOS.destroy()
