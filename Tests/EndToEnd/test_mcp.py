"""AI clients and the real program: the protocol's own Python client over both transports and in both
eras, what roles see, what is refused, and what is done once."""

import asyncio
import json
import os
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import jsonschema
import pytest
from client import Client, draft, in_days
from mcp_wire import META, STATEFUL, STATELESS, Endpoint, Refused, Stateful, Stateless, check

sdk = pytest.importorskip("mcp", reason="the protocol's Python client is not installed")
import httpx2  # noqa: E402
from mcp import StdioServerParameters  # noqa: E402
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

READER = ["viewer"]


def alone(run):
    """Runs a coroutine in a thread of its own: a browser of other tests may have left its loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


@pytest.fixture(scope="module")
def person(weft):
    return Client.signed_in(weft)


@pytest.fixture(scope="module")
def endpoint(weft, person):
    return Endpoint(weft.url + "/mcp", {"Authorization": f"Bearer {person.token}"})


@pytest.fixture(scope="module")
def stateless(endpoint):
    return Stateless(endpoint)


@pytest.fixture
def session(endpoint):
    connection = Stateful(endpoint)
    yield connection
    connection.close()


# ── the protocol's own client ────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def over_http(weft, person, mode):
    fields = {"Authorization": f"Bearer {person.token}"}
    async with httpx2.AsyncClient(headers=fields, timeout=30) as web:
        transport = streamable_http_client(weft.url + "/mcp", http_client=web)
        async with sdk.Client(transport, mode=mode, cache=None) as client:
            yield client


@asynccontextmanager
async def over_stdio(binary, data, mode):
    arguments = ["mcp", "--stdio", *(["--data", str(data)] if data else ["--demo"])]
    server = StdioServerParameters(
        command=binary, args=arguments, env={**os.environ, "WEFT_DEBUG_OUTPUTS": "true"}
    )
    async with sdk.Client(server, mode=mode, cache=None) as client:
        yield client


MODES = [("auto", STATELESS), ("legacy", STATEFUL)]


async def everything(client, revision, key):
    """What an AI client does: looks around, reads, writes twice with one key, and errs."""
    assert client.protocol_version == revision
    assert client.server_info.name == "weft"
    tools, cursor, pages = {}, None, 0
    while True:
        page = await client.list_tools(cursor=cursor)
        tools |= {tool.name: tool for tool in page.tools}
        pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
    assert pages > 1 and len(tools) > 100
    assert tools["logistics.list-orders"].annotations.read_only_hint is True
    assert tools["logistics.create-order"].annotations.read_only_hint is False
    assert tools["logistics.list-orders"].output_schema["type"] == "object"

    found = await client.call_tool("logistics.list-orders", {"limit": 2})
    assert not found.is_error and len(found.structured_content["items"]) == 2
    assert json.loads(found.content[0].text) == found.structured_content

    order = draft(in_days(3))
    meta = {"weft/idempotency-key": key}
    first = await client.call_tool("logistics.create-order", order, meta=meta)
    second = await client.call_tool("logistics.create-order", order, meta=meta)
    assert not first.is_error, first.content
    assert first.structured_content["id"] == second.structured_content["id"]
    third = await client.call_tool("logistics.create-order", draft(in_days(4)), meta=meta)
    assert third.is_error and "Idempotency-Key" in third.content[0].text

    wrong = await client.call_tool("logistics.create-order", {**order, "requestedDate": 7})
    assert wrong.is_error and "/requestedDate" in wrong.content[0].text
    with pytest.raises(sdk.MCPError) as refused:
        await client.call_tool("logistics.no-such-tool", {})
    assert refused.value.error.code == -32602

    uris = {resource.uri for resource in (await client.list_resources()).resources}
    assert {"weft://orders", "weft://openapi", "weft://docs/api"} <= {str(uri) for uri in uris}
    guide = await client.read_resource("weft://docs/api")
    assert guide.contents[0].text.startswith("#")
    api = json.loads((await client.read_resource("weft://openapi")).contents[0].text)
    assert api["openapi"].startswith("3.1")
    templates = (await client.list_resource_templates()).resource_templates
    assert "weft://orders/{id}" in {template.uri_template for template in templates}
    uri = f"weft://orders/{first.structured_content['id']}"
    assert json.loads((await client.read_resource(uri)).contents[0].text)["status"]

    prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
    assert {"explain-decision", "plan-orders", "review-order"} <= prompts
    review = await client.get_prompt("review-order", {"order": first.structured_content["id"]})
    assert review.messages[0].content.type == "resource"
    assert first.structured_content["id"] in review.messages[-1].content.text
    with pytest.raises(sdk.MCPError):
        await client.get_prompt("review-order", {})


@pytest.mark.parametrize("mode, revision", MODES)
def test_the_official_client_over_http(weft, person, mode, revision):
    async def run():
        async with over_http(weft, person, mode) as client:
            await everything(client, revision, f"sdk-http-{mode}")

    alone(run)


@pytest.mark.parametrize("mode, revision", MODES)
def test_the_official_client_over_stdio(weft_binary, mode, revision):
    async def run():
        async with over_stdio(weft_binary, None, mode) as client:
            await everything(client, revision, f"sdk-stdio-{mode}")

    alone(run)


def test_stdio_works_beside_a_running_server(weft, weft_binary, person):
    async def run():
        async with over_stdio(weft_binary, weft.data, "auto") as client:
            made = await client.call_tool("logistics.create-order", draft(in_days(5)))
            return made.structured_content["id"]

    identity = alone(run)
    # The server's workers take the order up.
    assert person.order_when(identity, "booked", "failed")["status"] == "booked"


def test_the_official_client_hears_of_changes(weft, person):
    async def run():
        async with over_http(weft, person, "auto") as client:
            uri = "weft://orders"
            async with client.listen(resource_subscriptions=[uri]) as changes:
                await client.call_tool("logistics.create-order", draft(in_days(6)))
                async with asyncio.timeout(20):
                    async for event in changes:
                        return str(event.uri), uri

    told, uri = alone(run)
    assert told == uri


def all_tools(client):
    """All pages."""
    found, cursor = {}, None
    while True:
        page = client.request("tools/list", {"cursor": cursor} if cursor else {})
        found |= {tool["name"]: tool for tool in page["tools"]}
        cursor = page.get("nextCursor")
        if not cursor:
            return found


def test_tools_are_well_formed(stateless, session):
    for client in (stateless, session):
        for name, tool in all_tools(client).items():
            assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name)
            for schema in (tool["inputSchema"], tool.get("outputSchema", {})):
                jsonschema.Draft202012Validator.check_schema(schema)
                named = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
                assert named <= set(schema.get("$defs", {}))


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────


def test_roles_decide_what_is_seen(weft, person, stateless):
    made = person.post(
        "/api/accounts",
        {
            "name": "Reader",
            "email": "reader@weft.example",
            "password": "reading-is-fun-42",
            "roles": READER,
        },
    )
    assert made.status == 201, made.body
    token = Client(weft.url).post(
        "/auth/token", {"email": "reader@weft.example", "password": "reading-is-fun-42"}
    )
    reader = Stateless(
        Endpoint(weft.url + "/mcp", {"Authorization": f"Bearer {token.json['accessToken']}"})
    )

    every, some = set(all_tools(stateless)), set(all_tools(reader))
    assert some < every
    assert "logistics.list-orders" in some and "logistics.create-order" not in some
    with pytest.raises(Refused) as refused:
        reader.request("tools/call", {"name": "logistics.create-order", "arguments": draft(in_days(3))})
    # Somebody who may not use a tool learns no more than that there is none.
    assert refused.value.code == -32602
    with pytest.raises(Refused) as unknown:
        reader.request("tools/call", {"name": "logistics.create-nothing"})
    assert refused.value.message.replace("order", "nothing") == unknown.value.message


def test_secrets_are_not_offered(stateless):
    found = set(all_tools(stateless))
    assert not found & {"identity.change-password", "identity.create-key", "identity.begin-totp"}
    # Nor what only a person may do.
    assert not found & {"approvals.decide-approval", "workflows.decide-approval"}


def test_nobody_gets_in_without_a_credential(weft):
    for fields in ({}, {"Authorization": "Bearer nonsense"}):
        answer = Endpoint(weft.url + "/mcp", fields).post(
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        )
        assert answer.status == 401
        check(STATEFUL, answer.json)
        where = re.search(r'resource_metadata="([^"]+)"', answer.headers["www-authenticate"])[1]
        assert where == weft.url + "/.well-known/oauth-protected-resource/mcp"
    said = Client(weft.url).get("/.well-known/oauth-protected-resource").json
    assert said["resource"] == weft.url + "/mcp"
    assert said["bearer_methods_supported"] == ["header"]
    # Weft is no authorization server, and no gateway was named.
    assert "authorization_servers" not in said


def test_pages_of_other_sites_are_refused(weft, endpoint):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for fields in (
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Host": "evil.example.com", "Origin": "http://evil.example.com"},
        {"Host": "evil.example.com"},
    ):
        answer = endpoint.post(body, fields)
        assert answer.status == 403, fields
        check(STATEFUL, answer.json)
    assert endpoint.post(body, {"Origin": weft.url}).status == 400


def test_another_organisation_does_not_exist(weft, weft_binary, stateless, tmp_path):
    if weft.data is None:
        pytest.skip("the server was not started here")
    password = "shipping-for-others-42"
    (tmp_path / "password").write_text(password)
    made = subprocess.run(
        [
            weft_binary,
            "init",
            "--data",
            str(weft.data),
            "--organisation",
            "Other Freight",
            "--email",
            "other@weft.example",
            "--name",
            "Other",
            "--password-file",
            str(tmp_path / "password"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    token = Client(weft.url).post(
        "/auth/token", {"email": "other@weft.example", "password": password}
    )
    assert token.status == 200, token.body
    other = Stateless(
        Endpoint(weft.url + "/mcp", {"Authorization": f"Bearer {token.json['accessToken']}"})
    )
    listed = stateless.request("tools/call", {"name": "logistics.list-orders", "arguments": {"limit": 1}})
    identity = listed["structuredContent"]["items"][0]["id"]
    assert stateless.request("resources/read", {"uri": f"weft://orders/{identity}"})["contents"]
    with pytest.raises(Refused) as refused:
        other.request("resources/read", {"uri": f"weft://orders/{identity}"})
    assert refused.value.code == -32602
    result = other.request("tools/call", {"name": "logistics.get-order", "arguments": {"id": identity}})
    assert result["isError"] and result["_meta"]["weft/problem"]["kind"] == "notFound"
    own = other.request("tools/call", {"name": "logistics.list-orders", "arguments": {}})
    assert own["structuredContent"]["items"] == []


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_header_field_is_an_idempotency_key_too(stateless, session):
    order = draft(in_days(7))
    call = {"name": "logistics.create-order", "arguments": order}
    fields = {"Idempotency-Key": "one-key-for-two-eras"}
    made = stateless.request("tools/call", call, headers=fields)["structuredContent"]["id"]
    again = session.request("tools/call", call, headers=fields)["structuredContent"]["id"]
    assert made == again
    params = {**call, "_meta": {"weft/idempotency-key": "another"}}
    with pytest.raises(Refused) as refused:
        stateless.request("tools/call", params, headers=fields)
    assert refused.value.code == -32602


def test_a_call_belongs_to_the_callers_trace(weft, person, stateless):
    trace = "0af7651916cd43dd8448eb211c80319c"
    call = {
        "name": "logistics.create-order",
        "arguments": draft(in_days(8)),
        "_meta": {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    }
    made = stateless.request("tools/call", call)["structuredContent"]["id"]
    events_of = person.get(f"/api/events?subject=order:{made}")
    assert events_of.status == 200, events_of.body
    assert trace in json.dumps(events_of.json), events_of.json


def test_completion_of_what_is_there(stateless):
    found = stateless.request(
        "completion/complete",
        {
            "ref": {"type": "ref/resource", "uri": "weft://orders/{id}"},
            "argument": {"name": "id", "value": "0193"},
        },
    )["completion"]
    assert found["values"] and all(value.startswith("0193") for value in found["values"])
    for_prompt = stateless.request(
        "completion/complete",
        {
            "ref": {"type": "ref/prompt", "name": "review-order"},
            "argument": {"name": "order", "value": ""},
        },
    )["completion"]
    assert for_prompt["values"]


def test_older_revisions_are_spoken_too(endpoint):
    for revision, expected in [
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", STATEFUL),
        (STATELESS, STATEFUL),
        ("tomorrow", STATEFUL),
    ]:
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": revision,
                "capabilities": {},
                "clientInfo": {"name": "tests", "version": "1"},
            },
        }
        answer = endpoint.post(body)
        assert answer.json["result"]["protocolVersion"] == expected
        # Nothing announces that a list has changed, so nothing promises it.
        assert "listChanged" not in json.dumps(answer.json["result"]["capabilities"])
        fields = {
            "MCP-Protocol-Version": expected,
            "Mcp-Session-Id": answer.headers["mcp-session-id"],
        }
        call = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "logistics.list-orders", "arguments": {"limit": 0}},
        }
        refused = endpoint.post(call, fields).json
        # What is an error of the protocol in one revision is a tool's answer in the next.
        if expected < STATEFUL:
            assert refused["error"]["code"] == -32602
            assert refused["error"]["data"]["pointer"] == "/params/arguments/limit"
        else:
            assert refused["result"]["isError"]
        endpoint.send("DELETE", headers=fields)


def test_what_cannot_be_undone_is_asked_for(stateless, session):
    nobody = "customer:01930000-0000-7000-8000-c00000009999"
    call = {
        "name": "privacy.erase-person",
        "arguments": {"subject": nobody, "reason": "a test of approvals"},
    }
    # Nobody is asked for what cannot be done.
    wrong = stateless.request("tools/call", {**call, "arguments": {"subject": nobody}})
    assert wrong["isError"] and wrong["_meta"]["weft/problem"]["pointer"] == "/reason"
    before = stateless.request("tools/call", call)
    assert before["resultType"] == "input_required"
    assert before["inputRequests"]["approval"]["method"] == "elicitation/create"

    def answer(reply):
        return stateless.request(
            "tools/call",
            {
                **call,
                "inputResponses": {"approval": reply},
                "requestState": before["requestState"],
            },
        )

    for reply in ({"action": "decline"}, {"action": "accept", "content": {"agree": False}}):
        refused = answer(reply)
        assert refused["isError"]
        assert refused["_meta"]["weft/problem"]["code"] == "not-approved"
    # Agreed: now the tool itself decides.
    agreed = answer({"action": "accept", "content": {"agree": True}})
    assert agreed.get("_meta", {}).get("weft/problem", {}).get("code") != "not-approved"
    # In a session the user is asked while the call is under way.
    session.replies["elicitation/create"] = {"action": "cancel"}
    refused = session.request("tools/call", call)
    assert refused["isError"] and len(session.asked) == 1


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────


def deep(levels):
    return b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + b"[" * levels + b"]" * levels + b"}}"


BROKEN = [
    (b"", -32700),
    (b"{", -32700),
    (b"not json", -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"} trailing', -32700),
    (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"p\xff"}', -32700),
    (deep(100), -32600),
    (b"[]", -32600),
    (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
    (b"7", -32600),
    (b"null", -32600),
    (b'{"id":1,"method":"ping"}', -32600),
    (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":[1],"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":5}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":""}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600),
    (b'{"jsonrpc":"2.0","id":1}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}', -32600),
]


@pytest.mark.parametrize("body, code", BROKEN, ids=[repr(body[:40]) for body, _ in BROKEN])
def test_broken_messages_over_http(endpoint, session, body, code):
    answer = endpoint.post(body, session.fields)
    assert (answer.status, answer.json["error"]["code"]) == (400, code)
    check(STATEFUL, answer.json)
    assert session.request("ping") == {}


def test_messages_that_are_too_long(endpoint, session):
    body = b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"' + b"x" * (4 << 20) + b'"}}'
    answer = endpoint.post(body, session.fields)
    assert answer.status == 413 and answer.json["error"]["code"] == -32600
    assert session.request("ping") == {}


def test_what_is_not_there(stateless, session):
    for client, gone in ((stateless, -32602), (session, -32002)):
        for method, params, code in [
            ("tools/call", {"name": "no.such-tool"}, -32602),
            ("tools/call", {"name": 7}, -32602),
            ("tools/call", {}, -32602),
            ("tools/call", {"name": "logistics.list-orders", "arguments": [1]}, -32602),
            ("prompts/get", {"name": "no-such-prompt"}, -32602),
            ("prompts/get", {"name": "review-order", "arguments": {"order": 7}}, -32602),
            ("prompts/get", {"name": "review-order", "arguments": {"nothing": "x"}}, -32602),
            ("resources/read", {"uri": "weft://orders/nothing"}, gone),
            ("resources/read", {"uri": "weft://orders/../docs"}, gone),
            ("resources/read", {"uri": "file:///etc/passwd"}, gone),
            ("resources/read", {"uri": "weft://docs/..%2F..%2FREADME"}, gone),
            ("tools/list", {"cursor": "nonsense"}, -32602),
            ("prompts/list", {"cursor": "dG9vbHM6eA"}, -32602),
            ("no/such-method", {}, -32601),
        ]:
            with pytest.raises(Refused) as refused:
                client.request(method, params)
            assert refused.value.code == code, (method, params)


def test_arguments_that_break_the_schema_change_nothing(person, stateless):
    before = person.get("/api/orders?limit=1").json["counts"]
    for change, pointer in [
        ({"requestedDate": "soon"}, "/requestedDate"),
        ({"items": [{"name": "x"}]}, "/items/0"),
        ({"nonsense": 1}, "/nonsense"),
        ({"items": [{**draft(in_days(3))["items"][0], "quantity": "many"}]}, "/items/0/quantity"),
    ]:
        result = stateless.request(
            "tools/call",
            {"name": "logistics.create-order", "arguments": {**draft(in_days(3)), **change}},
        )
        assert result["isError"]
        assert result["_meta"]["weft/problem"]["pointer"].startswith(pointer), result
        assert pointer in result["content"][0]["text"]
    after = person.get("/api/orders?limit=1").json["counts"]
    assert sum(after.values()) == sum(before.values())


def test_sessions_that_are_not_there(endpoint, session):
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert endpoint.post(body, {"MCP-Protocol-Version": STATEFUL}).status == 400
    assert endpoint.post(body, {**session.fields, "Mcp-Session-Id": "nonsense"}).status == 404
    assert endpoint.post(body, {**session.fields, "MCP-Protocol-Version": "1999-01-01"}).status == 400
    accept = {"Accept": "text/event-stream"}
    assert endpoint.send("GET", headers=accept).status == 400
    assert endpoint.send("GET", headers={"Accept": "application/json"}).status == 406
    assert endpoint.send("DELETE").status == 400
    modern = {**accept, "MCP-Protocol-Version": STATELESS}
    assert endpoint.send("GET", headers=modern).status == 405
    for event in ("nonsense", "0-999", "99-1", "-1-1", "1", "9" * 40):
        fields = {**session.fields, **accept, "Last-Event-ID": event}
        answer = endpoint.send("GET", headers=fields)
        assert answer.status == 400, event
        check(STATEFUL, answer.json)
    again = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": STATEFUL,
            "capabilities": {},
            "clientInfo": {"name": "tests", "version": "1"},
        },
    }
    assert endpoint.post(again, session.fields).json["error"]["code"] == -32600
    # Answers to questions that nobody asked are left alone.
    answer = {"jsonrpc": "2.0", "id": 99, "result": {}}
    assert endpoint.post(answer, session.fields).status == 202
    assert session.request("ping") == {}


def test_media_types(endpoint, session):
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert endpoint.post(body, {**session.fields, "Content-Type": "text/plain"}).status == 415
    assert endpoint.post(body, {**session.fields, "Accept": "image/png"}).status == 406
    assert endpoint.post(body, {**session.fields, "Accept": "application/json"}).status == 200
    streamed = endpoint.post(body, {**session.fields, "Accept": "text/event-stream"})
    assert streamed.final["result"] == {}


def test_ids_that_are_in_use(session, endpoint):
    results = []

    def call():
        results.append(
            endpoint.post(
                {
                    "jsonrpc": "2.0",
                    "id": "same",
                    "method": "tools/call",
                    "params": {"name": "logistics.create-order", "arguments": draft(in_days(9))},
                },
                session.fields,
            )
        )

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    # Each is answered: with an order, or that the id is in use.
    assert len(results) == 4
    for answer in results:
        assert "result" in answer.final or answer.final["error"]["code"] == -32600


# ── standard input and output ────────────────────────────────────────────────────────────────────────


def talk(binary, data, sent, timeout=60):
    done = subprocess.run(
        [binary, "mcp", "--stdio", "--data", str(data), "--organisation", "Weft Demo Freight"],
        input=sent,
        capture_output=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def line(message):
    return json.dumps(message).encode() + b"\n"


def modern(request_id, method, **params):
    meta = {META + "protocolVersion": STATELESS, META + "clientCapabilities": {}}
    return line(
        {"jsonrpc": "2.0", "id": request_id, "method": method, "params": {**params, "_meta": meta}}
    )


def test_broken_lines_on_stdio(weft, weft_binary):
    if weft.data is None:
        pytest.skip("the server was not started here")
    bad = [body for body, _ in BROKEN if body]
    sent = b"\n".join(bad) + b"\n\r\n" + b"x" * (5 << 20) + b"\n" + modern("last", "server/discover")
    answers = talk(weft_binary, weft.data, sent)
    codes = [answer["error"]["code"] for answer in answers[:-1]]
    assert codes == [code for body, code in BROKEN if body] + [-32600]
    for answer in answers:
        check(STATELESS, answer, "server/discover")
    assert answers[-1]["id"] == "last"


def test_stdin_that_ends_within_a_message_changes_nothing(weft, weft_binary, person):
    if weft.data is None:
        pytest.skip("the server was not started here")
    before = person.get("/api/orders?limit=1").json["counts"]
    whole = modern("cut", "tools/call", name="logistics.create-order", arguments=draft(in_days(3)))
    for cut in (10, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        answers = talk(weft_binary, weft.data, modern("a", "server/discover") + whole[:cut])
        assert {answer.get("id") for answer in answers} == {"a", None}
    after = person.get("/api/orders?limit=1").json["counts"]
    assert sum(after.values()) == sum(before.values())


def test_wrong_versions_on_stdio(weft, weft_binary):
    if weft.data is None:
        pytest.skip("the server was not started here")
    meta = {META + "protocolVersion": "1900-01-01", META + "clientCapabilities": {}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    answers = talk(
        weft_binary, weft.data, line(body) + line({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
    )
    by_id = {answer["id"]: answer["error"] for answer in answers}
    assert by_id[1]["code"] == -32022 and STATELESS in by_id[1]["data"]["supported"]
    assert by_id[2]["code"] == -32602


def test_the_command_says_how_it_is_used(weft_binary):
    bare = subprocess.run([weft_binary, "mcp"], capture_output=True, text=True)
    assert bare.returncode == 2 and "--stdio" in bare.stderr
    missing = subprocess.run(
        [weft_binary, "mcp", "--stdio", "--data", "/nonexistent/weft"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert missing.returncode == 1 and missing.stdout == ""
