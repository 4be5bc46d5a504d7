"""What the tests of the program's commands share."""

import json
import os
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from conftest import ROOT, start

EXAMPLES = ROOT / "examples"


@pytest.fixture
def run(weft_binary, tmp_path):
    """Runs the program in an empty folder without a terminal."""

    def run(*arguments, stdin: bytes = b"", **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")}
        done = subprocess.run(
            [weft_binary, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment | variables,
            timeout=60,
        )
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        for sign in ("Fatal error", "StoreError(", "GeneralFault(", "IdentityError("):
            assert sign not in done.err, done.err
        return done

    return run


@pytest.fixture
def serving(weft_binary):
    """Starts servers, and stops what still runs in the end."""
    servers = []

    def serving(data, arguments=None):
        servers.append(start(weft_binary, data, arguments=arguments))
        return servers[-1]

    yield serving
    for server in servers:
        server.stop()


def call(server, path, body=None, token=None, method=None):
    """The status and JSON of a request."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def sign_in(server, email=None, password=None):
    body = {"email": email or server.email, "password": password or server.password}
    status, answer = call(server, "/auth/token", body)
    assert status == 200, answer
    return answer["accessToken"]


def orders(server, token):
    """All orders by their reference."""
    found, cursor = {}, None
    while True:
        path = "/api/orders?limit=100" + (f"&cursor={cursor}" if cursor else "")
        status, page = call(server, path, token=token)
        assert status == 200, page
        found |= {order.get("reference") or order["id"]: order for order in page["items"]}
        cursor = page.get("nextCursor")
        if not cursor:
            return found


def begun(data):
    """The ids of the orders for which a workflow was begun."""
    store = sqlite3.connect(f"file:{data}/weft.db?mode=ro", uri=True)
    try:
        rows = store.execute("SELECT subject FROM execution").fetchall()
    finally:
        store.close()
    return {subject.removeprefix("order:") for (subject,) in rows}


def until(condition, seconds=30):
    """Waits for a condition and answers what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return value


def refused(done, *words):
    assert done.returncode == 1, (done.returncode, done.out, done.err)
    for word in words:
        assert word in done.err, done.err


def misused(done, *words):
    assert done.returncode == 2, (done.returncode, done.out, done.err)
    assert done.out == ""
    for word in words:
        assert word in done.err, done.err


def init(run, data="data", organisation="Acme", email="ada@example.org", *more):
    done = run("init", "--data", data, "--organisation", organisation, "--email", email, *more)
    assert done.returncode == 0, done.err
    return json.loads(done.out)
