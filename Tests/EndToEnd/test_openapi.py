"""The API's description: valid, complete, and kept to by the server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from client import Client, wait_for
from conftest import start
from contract import contract

# What must hold for every request that Schemathesis thinks of.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server without budgets: they would end most of the requests before they are read."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_LIMITS_PLANS", "standard=off")
        patch.setenv("WEFT_LIMITS_ANONYMOUS", "off")
        patch.setenv("WEFT_LIMITS_FAILING", "off")
        weft = start(binary, tmp_path_factory.mktemp("openapi") / "data")
    yield weft
    weft.stop()


@pytest.fixture(scope="module")
def document(server):
    return contract(server.url).document


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_the_description_is_valid_openapi(document):
    validator = pytest.importorskip("openapi_spec_validator")
    assert document["openapi"].startswith("3.1")
    validator.validate(document)


def test_every_route_is_described(document):
    assert document.get("x-undescribed", []) == []


def test_every_answer_in_json_has_a_shape(document):
    loose = []
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            if schema in (True, {}):
                loose.append(f"{name} {status}")
    assert loose == []


def test_every_operation_says_what_it_is(document):
    for name, operation in operations(document):
        assert re.fullmatch("[a-z][A-Za-z0-9]*", operation["operationId"]), name
        assert operation["summary"].endswith("."), name
        assert "429" in operation["responses"] and "400" in operation["responses"], name
        is_public = operation.get("security") == []
        assert is_public or "401" in operation["responses"], name
        for parameter in operation.get("parameters", []):
            assert parameter["schema"] not in (True, {}), f"{name} {parameter['name']}"


def test_it_is_read_again_only_when_it_changed(server):
    client = Client(server.url)
    first = client.get("/api/openapi.json")
    assert first.status == 200
    again = client.get("/api/openapi.json", **{"If-None-Match": first.headers["etag"]})
    assert again.status == 304 and again.body == b""


# What may be answered to a request that breaks the description.
REFUSALS = [400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 429, 431]


# Endless answers, and what would end the session or the account that asks.
LEFT_OUT = (
    r"^/live/events$|^/api/me/(sessions|password|totp)|^/api/accounts/\{id\}"
    r"|^/api/activities/\{activity\}/task"
)


def schemathesis(server, folder, *options: str, within: int) -> None:
    (folder / "schemathesis.toml").write_text(
        f"[checks.negative_data_rejection]\nexpected-statuses = {REFUSALS}\n"
    )
    client = Client.signed_in(server)
    wait_for(lambda: client.get("/api/bookings?limit=1").json["items"], "a booking", 60)
    command = [
        Path(sys.executable).parent / "schemathesis",
        "run",
        f"{server.url}/api/openapi.json",
        *("--header", f"Authorization: Bearer {client.token}"),
        *("--checks", ",".join(CHECKS), "--warnings", "off", "--no-color"),
        *("--exclude-path-regex", LEFT_OUT, "--request-timeout", "20", "--generation-database", "none"),
        *options,
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=within, check=False
    )
    lines = [line[:300] for line in done.stdout.splitlines() if line.strip()]
    assert done.returncode == 0, "\n".join(lines[-120:]) + done.stderr[-2000:]


@pytest.mark.timeout(360)
def test_schemathesis_finds_nothing(server, tmp_path):
    schemathesis(
        server,
        tmp_path,
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "20261120"),
        within=300,
    )


@pytest.mark.long
@pytest.mark.timeout(1_900)
def test_schemathesis_finds_nothing_in_a_long_time(server, tmp_path):
    schemathesis(
        server,
        tmp_path,
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "300"),
        within=1_800,
    )
