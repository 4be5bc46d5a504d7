"""The Model Context Protocol over sockets, with every message of the server held against the published
schema of its revision."""

import http.client
import itertools
import json
import os
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
STATEFUL = "2025-11-25"
STATELESS = "2026-07-28"
REVISIONS = [STATEFUL, STATELESS]
META = "io.modelcontextprotocol/"

RESULTS = {
    "initialize": "InitializeResult",
    "ping": "EmptyResult",
    "logging/setLevel": "EmptyResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "server/discover": "DiscoverResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}


@cache
def _schema(revision):
    folder = Path(os.environ.get("WEFT_DATA", ROOT.parent / "shared/data")) / "mcp"
    path = folder / f"schema-{revision}.json"
    if not path.is_file():
        pytest.skip(f"no schema of the protocol at {path}")
    return json.loads(path.read_text())


@cache
def _validator(revision, name):
    schema = _schema(revision)
    assert name in schema["$defs"], f"{revision} has no {name}"
    # The published unit test of the schema: one definition, with all the others beside it.
    return jsonschema.Draft202012Validator(
        {"$schema": schema["$schema"], "$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    )


def check(revision, message, method=None):
    """Holds a message of the server against the schema; `method` is that of the request it answers."""
    if "method" in message:
        name = "ServerRequest" if "id" in message else "ServerNotification"
        _validator(revision, "JSONRPCRequest" if "id" in message else "JSONRPCNotification").validate(
            message
        )
        _validator(revision, name).validate(message)
    elif "error" in message:
        _validator(revision, "JSONRPCErrorResponse").validate(message)
        code = message["error"]["code"]
        special = {
            -32020: "HeaderMismatchError",
            -32021: "MissingRequiredClientCapabilityError",
            -32022: "UnsupportedProtocolVersionError",
        }.get(code)
        if special and revision == STATELESS:
            _validator(revision, special).validate(message)
    else:
        _validator(revision, "JSONRPCResultResponse").validate(message)
        result = message["result"]
        if result.get("resultType") == "input_required":
            _validator(revision, "InputRequiredResult").validate(result)
        elif method:
            _validator(revision, RESULTS[method]).validate(result)


class Refused(Exception):
    """An error of JSON-RPC."""

    def __init__(self, error, status=None):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]
        self.data = error.get("data")
        self.status = status


@dataclass
class Event:
    """One server-sent event."""

    id: str | None = None
    data: str = ""
    retry: int | None = None


def events(response):
    """The events of an open answer as they come; heartbeats are left out."""
    event, lines = Event(), []
    for raw in response:
        line = raw.decode().rstrip("\r\n")
        if not line:
            event.data = "\n".join(lines)
            if lines or event.id or event.retry:
                yield event
            event, lines = Event(), []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            lines.append(value)
        elif name == "id":
            event.id = value
        elif name == "retry":
            event.retry = int(value)


@dataclass
class Answer:
    """What came back for one POST."""

    status: int
    headers: dict
    body: bytes = b""
    events: list = field(default_factory=list)

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def messages(self):
        if self.events:
            return [json.loads(event.data) for event in self.events if event.data]
        return [self.json] if self.body else []

    @property
    def final(self):
        """The answer to the request: the last message."""
        return self.messages[-1] if self.messages else None


class Endpoint:
    """An address that speaks the protocol over HTTP, without any manners of a client."""

    def __init__(self, url, headers=None):
        self.url = url
        self.headers = headers or {}
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname, parts.port, parts.path

    def open(self, method, body=None, headers=None, timeout=20):
        """An answer whose body was not read, and its connection."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        sent = {**self.headers, **(headers or {})}
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.putrequest(method, self.path, skip_host="Host" in sent)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        if payload is not None:
            connection.putheader("Content-Length", str(len(payload)))
        connection.endheaders(payload)
        return connection.getresponse(), connection

    def send(self, method, body=None, headers=None, timeout=20, on_message=None):
        response, connection = self.open(method, body, headers, timeout)
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()})
        try:
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                for event in events(response):
                    answer.events.append(event)
                    if event.data and on_message:
                        on_message(json.loads(event.data))
            else:
                answer.body = response.read()
        finally:
            connection.close()
        return answer

    def post(self, body, headers=None, **options):
        fields = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **(headers or {}),
        }
        return self.send("POST", body, fields, **options)


class Connection:
    """A client of one revision: `request` gives results and raises `Refused`."""

    revision: str

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.ids = itertools.count(1)
        self.notifications = []
        self.lock = threading.Lock()

    def next_id(self):
        with self.lock:
            return next(self.ids)

    def result(self, answer, method, request_id):
        for message in answer.messages:
            check(self.revision, message, method)
            if "method" in message and "id" not in message:
                self.notifications.append(message)
        final = answer.final
        assert final is not None, f"{method}: {answer.status} without a message"
        if "error" in final:
            assert final.get("id") == request_id
            raise Refused(final["error"], answer.status)
        assert answer.status == 200
        assert final["id"] == request_id
        return final["result"]


class Stateless(Connection):
    """A client of 2026-07-28."""

    revision = STATELESS
    every = {"elicitation": {}, "sampling": {}, "roots": {}}

    def __init__(self, endpoint, capabilities=None):
        super().__init__(endpoint)
        self.capabilities = self.every if capabilities is None else capabilities

    def meta(self, **more):
        return {
            META + "protocolVersion": self.revision,
            META + "clientInfo": {"name": "tests", "version": "1"},
            META + "clientCapabilities": self.capabilities,
            **more,
        }

    def fields(self, method, params):
        fields = {"MCP-Protocol-Version": self.revision, "Mcp-Method": method}
        name = params.get("name") if method != "resources/read" else params.get("uri")
        if method in ("tools/call", "prompts/get", "resources/read") and isinstance(name, str):
            fields["Mcp-Name"] = name
        return fields

    def body(self, method, params=None, request_id=None):
        params = dict(params or {})
        params["_meta"] = {**self.meta(), **params.get("_meta", {})}
        return {
            "jsonrpc": "2.0",
            "id": self.next_id() if request_id is None else request_id,
            "method": method,
            "params": params,
        }

    def request(self, method, params=None, headers=None, **options):
        body = self.body(method, params)
        fields = {**self.fields(method, body["params"]), **(headers or {})}
        answer = self.endpoint.post(body, fields, **options)
        return self.result(answer, method, body["id"])

    def close(self):
        pass


class Stateful(Connection):
    """A client of 2025-11-25, or of an earlier revision, in a session of its own."""

    def __init__(self, endpoint, revision=STATEFUL, capabilities=None):
        super().__init__(endpoint)
        self.revision = revision
        self.session = None
        self.asked = []
        self.replies = {}
        capabilities = {"elicitation": {}, "sampling": {}} if capabilities is None else capabilities
        body = {
            "jsonrpc": "2.0",
            "id": self.next_id(),
            "method": "initialize",
            "params": {
                "protocolVersion": revision,
                "capabilities": capabilities,
                "clientInfo": {"name": "tests", "version": "1"},
            },
        }
        answer = self.endpoint.post(body)
        self.greeting = self.result(answer, "initialize", body["id"])
        self.session = answer.headers["mcp-session-id"]
        assert self.notify("notifications/initialized").status == 202

    @property
    def fields(self):
        return {"MCP-Protocol-Version": self.revision, "Mcp-Session-Id": self.session}

    def notify(self, method, params=None):
        body = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            body["params"] = params
        return self.endpoint.post(body, self.fields)

    def _on_message(self, message):
        """Answers what the server asks while its stream is open."""
        if "method" not in message or "id" not in message:
            return
        check(self.revision, message)
        self.asked.append(message)
        reply = self.replies.get(message["method"])
        body = {"jsonrpc": "2.0", "id": message["id"]}
        if reply is None:
            body["error"] = {"code": -32601, "message": "not here"}
        else:
            body["result"] = reply
        assert self.endpoint.post(body, self.fields).status == 202

    def request(self, method, params=None, headers=None, request_id=None, **options):
        body = {
            "jsonrpc": "2.0",
            "id": self.next_id() if request_id is None else request_id,
            "method": method,
        }
        if params is not None:
            body["params"] = params
        answer = self.endpoint.post(
            body, {**self.fields, **(headers or {})}, on_message=self._on_message, **options
        )
        return self.result(answer, method, body["id"])

    def close(self):
        self.endpoint.send("DELETE", headers=self.fields)


def connect(endpoint, revision):
    return Stateless(endpoint) if revision == STATELESS else Stateful(endpoint)
