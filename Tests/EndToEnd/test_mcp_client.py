"""`weft mcp tools|call|…` against servers of every conformance scenario for clients, of both revisions."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest
from cli import run  # noqa: F401 (fixture)
from mcp_sites import (
    META,
    STATEFUL,
    STATELESS,
    AuthSite,
    McpSite,
    Site,
    Stream,
    failure,
    protect,
    result,
)

DATA = pathlib.Path(
    os.environ.get("WEFT_DATA", pathlib.Path(__file__).parents[3] / "shared" / "data")
)
BROWSER = f"{sys.executable} {pathlib.Path(__file__).with_name('mcp_browser.py')}"
EVIL = "https://evil.example.com"

SCENARIOS = {}


def scenario(name, *eras):
    """Names the conformance scenario that a function plays, and the revisions it belongs to."""

    def keep(function):
        SCENARIOS[name] = (function, eras or (STATEFUL, STATELESS))
        return function

    return keep


@pytest.fixture
def sites():
    """Starts sites, and closes them in the end."""
    open_sites = []

    def sites(site):
        open_sites.append(site)
        return site

    yield sites
    for site in open_sites:
        site.close()


@pytest.fixture
def mcp(run):
    """Runs `weft mcp …` and gives the JSON it printed; `fails` wants exit code 1 and gives the message."""

    def mcp(*words, fails=False, **variables):
        done = run("mcp", *words, **variables)
        assert done.returncode == (1 if fails else 0), done.err
        return done.err if fails else json.loads(done.out)

    return mcp


@scenario("initialize", STATEFUL)
def initialize(sites, mcp, era):
    site = sites(McpSite(era, {"tools/list": lambda p, s: {"tools": []}}))
    answer = mcp("tools", site.address, "--revision", era)
    assert answer["tools"] == [] and answer["server"]["name"] == "site"
    first, second = site.rpcs()[:2]
    params = first.json["params"]
    assert first.rpc == "initialize" and params["protocolVersion"] == era
    assert params["clientInfo"]["name"] and params["clientInfo"]["version"]
    assert isinstance(params["capabilities"], dict)
    assert second.rpc == "notifications/initialized" and "id" not in second.json
    for seen in site.rpcs()[1:]:
        assert seen.headers["mcp-protocol-version"] == era


@scenario("tools_call")
def tools_call(sites, mcp, era):
    schema = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}

    def add(params, seen):
        total = params["arguments"]["a"] + params["arguments"]["b"]
        return {"content": [{"type": "text", "text": f"The sum is {total}"}]}

    site = sites(
        McpSite(
            era,
            {
                "tools/list": lambda p, s: {"tools": [{"name": "add_numbers", "inputSchema": schema}]},
                "tools/call": add,
            },
        )
    )
    assert mcp("tools", site.address, "--revision", era)["tools"][0]["inputSchema"] == schema
    answer = mcp("call", site.address, "add_numbers", '{"a": 2, "b": 3}', "--revision", era)
    assert answer["content"] == [{"type": "text", "text": "The sum is 5"}]
    for seen in site.rpcs():
        assert seen.headers["content-type"] == "application/json"
        assert {"application/json", "text/event-stream"} <= set(
            part.strip() for part in seen.headers["accept"].split(",")
        )


@scenario("elicitation-sep1034-client-defaults", STATEFUL)
def elicitation_defaults(sites, mcp, era):
    fields = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    }

    class Asking(McpSite):
        """Asks on the channel that belongs to no request, and answers once it is answered."""

        def listen(self, seen, handler):
            self.channel = Stream(handler)
            self.has_channel.set()
            self.ended.wait(20)

        def answer(self, seen, handler):
            body = seen.json if seen.method == "POST" else {}
            if body.get("id") == "ask-1" and "method" not in body:
                self.told = body["result"]
                self.has_answer.set()
                return 202, {}, b""
            return super().answer(seen, handler)

    def call(params, seen):
        assert site.has_channel.wait(10)
        request = {"message": "?", "requestedSchema": {"type": "object", "properties": fields}}
        site.channel.event(
            {"jsonrpc": "2.0", "id": "ask-1", "method": "elicitation/create", "params": request}
        )
        assert site.has_answer.wait(10)
        return {"content": [{"type": "text", "text": site.told["action"]}]}

    site = Asking(era, {"tools/call": call}, session="s-1")
    site.has_answer, site.has_channel = threading.Event(), threading.Event()
    sites(site)
    answer = mcp("call", site.address, "test-tool", "--revision", era, "--defaults")
    assert answer["content"][0]["text"] == "accept"
    assert site.told["content"] == {
        "name": "John Doe", "age": 30, "score": 95.5, "status": "active", "verified": True
    }
    assert "elicitation" in site.rpcs("initialize")[0].json["params"]["capabilities"]
    assert any(seen.method == "DELETE" for seen in site.seen)


@scenario("sse-retry", STATEFUL)
def sse_retry(sites, mcp, era):
    class Cutting(McpSite):
        """Closes the stream of a call before its answer, which waits for whoever comes back."""

        def listen(self, seen, handler):
            self.back = seen
            stream = Stream(handler)
            stream.write("id: event-2\nretry: 500\ndata: \n\n")
            stream.event(
                {"jsonrpc": "2.0", "id": self.pending, "result": {"content": [{"type": "text", "text": "back"}]}},
                event="message",
                id="event-3",
            )

    def call(params, seen):
        site.pending = seen.json["id"]

        def cut(handler):
            Stream(handler).write("id: event-1\nretry: 500\ndata: \n\n")
            site.cut_at = time.monotonic()

        return cut

    site = sites(Cutting(era, {"tools/call": call}, session="s-1"))
    answer = mcp("call", site.address, "test-tool", "--revision", era)
    assert answer["content"][0]["text"] == "back"
    assert site.back.headers["last-event-id"] == "event-1"
    assert site.back.headers["mcp-session-id"] == "s-1"
    assert site.back.at - site.cut_at >= 0.45


def authorised(sites, mcp, era, site, *more, words=("call", "test-tool"), **how):
    """Calls a tool, letting the browser agree to whatever is asked."""
    command, *rest = words
    return mcp(command, site.address, *rest, "--revision", era, "--browser", BROWSER, *more, **how)


METADATA = {
    "metadata-default": ("/.well-known/oauth-protected-resource/mcp", True, "", "/.well-known/oauth-authorization-server"),
    "metadata-var1": ("/.well-known/oauth-protected-resource/mcp", False, "", "/.well-known/openid-configuration"),
    "metadata-var2": ("/.well-known/oauth-protected-resource", False, "/tenant1",
                      "/.well-known/oauth-authorization-server/tenant1"),
    "metadata-var3": ("/custom/metadata/location.json", True, "/tenant1", "/tenant1/.well-known/openid-configuration"),
}


def metadata(name):
    prm, named, prefix, place = METADATA[name]

    @scenario(f"auth/{name}")
    def play(sites, mcp, era):
        auth = sites(AuthSite(prefix, place))
        site = sites(McpSite(era))
        protect(site, lambda: auth, prm=prm, named=named)
        authorised(sites, mcp, era, site)
        paths = [s.path for s in site.seen if s.method == "GET"]
        if named:
            assert paths == [prm]
        else:
            assert paths[0] == "/.well-known/oauth-protected-resource/mcp" and paths[-1] == prm
        if prefix:
            assert "/.well-known/oauth-authorization-server" not in [s.path for s in auth.seen]
        assert auth.registrations and auth.visits and auth.exchanges
        registered = auth.registrations[0]
        assert registered["application_type"] == "native"
        assert set(registered["grant_types"]) == {"authorization_code", "refresh_token"}
        visit = auth.visits[0]
        assert visit["code_challenge_method"] == "S256" and len(visit["code_challenge"]) == 43
        assert visit["state"] and visit["response_type"] == "code"
        expected = site.url if prm == "/.well-known/oauth-protected-resource" else site.address
        assert visit["resource"] == auth.exchanges[0].form["resource"] == expected
        for seen in site.rpcs():
            assert "token" not in seen.path

    return play


for _name in METADATA:
    metadata(_name)


@scenario("auth/basic-cimd")
def basic_cimd(sites, mcp, era):
    document = "https://conformance-test.local/client-metadata.json"
    auth = sites(AuthSite(documents=True))
    site = sites(McpSite(era))
    protect(site, lambda: auth)
    authorised(sites, mcp, era, site, "--client-document", document)
    assert auth.visits[0]["client_id"] == document and not auth.registrations
    assert auth.proof(auth.exchanges[0]) == ("none", document, None)


def scopes_asked(auth):
    return [set(visit.get("scope", "").split()) for visit in auth.visits]


@scenario("auth/scope-from-www-authenticate")
def scope_from_challenge(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth, scopes=["mcp:basic"], supported=["mcp:other"])
    authorised(sites, mcp, era, site)
    assert scopes_asked(auth) == [{"mcp:basic"}]


@scenario("auth/scope-from-scopes-supported")
def scope_from_supported(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth, supported=["mcp:basic", "mcp:read", "mcp:write"])
    authorised(sites, mcp, era, site)
    assert scopes_asked(auth) == [{"mcp:basic", "mcp:read", "mcp:write"}]


@scenario("auth/scope-omitted-when-undefined")
def scope_omitted(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth)
    authorised(sites, mcp, era, site)
    assert "scope" not in auth.visits[0]


@scenario("auth/scope-step-up")
def scope_step_up(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth, supported=["mcp:profile"])

    def guard(seen):
        if seen.rpc == "initialize" or (seen.rpc or "").startswith("notifications/"):
            return None
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in auth.tokens:
            return 401, site.challenge(scope="mcp:basic"), {"error": "invalid_token"}
        wanted = "mcp:write" if seen.rpc == "tools/call" else "mcp:basic"
        if wanted not in auth.tokens[token]:
            return 403, site.challenge(scope=wanted, error="insufficient_scope"), {"error": "insufficient_scope"}
        return None

    site.guard = guard
    authorised(sites, mcp, era, site)
    # The union of what was granted and what is asked for now.
    assert scopes_asked(auth) == [{"mcp:basic"}, {"mcp:basic", "mcp:write"}]


@scenario("auth/scope-retry-limit")
def scope_retry_limit(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth)

    def guard(seen):
        if seen.rpc == "initialize" or (seen.rpc or "").startswith("notifications/"):
            return None
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in auth.tokens:
            return 401, site.challenge(scope="mcp:admin"), {"error": "invalid_token"}
        return 403, site.challenge(scope="mcp:admin", error="insufficient_scope"), {"error": "insufficient_scope"}

    site.guard = guard
    message = authorised(sites, mcp, era, site, fails=True)
    assert "goes on refusing" in message
    assert 1 <= len(auth.visits) <= 3


def token_auth(name, method):
    @scenario(f"auth/token-endpoint-auth-{name}")
    def play(sites, mcp, era):
        secret = None if method == "none" else "a secret/with+signs"
        auth = sites(AuthSite(methods=[method], registration=("the client", secret, method)))
        site = sites(McpSite(era))
        protect(site, lambda: auth)
        authorised(sites, mcp, era, site)
        assert auth.proof(auth.exchanges[0]) == (method, "the client", secret)
        assert auth.visits[0]["resource"] == auth.exchanges[0].form["resource"] == site.address


token_auth("basic", "client_secret_basic")
token_auth("post", "client_secret_post")
token_auth("none", "none")


@scenario("auth/pre-registration")
def pre_registration(sites, mcp, era, tmp_path):
    (tmp_path / "secret").write_text("pre-secret\n")
    auth = sites(AuthSite(registration=None, methods=["client_secret_basic"]))
    site = sites(McpSite(era))
    protect(site, lambda: auth)
    more = ("--client-id", "pre-client", "--client-secret-file", str(tmp_path / "secret"))
    authorised(sites, mcp, era, site, *more)
    assert auth.proof(auth.exchanges[0]) == ("client_secret_basic", "pre-client", "pre-secret")
    message = authorised(sites, mcp, era, site, fails=True)
    assert "registers no clients by itself" in message


@scenario("request-metadata", STATELESS)
def request_metadata(sites, mcp, era):
    site = McpSite(era, {"tools/list": lambda p, s: {"tools": []}})
    refused = []

    def guard(seen):
        if not refused:
            refused.append(seen)
            return 400, {}, failure(seen, -32022, "no", {"supported": [STATELESS], "requested": "?"})
        return None

    site.guard = guard
    sites(site)
    mcp("tools", site.address, "--revision", era)
    assert len(site.rpcs()) >= 2
    for seen in site.rpcs():
        meta = seen.json["params"]["_meta"]
        assert seen.headers["mcp-protocol-version"] == meta[META + "protocolVersion"] == STATELESS
        assert isinstance(meta[META + "clientCapabilities"], dict)
        assert meta[META + "clientInfo"]["name"]
        assert "roots" not in meta[META + "clientCapabilities"]


@scenario("auth/resource-mismatch", STATELESS)
def resource_mismatch(sites, mcp, era):
    auth = sites(AuthSite())
    site = sites(McpSite(era))
    protect(site, lambda: auth, resource=EVIL + "/mcp")
    message = authorised(sites, mcp, era, site, fails=True)
    assert EVIL in message and not auth.visits


@scenario("auth/offline-access-scope", STATELESS)
def offline_access(sites, mcp, era):
    auth = sites(AuthSite(scopes=["mcp:basic", "offline_access"], documents=True))
    site = sites(McpSite(era))
    protect(site, lambda: auth, supported=["mcp:basic"])
    authorised(sites, mcp, era, site)
    assert scopes_asked(auth) == [{"mcp:basic", "offline_access"}]
    assert "refresh_token" in auth.registrations[0]["grant_types"]


@scenario("auth/offline-access-not-supported", STATELESS)
def offline_access_not_supported(sites, mcp, era):
    auth = sites(AuthSite(scopes=["mcp:basic"]))
    site = sites(McpSite(era))
    protect(site, lambda: auth, supported=["mcp:basic"])
    authorised(sites, mcp, era, site)
    assert scopes_asked(auth) == [{"mcp:basic"}]


@scenario("auth/authorization-server-migration", STATELESS)
def migration(sites, mcp, era):
    first = sites(AuthSite(registration=("as1-client", "as1-secret", None), token="one"))
    second = sites(AuthSite(registration=("as2-client", "as2-secret", None), token="two"))
    site = sites(McpSite(era))
    state = {"auth": first}
    protect(site, lambda: state["auth"], scopes=["mcp:basic"])
    usual = site.guard

    def guard(seen):
        refusal = usual(seen)
        if refusal is None and state["auth"] is first:
            state["auth"] = second
        return refusal

    site.guard = guard
    authorised(sites, mcp, era, site)
    assert first.visits and second.registrations and second.visits
    assert second.visits[0]["client_id"] == "as2-client"
    assert second.proof(second.exchanges[0])[1] == "as2-client"
    assert "one" not in json.dumps([s.headers for s in second.seen])


ISS = {
    "iss-supported": ({"names_itself": True, "iss": "correct"}, True),
    "iss-not-advertised": ({"names_itself": None, "iss": "omit"}, True),
    "iss-supported-missing": ({"names_itself": True, "iss": "omit"}, False),
    "iss-wrong-issuer": ({"names_itself": True, "iss": "wrong"}, False),
    "iss-unexpected": ({"names_itself": None, "iss": "wrong"}, False),
    "iss-normalized": ({"names_itself": True, "iss": "normalized"}, False),
}


def iss(name):
    options, is_good = ISS[name]

    @scenario(f"auth/{name}", STATELESS)
    def play(sites, mcp, era):
        auth = sites(AuthSite(**options))
        site = sites(McpSite(era))
        protect(site, lambda: auth)
        authorised(sites, mcp, era, site, fails=not is_good)
        assert auth.visits and bool(auth.exchanges) == is_good


for _name in ISS:
    iss(_name)


@scenario("auth/metadata-issuer-mismatch", STATELESS)
def metadata_issuer_mismatch(sites, mcp, era):
    auth = sites(AuthSite(metadata_issuer="https://attacker.example.com"))
    site = sites(McpSite(era))
    protect(site, lambda: auth)
    message = authorised(sites, mcp, era, site, fails=True)
    assert "attacker.example.com" in message
    assert not auth.registrations and not auth.visits and not auth.exchanges


@scenario("sep-2322-client-request-state", STATELESS)
def request_state(sites, mcp, era):
    ask = {"confirm": {"method": "elicitation/create", "params": {
        "message": "?", "requestedSchema": {"type": "object", "properties": {"confirmed": {"type": "boolean"}}}}}}
    state = '{"nonce": "ünïcode \\" and spaces",  "n":1}'
    names = ["echo_state", "no_state", "unrelated", "no_result_type"]

    def call(params, seen):
        name = params["name"]
        if name == "no_result_type":
            return {"resultType": None, "content": [{"type": "text", "text": name}]}
        if name in ("unrelated",) or "inputResponses" in params:
            return {"content": [{"type": "text", "text": name}]}
        more = {"requestState": state} if name == "echo_state" else {}
        return {"resultType": "input_required", "inputRequests": ask, **more}

    class Bare(McpSite):
        """Leaves `resultType` out where a result has none."""

        def stateless(self, seen, handler):
            answer = super().stateless(seen, handler)
            value = (answer[2] or {}).get("result", {})
            if value.get("resultType", "") is None:
                del value["resultType"]
            return answer

    tools = [{"name": n, "inputSchema": {"type": "object"}} for n in names]
    site = sites(Bare(era, {"tools/call": call, "tools/list": lambda p, s: {"tools": tools}}))
    for name in names:
        answer = mcp("call", site.address, name, "--revision", era, "--answer", '{"confirmed": true}')
        assert answer["content"][0]["text"] == name
    calls = {n: [s.json for s in site.rpcs("tools/call") if s.json["params"]["name"] == n] for n in names}
    first, retry = calls["echo_state"]
    assert retry["params"]["requestState"] == state and retry["id"] != first["id"]
    assert retry["params"]["inputResponses"] == {"confirm": {"action": "accept", "content": {"confirmed": True}}}
    assert retry["params"]["arguments"] == first["params"]["arguments"]
    assert len(calls["no_state"]) == 2 and "requestState" not in calls["no_state"][1]["params"]
    assert len(calls["no_result_type"]) == 1
    assert not {"requestState", "inputResponses"} & set(calls["unrelated"][0]["params"])


@scenario("http-standard-headers", STATELESS)
def standard_headers(sites, mcp, era):
    uris = ["file:///path/to/file%20name.txt", "https://example.com/resource?id=123"]
    handlers = {
        "tools/list": lambda p, s: {"tools": [{"name": "my-hyphenated-tool", "inputSchema": {"type": "object"}}]},
        "resources/list": lambda p, s: {"resources": [{"uri": uri, "name": "r"} for uri in uris]},
        "resources/read": lambda p, s: {"contents": []},
        "prompts/list": lambda p, s: {"prompts": [{"name": "test_prompt"}]},
        "prompts/get": lambda p, s: {"messages": []},
    }
    site = sites(McpSite(era, handlers))
    address = (site.address, "--revision", era)
    mcp("tools", *address)
    mcp("call", address[0], "my-hyphenated-tool", *address[1:])
    assert len(mcp("resources", *address)["resources"]) == 2
    for uri in uris:
        mcp("read", address[0], uri, *address[1:])
    assert mcp("prompts", *address)["prompts"][0]["name"] == "test_prompt"
    mcp("prompt", address[0], "test_prompt", *address[1:])
    mcp("prompt", address[0], "größe", *address[1:])
    for seen in site.rpcs():
        params = seen.json["params"]
        assert seen.headers["mcp-method"] == seen.rpc
        name = params.get("name") or params.get("uri")
        if name == "größe":
            assert seen.headers["mcp-name"] == "=?base64?Z3LDtsOfZQ==?="
        elif name:
            assert seen.headers["mcp-name"] == name
        else:
            assert "mcp-name" not in seen.headers
    assert {s.rpc for s in site.rpcs()} == set(handlers) | {"tools/call", "server/discover"}


@scenario("http-custom-headers", STATELESS)
def custom_headers(sites, mcp, era):
    # Expected values: the specification's table of encodings, and Base64 of the UTF-8 by hand.
    values = {
        "region": ("string", "Region", "us-west1", "us-west1"),
        "priority": ("integer", "Priority", 42, "42"),
        "verbose": ("boolean", "Verbose", False, "false"),
        "debug": ("boolean", "Debug", True, "true"),
        "empty_val": ("string", "EmptyVal", "", ""),
        "method_val": ("string", "Method", "test-method", "test-method"),
        "non_ascii": ("string", "NonAscii", "Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        "padded": ("string", "Whitespace", " padded ", "=?base64?IHBhZGRlZCA=?="),
        "leading": ("string", "LeadingSpace", " us-west1", "=?base64?IHVzLXdlc3Qx?="),
        "trailing": ("string", "TrailingSpace", "us-west1 ", "=?base64?dXMtd2VzdDEg?="),
        "internal": ("string", "InternalSpace", "us west 1", "us west 1"),
        "control": ("string", "ControlChar", "line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        "crlf": ("string", "CrLf", "line1\r\nline2", "=?base64?bGluZTENCmxpbmUy?="),
        "tab": ("string", "Tab", "\tindented", "=?base64?CWluZGVudGVk?="),
        "literal": ("string", "Literal", "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
    }
    properties = {
        name: {"type": kind, "x-mcp-header": header} for name, (kind, header, _, _) in values.items()
    }
    nested = {"type": "object", "properties": {"zone": {"type": "string", "x-mcp-header": "Zone"}}}
    properties |= {"float_val": {"type": "number"}, "query": {"type": "string"}, "place": nested}
    tool = {"name": "headers", "inputSchema": {"type": "object", "properties": properties}}
    site = sites(McpSite(era, {"tools/list": lambda p, s: {"tools": [tool]}}))
    arguments = {name: value for name, (_, _, value, _) in values.items()}
    arguments |= {"float_val": 3.14159, "query": "SELECT", "place": {"zone": "b"}}
    mcp("call", site.address, "headers", json.dumps(arguments), "--revision", era)
    mcp("call", site.address, "headers", '{"region": "us-east1", "verbose": null}', "--revision", era)
    full, null = site.rpcs("tools/call")
    assert full.json["params"]["arguments"] == arguments
    sent = {k: v for k, v in full.headers.items() if k.startswith("mcp-param-")}
    expected = {f"mcp-param-{h.lower()}": text for _, h, _, text in values.values()}
    assert sent == expected | {"mcp-param-zone": "b"}
    assert full.headers["mcp-method"] == "tools/call"
    sent = {k: v for k, v in null.headers.items() if k.startswith("mcp-param-")}
    assert sent == {"mcp-param-region": "us-east1"}


@scenario("http-invalid-tool-headers", STATELESS)
def invalid_tool_headers(sites, mcp, era):
    def tool(name, **properties):
        return {"name": name, "inputSchema": {"type": "object", "properties": properties}}

    header = "x-mcp-header"
    text = {"type": "string"}
    bad = [
        tool("empty", value=text | {header: ""}),
        tool("object", data={"type": "object", header: "Data"}),
        tool("array", items={"type": "array", "items": text, header: "Items"}),
        tool("null", nil={"type": "null", header: "Nil"}),
        tool("number", n={"type": "number", header: "N"}),
        tool("same", a=text | {header: "Region"}, b=text | {header: "Region"}),
        tool("case", a=text | {header: "MyField"}, b=text | {header: "myfield"}),
        tool("space", value=text | {header: "My Region"}),
        tool("colon", value=text | {header: "Region:Primary"}),
        tool("ascii", value=text | {header: "Région"}),
        tool("control", value=text | {header: "Region\t1"}),
        tool("in-items", list={"type": "array", "items": text | {header: "Item"}}),
        tool("in-any-of", either={"anyOf": [text | {header: "Either"}]}),
        {"name": "in-defs", "inputSchema": {"type": "object", "$defs": {"d": text | {header: "D"}}}},
        {"name": "no-string", "inputSchema": {"type": "object", "properties": {"a": text | {header: 7}}}},
    ]
    good = tool("valid_tool", region=text | {header: "Region"})
    # A property of that name is no annotation, and neither is a default that looks like one.
    odd = tool("odd", **{header: text, "d": {"type": "object", "default": {header: ""}}})
    site = sites(McpSite(era, {"tools/list": lambda p, s: {"tools": [*bad, good, odd]}}))
    answer = mcp("tools", site.address, "--revision", era)
    assert [tool["name"] for tool in answer["tools"]] == ["valid_tool", "odd"]
    assert [entry["name"] for entry in answer["rejected"]] == [tool["name"] for tool in bad]
    assert all(entry["reason"] for entry in answer["rejected"])
    mcp("call", site.address, "valid_tool", '{"region": "x"}', "--revision", era)
    assert site.rpcs("tools/call")[0].headers["mcp-param-region"] == "x"


@scenario("json-schema-ref-no-deref", STATELESS)
def no_dereference(sites, mcp, era):
    canary = sites(Site())
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"userId": {"type": "string", "pattern": "^[a-z0-9-]+$"}},
        "properties": {"id": {"$ref": "#/$defs/userId"}, "profile": {"$ref": canary.url + "/schema.json"}},
        "required": ["id"],
    }
    site = sites(McpSite(era, {"tools/list": lambda p, s: {"tools": [{"name": "t", "inputSchema": schema}]}}))
    answer = mcp("tools", site.address, "--revision", era)
    assert answer["tools"][0]["inputSchema"] == schema
    assert not canary.seen


@scenario("json-schema-2020-12-preservation")
def schema_preserved(sites, mcp, era):
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x", "$anchor": "a",
        "type": "object", "$defs": {"address": {"type": "object"}},
        "properties": {"name": {"type": "string", "pattern": "^a"}, "n": {"$ref": "#/$defs/address"}},
        "if": {"required": ["name"]}, "then": {"minProperties": 1}, "else": False,
        "oneOf": [{"type": "object"}], "unevaluatedProperties": False, "dependentRequired": {"a": ["b"]},
        "patternProperties": {"^x": True}, "propertyNames": {"maxLength": 9}, "additionalProperties": False,
    }
    site = sites(McpSite(era, {"tools/list": lambda p, s: {"tools": [{"name": "t", "inputSchema": schema}]}}))
    answer = mcp("tools", site.address, "--revision", era)
    assert answer["tools"][0]["inputSchema"] == schema
    mcp("call", site.address, "t", json.dumps({"schema": answer["tools"][0]["inputSchema"]}), "--revision", era)
    assert site.rpcs("tools/call")[0].json["params"]["arguments"]["schema"] == schema


@pytest.mark.parametrize(
    ("name", "era"),
    [(name, era) for name, (_, eras) in SCENARIOS.items() for era in eras],
)
def test_scenario(name, era, sites, mcp, tmp_path):
    play, _ = SCENARIOS[name]
    more = {"tmp_path": tmp_path} if "tmp_path" in play.__code__.co_varnames else {}
    play(sites, mcp, era, **more)


@pytest.mark.parametrize("era", [STATEFUL, STATELESS])
def test_every_required_scenario_is_played(era):
    path = DATA / "mcp" / f"conformance-{era}.yaml"
    if not path.exists():
        pytest.skip(f"no reference data at {path}")
    import yaml

    required = yaml.safe_load(path.read_text())["client"]
    played = {name for name, (_, eras) in SCENARIOS.items() if era in eras}
    assert set(required) <= played


SERVERS = pathlib.Path(__file__).parents[1] / "Servers"


@pytest.fixture(params=["stdio", "http"])
def sdk(request, sites):
    """The words that lead to a server of the official SDK's, over both transports."""
    pytest.importorskip("mcp")
    script = str(SERVERS / "mcp_sdk_server.py")
    if request.param == "stdio":
        yield lambda *words: (*words[:1], *words[1:], "--env", "PYTHONWARNINGS=ignore", "--", sys.executable, script, "stdio")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, script, "http", str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield lambda command, *words: (command, f"http://127.0.0.1:{port}/mcp", *words)
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("revision", [STATELESS, STATEFUL, None])
def test_a_server_of_the_official_sdk_is_used_whole(sdk, mcp, revision):
    pinned = ("--revision", revision) if revision else ()
    listed = mcp(*sdk("tools", *pinned))
    assert listed["revision"] == (revision or STATELESS)
    assert {tool["name"] for tool in listed["tools"]} == {"add", "fail", "slow_steps", "greet"}
    added = mcp(*sdk("call", "add", '{"a": 2, "b": 40}', *pinned))
    assert added["structuredContent"] == {"total": 42}
    assert mcp(*sdk("call", "slow_steps", *pinned))["content"][0]["text"] == "done"
    assert "no luck" not in mcp(*sdk("call", "fail", *pinned), fails=True)
    assert mcp(*sdk("call", "greet", "--defaults", *pinned))["content"][0]["text"] == "hello Ada"
    named = mcp(*sdk("call", "greet", "--answer", '{"name": "Bob"}', *pinned))
    assert named["content"][0]["text"] == "hello Bob"
    assert mcp(*sdk("resources", *pinned))["resources"][0]["uri"] == "note://today"
    assert mcp(*sdk("read", "note://today", *pinned))["contents"][0]["text"] == "rain"
    assert mcp(*sdk("prompts", *pinned))["prompts"][0]["name"] == "summarise"
    prompt = mcp(*sdk("prompt", "summarise", '{"text": "a b"}', *pinned))
    assert prompt["messages"][0]["content"]["text"] == "Summarise: a b"


def program(mode, *more):
    return ("--", sys.executable, str(SERVERS / "mcp_stdio_server.py"), mode, *map(str, more))


@pytest.mark.parametrize(
    ("mode", "revision"),
    [("plain", STATELESS), ("legacy", STATEFUL), ("silent", STATEFUL), ("chatters", STATELESS)],
)
def test_programs_of_both_eras_are_told_apart(mcp, mode, revision):
    assert mcp("tools", *program(mode))["revision"] == revision
    assert mcp("call", "echo", *program(mode))["content"][0]["text"] == "said"


def test_a_program_gets_the_environment_it_was_given_and_little_else(mcp):
    answer = mcp("call", "environment", "--env", "KEY=v=1", *program("plain"), SECRET_THING="x")
    variables = json.loads(answer["content"][0]["text"])
    assert variables["KEY"] == "v=1" and "PATH" in variables and "SECRET_THING" not in variables


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("exits", "exited with 3"),
        ("hangs", "did not answer in time"),
        ("floods", "more than"),
    ],
)
def test_a_program_that_misbehaves_is_ended_and_the_fault_told(mcp, tmp_path, mode, message):
    pids = tmp_path / "pids"
    assert message in mcp("call", "echo", "--timeout", "2", *program(mode, pids), fails=True)
    assert_gone(pids)


def test_a_program_that_will_not_leave_is_killed(mcp, tmp_path):
    pids = tmp_path / "pids"
    mcp("call", "echo", *program("stubborn", pids))
    assert_gone(pids)


def assert_gone(pids):
    for pid in map(int, pids.read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_cannot_be_started_or_spoken_with_says_so(mcp, sites):
    assert "cannot be started" in mcp("tools", "--", "/no/such/program", fails=True)
    assert "speaks revision 2024-11-05" in mcp("tools", "--revision", STATEFUL, *program("ancient"), fails=True)
    site = sites(Site())
    assert "status 404" in mcp("tools", site.url + "/mcp", fails=True)


BIG = "x" * (9 << 20)


def streamed(text, kind="text/event-stream"):
    return lambda params, seen: lambda handler: Stream(handler, kind=kind).write(text(seen) if callable(text) else text)


def event(seen, **more):
    return "data: " + json.dumps({"jsonrpc": "2.0", "id": seen.json["id"], "result": {
        "resultType": "complete", "content": [], **more}}) + "\n\n"


FAULTS = {
    "malformed-json": (
        lambda p, s: lambda h: (200, {"Content-Type": "application/json"}, b'{"jsonrpc": "2.0",'),
        "not JSON",
    ),
    "wrong-id": (
        lambda p, s: lambda h: (200, {}, {"jsonrpc": "2.0", "id": 4711, "result": {}}),
        "another request",
    ),
    "no-message": (lambda p, s: lambda h: (200, {}, {"hello": 1}), "jsonrpc"),
    "array": (lambda p, s: lambda h: (200, {}, [result(s, {})]), "array"),
    "wrong-type": (lambda p, s: lambda h: (200, {"Content-Type": "text/html"}, b"<p>"), "text/html"),
    "server-error": (lambda p, s: lambda h: (500, {}, b"oops"), "status 500"),
    "redirect": (lambda p, s: lambda h: (307, {"Location": EVIL}, b""), "sends elsewhere"),
    "oversized": (lambda p, s: lambda h: (200, {}, {"big": BIG}), "more than 8388608 bytes"),
    "oversized-event": (streamed("data: " + BIG), "more than 8388608 bytes"),
    "cut-stream": (streamed(": nothing more\n\n"), "without an answer"),
    "event-not-json": (streamed("data: {\n\n"), "not JSON"),
    "unknown-result": (streamed(lambda s: event(s, resultType="partial")), "unknown sort"),
    "endless-questions": (
        lambda p, s: {"resultType": "input_required", "requestState": "again"},
        "more and more",
    ),
    "asks-nothing": (lambda p, s: {"resultType": "input_required"}, "asks for nothing"),
    "asks-for-sampling": (
        lambda p, s: {"resultType": "input_required", "inputRequests": {
            "a": {"method": "sampling/createMessage", "params": {}}}},
        "sampling/createMessage",
    ),
    "rpc-error": (lambda p, s: {"error": {"code": -32602, "message": "bad\u202e argument"}}, "-32602: bad  argument"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_servers_are_told_and_not_believed(name, sites, mcp):
    call, message = FAULTS[name]
    site = sites(McpSite(STATELESS, {"tools/call": call}))
    assert message in mcp("call", site.address, "test-tool", "--timeout", "5", fails=True)
    if name == "redirect":
        assert len(site.rpcs("tools/call")) == 1


@pytest.mark.parametrize("era", [STATELESS, STATEFUL])
def test_a_slow_server_is_given_up_in_time(sites, mcp, era):
    def call(params, seen):
        def hang(handler):
            Stream(handler).write(": thinking\n\n")
            site.ended.wait(20)

        return hang

    site = sites(McpSite(era, {"tools/call": call}))
    message = mcp("call", site.address, "test-tool", "--timeout", "1", "--revision", era, fails=True)
    assert "did not answer in time" in message
    cancelled = site.rpcs("notifications/cancelled")
    if era == STATEFUL:
        asked = site.rpcs("tools/call")[0].json["id"]
        assert [s.json["params"]["requestId"] for s in cancelled] == [asked]
    else:
        assert not cancelled, "closing the stream is the sign"


def test_events_of_any_form_are_read(sites, mcp):
    def call(params, seen):
        message = json.dumps(
            {"jsonrpc": "2.0", "id": seen.json["id"], "result": {"content": [{"type": "text", "text": "ü\n"}]}},
            indent=1,
            ensure_ascii=False,
        )
        data = "".join(f"data:{line}\r\n" for line in message.split("\n"))
        pieces = "\ufeff: comment\r\revent: other\ndata: {}\n\nunknown: field\nid: 1\n\n" + data + "\r\n"
        encoded = pieces.encode()

        def send(handler):
            stream = Stream(handler)
            for at in range(0, len(encoded), 3):
                stream.write(encoded[at : at + 3])

        return send

    site = sites(McpSite(STATELESS, {"tools/call": call}))
    assert mcp("call", site.address, "test-tool")["content"][0]["text"] == "ü\n"


def test_a_program_that_closes_its_input_is_told_of(mcp):
    """Writing to it must not end the command by a signal, without a word."""
    deaf = mcp("tools", "--", "/bin/sh", "-c", "exec 0<&-; sleep 20", fails=True)
    assert "the server's program closed its input" in deaf
    over = mcp("tools", "--", "/bin/sh", "-c", "exec 0<&-; exit 7", fails=True)
    assert "exited with 7" in over


def test_a_session_that_ended_is_begun_again(sites, mcp):
    class Forgetful(McpSite):
        forgot = False

        def stateful(self, seen, handler):
            if seen.rpc == "tools/call" and not self.forgot:
                self.forgot = True
                self.session = "s-2"
                return 404, {}, b""
            return super().stateful(seen, handler)

    site = sites(Forgetful(STATEFUL, session="s-1"))
    mcp("call", site.address, "test-tool", "--revision", STATEFUL)
    assert [s.headers.get("mcp-session-id") for s in site.rpcs("tools/call")] == ["s-1", "s-2"]
    assert [s.headers.get("mcp-session-id") for s in site.rpcs("initialize")] == [None, None]


def test_a_server_of_the_older_era_is_found_out(sites, mcp):
    site = sites(McpSite(STATEFUL))
    assert mcp("tools", site.address)["revision"] == STATEFUL
    assert [s.rpc for s in site.rpcs()][:2] == ["server/discover", "initialize"]


def test_lists_are_read_page_by_page_and_end(sites, mcp):
    def pages(params, seen):
        at = int(params.get("cursor", "0"))
        more = {"nextCursor": str(at + 1)} if at < 2 or params.get("cursor") == "9" else {}
        return {"tools": [{"name": f"t{at}", "inputSchema": {"type": "object"}}], **more}

    site = sites(McpSite(STATELESS, {"tools/list": pages}))
    assert [tool["name"] for tool in mcp("tools", site.address)["tools"]] == ["t0", "t1", "t2"]
    endless = sites(McpSite(STATELESS, {"tools/list": lambda p, s: {"tools": [], "nextCursor": "same"}}))
    assert "never ends" in mcp("tools", endless.address, fails=True)


def test_tools_that_changed_their_headers_are_read_again(sites, mcp):
    state = {"header": "Old"}

    def listed(params, seen):
        field = {"type": "string", "x-mcp-header": state["header"]}
        return {"tools": [{"name": "t", "inputSchema": {"type": "object", "properties": {"a": field}}}]}

    def call(params, seen):
        state["header"] = "New"
        if "mcp-param-new" not in seen.headers:
            return {"error": {"code": -32020, "message": "missing Mcp-Param-New"}}
        return {"content": []}

    site = sites(McpSite(STATELESS, {"tools/list": listed, "tools/call": call}))
    mcp("call", site.address, "t", '{"a": "v"}')
    assert len(site.rpcs("tools/call")) == 2


def test_tokens_are_kept_and_renewed_without_a_person(sites, mcp, tmp_path):
    auth = sites(AuthSite(refresh=True, expires=1))
    site = sites(McpSite(STATELESS))
    protect(site, lambda: auth)
    tokens = tmp_path / "tokens.json"
    where = ("call", site.address, "test-tool", "--tokens", str(tokens))
    mcp(*where, "--browser", BROWSER)
    assert len(auth.visits) == 1 and tokens.stat().st_mode & 0o777 == 0o600
    # Nobody is asked now: the refresh token is good once.
    mcp(*where)
    mcp(*where)
    assert len(auth.visits) == 1 and len(auth.registrations) == 1
    grants = [e.form["grant_type"] for e in auth.exchanges]
    assert grants[0] == "authorization_code" and set(grants[1:]) == {"refresh_token"}
    used = [e.form["refresh_token"] for e in auth.exchanges[1:]]
    assert len(set(used)) == len(used)
    assert all(e.form["resource"] == site.address for e in auth.exchanges)


@pytest.mark.parametrize(
    ("options", "back", "message"),
    [
        ({}, lambda b: b | {"state": "other"}, "belongs to no authorization"),
        ({}, lambda b: {k: v for k, v in b.items() if k != "state"}, "belongs to no authorization"),
        ({}, lambda b: {k: v for k, v in b.items() if k != "code"} | {"error": "access_denied"}, "access_denied"),
        ({"iss": "wrong"}, lambda b: b | {"error": "<b>click here</b>"}, "another issuer"),
        ({"pkce": None}, None, "PKCE"),
        ({"pkce": ["plain"]}, None, "PKCE"),
        ({"registration": ("x" * 3000, None, None)}, None, "no client id"),
    ],
)
def test_authorization_servers_that_are_not_right_get_nothing(sites, mcp, options, back, message):
    auth = sites(AuthSite(**options, **({"back": back} if back else {})))
    site = sites(McpSite(STATELESS))
    protect(site, lambda: auth)
    said = authorised(sites, mcp, STATELESS, site, fails=True)
    assert message in said and "click here" not in said and not auth.exchanges


def test_a_server_that_wants_a_person_says_so_where_there_is_none(sites, mcp):
    auth = sites(AuthSite())
    site = sites(McpSite(STATELESS))
    protect(site, lambda: auth)
    assert "a person must authorise Weft" in mcp("tools", site.address, fails=True)
    assert not auth.visits


def test_a_server_of_2025_03_26_is_its_own_authorization_server(sites, mcp):
    class Both(McpSite):
        def answer(self, seen, handler):
            path = seen.path.split("?")[0]
            if path in ("/.well-known/oauth-authorization-server", "/register", "/authorize", "/token"):
                auth.seen.append(seen)
                return auth.answer(seen, handler)
            return super().answer(seen, handler)

    auth = sites(AuthSite())
    site = sites(Both(STATEFUL))
    auth.url = site.url
    protect(site, lambda: auth)
    site.metadata.clear()
    site.challenge = None

    def guard(seen):
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        return None if token in auth.tokens else (401, {}, b"")

    site.guard = guard
    authorised(sites, mcp, STATEFUL, site)
    assert auth.exchanges[0].form["resource"] == site.address


def test_misuse_of_the_commands_is_refused(run):
    for words in [
        ("tools",),
        ("tools", "no-address"),
        ("call", "http://127.0.0.1:1/"),
        ("tools", "http://127.0.0.1:1/", "--revision", "2020-01-01"),
        ("tools", "http://127.0.0.1:1/", "--timeout", "x"),
        ("tools", "http://127.0.0.1:1/", "--header", "no colon"),
    ]:
        done = run("mcp", *words)
        assert done.returncode == 2 and "usage: weft mcp" in done.err, words
    done = run("mcp", "call", "http://127.0.0.1:1/", "t", "[1]")
    assert done.returncode == 1 and "must be a JSON object" in done.err
    done = run("mcp", "tools", "http://127.0.0.1:1/")
    assert done.returncode == 1

