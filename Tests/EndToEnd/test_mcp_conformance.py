"""Every server scenario that the protocol's conformance suite requires of 2025-11-25 and 2026-07-28,
done over sockets against a server that carries the suite's tools, resources and prompts.

Each test is called for its scenario. `test_every_required_scenario_is_here` reads the suite's own lists.
"""

import json
import os
import re
import select
import subprocess
import threading
import time
from pathlib import Path

import pytest
from mcp_wire import (
    META,
    REVISIONS,
    STATEFUL,
    STATELESS,
    Endpoint,
    Refused,
    Stateful,
    Stateless,
    check,
    connect,
    events,
)

HERE = Path(__file__)


@pytest.fixture(scope="module")
def fixture(tmp_path_factory):
    """The server with the suite's things: MCPFixture, which building the tests makes."""
    built = HERE.parents[2] / ".build/debug/MCPFixture"
    binary = Path(os.environ.get("MCP_FIXTURE", built))
    assert binary.exists(), f"there is no {binary}; `swift build` makes it"
    log = tmp_path_factory.mktemp("mcp") / "fixture.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [str(binary), "--http"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
    assert select.select([process.stdout], [], [], 20)[0], "the fixture is not ready"
    endpoint = Endpoint(json.loads(process.stdout.readline())["url"])
    endpoint.log = log
    yield endpoint
    process.stdin.close()
    process.wait(15)


@pytest.fixture(params=REVISIONS)
def client(request, fixture):
    connection = connect(fixture, request.param)
    yield connection
    connection.close()


@pytest.fixture
def session(fixture):
    connection = Stateful(fixture)
    yield connection
    connection.close()


@pytest.fixture
def stateless(fixture):
    return Stateless(fixture)


def content(result, kind):
    return next(block for block in result["content"] if block["type"] == kind)


# ── both revisions ───────────────────────────────────────────────────────────────────────────────────


def test_tools_list(client):
    tools = client.request("tools/list")["tools"]
    for tool in tools:
        assert re.fullmatch(r"[A-Za-z0-9_./-]{1,64}", tool["name"])
        assert tool["description"] and tool["inputSchema"]["type"] == "object"
    assert [tool["name"] for tool in tools] == sorted(tool["name"] for tool in tools)


def test_tools_call_simple_text(client):
    result = client.request("tools/call", {"name": "test_simple_text"})
    assert content(result, "text")["text"] == "This is a simple text response for testing."


def test_tools_call_image(client):
    image = content(client.request("tools/call", {"name": "test_image_content"}), "image")
    assert image["mimeType"] == "image/png" and image["data"].startswith("iVBORw0KGgo")


def test_tools_call_audio(client):
    audio = content(client.request("tools/call", {"name": "test_audio_content"}), "audio")
    assert audio["mimeType"] == "audio/wav" and audio["data"].startswith("UklGR")


def test_tools_call_embedded_resource(client):
    result = client.request("tools/call", {"name": "test_embedded_resource", "arguments": {}})
    assert content(result, "resource")["resource"] == {
        "uri": "test://embedded-resource",
        "mimeType": "text/plain",
        "text": "This is an embedded resource content.",
    }


def test_tools_call_mixed_content(client):
    result = client.request("tools/call", {"name": "test_multiple_content_types", "arguments": {}})
    assert [block["type"] for block in result["content"]] == ["text", "image", "resource"]


def test_tools_call_error(client):
    result = client.request("tools/call", {"name": "test_error_handling", "arguments": {}})
    assert result["isError"] is True
    assert content(result, "text")["text"] == "This tool intentionally returns an error for testing"


def test_tools_call_with_progress(client):
    client.request(
        "tools/call",
        {
            "name": "test_tool_with_progress",
            "arguments": {},
            "_meta": {"progressToken": "progress-test-1"},
        },
    )
    steps = [n["params"] for n in client.notifications if n["method"] == "notifications/progress"]
    assert [step["progress"] for step in steps] == [0, 50, 100]
    assert {step["progressToken"] for step in steps} == {"progress-test-1"}
    assert {step["total"] for step in steps} == {100}


def test_server_sse_multiple_streams(client):
    results = []

    def call(number):
        results.append(
            client.request(
                "tools/call",
                {
                    "name": "test_tool_with_progress",
                    "arguments": {},
                    "_meta": {"progressToken": number},
                },
            )
        )

    threads = [threading.Thread(target=call, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == 3
    for number in range(3):
        # Each stream has the messages of its own request, in their order.
        own = [n["params"] for n in client.notifications if n["params"]["progressToken"] == number]
        assert [step["progress"] for step in own] == [0, 50, 100]


def test_completion_complete(client):
    def complete(value):
        return client.request(
            "completion/complete",
            {
                "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
                "argument": {"name": "arg1", "value": value},
            },
        )["completion"]

    found = complete("test")
    assert len(found["values"]) == 100 and found["hasMore"] is True
    assert complete("par") == {"values": ["paris", "park", "party"], "total": 3, "hasMore": False}


def test_resources_list(client):
    resources = client.request("resources/list")["resources"]
    assert all(r["uri"] and r["name"] and r["description"] for r in resources)
    assert "test://static-text" in {r["uri"] for r in resources}


def test_resources_read_text(client):
    result = client.request("resources/read", {"uri": "test://static-text"})
    assert result["contents"] == [
        {
            "uri": "test://static-text",
            "mimeType": "text/plain",
            "text": "This is the content of the static text resource.",
        }
    ]


def test_resources_read_binary(client):
    (only,) = client.request("resources/read", {"uri": "test://static-binary"})["contents"]
    assert only["mimeType"] == "image/png" and only["blob"].startswith("iVBORw0KGgo")


def test_resources_templates_read(client):
    templates = client.request("resources/templates/list")["resourceTemplates"]
    assert [t["uriTemplate"] for t in templates] == ["test://template/{id}/data"]
    (only,) = client.request("resources/read", {"uri": "test://template/123/data"})["contents"]
    assert only["uri"] == "test://template/123/data"
    assert json.loads(only["text"])["id"] == "123"


def test_prompts_list(client):
    prompts = client.request("prompts/list")["prompts"]
    assert all(prompt["name"] and prompt["description"] for prompt in prompts)


def test_prompts_get_simple(client):
    (only,) = client.request("prompts/get", {"name": "test_simple_prompt"})["messages"]
    assert only["role"] == "user"
    assert only["content"] == {"type": "text", "text": "This is a simple prompt for testing."}


def test_prompts_get_with_args(client):
    arguments = {"arg1": "hello", "arg2": "world"}
    result = client.request(
        "prompts/get", {"name": "test_prompt_with_arguments", "arguments": arguments}
    )
    text = result["messages"][0]["content"]["text"]
    assert text == "Prompt with arguments: arg1='hello', arg2='world'"


def test_prompts_get_embedded_resource(client):
    result = client.request(
        "prompts/get",
        {
            "name": "test_prompt_with_embedded_resource",
            "arguments": {"resourceUri": "test://example-resource"},
        },
    )
    resource = result["messages"][0]["content"]
    assert resource["type"] == "resource"
    assert resource["resource"]["uri"] == "test://example-resource"


def test_prompts_get_with_image(client):
    result = client.request("prompts/get", {"name": "test_prompt_with_image"})
    assert [m["content"]["type"] for m in result["messages"]] == ["image", "text"]


def test_json_schema_2020_12(client):
    tools = {t["name"]: t["inputSchema"] for t in client.request("tools/list")["tools"]}
    schema = tools["json_schema_2020_12_tool"]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$defs"]["address"]["$anchor"] == "addressDef"
    assert schema["additionalProperties"] is False
    assert "anyOf" in schema["allOf"][0]
    assert {"if", "then", "else"} <= schema.keys()


@pytest.mark.parametrize("revision", REVISIONS)
def test_dns_rebinding_protection(fixture, revision):
    def probe(host):
        fields = {"Host": host, "Origin": f"http://{host}"}
        if revision == STATELESS:
            client = Stateless(fixture)
            body = client.body("server/discover")
            fields |= client.fields("server/discover", {})
        else:
            fields["MCP-Protocol-Version"] = revision
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
        return fixture.post(body, fields)

    refused = probe("evil.example.com")
    assert refused.status == 403
    check(revision, refused.json)
    assert "id" not in refused.json
    for host in ("localhost", f"127.0.0.1:{fixture.port}", "[::1]:80"):
        assert probe(host).status == 200


# ── 2025-11-25 ───────────────────────────────────────────────────────────────────────────────────────


def test_server_initialize(session):
    assert session.greeting["protocolVersion"] == STATEFUL
    assert session.greeting["serverInfo"]["name"] == "weft-mcp-fixture"
    assert re.fullmatch(r"[\x21-\x7e]+", session.session)


def test_ping(session):
    assert session.request("ping") == {}


def test_logging_set_level(session):
    assert session.request("logging/setLevel", {"level": "info"}) == {}
    with pytest.raises(Refused) as refused:
        session.request("logging/setLevel", {"level": "loud"})
    assert refused.value.code == -32602


def test_tools_call_with_logging(session):
    session.request("tools/call", {"name": "test_tool_with_logging", "arguments": {}})
    assert session.notifications == []
    session.request("logging/setLevel", {"level": "debug"})
    session.request("tools/call", {"name": "test_tool_with_logging", "arguments": {}})
    lines = [n["params"]["data"] for n in session.notifications]
    assert lines == [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ]
    session.request("logging/setLevel", {"level": "error"})
    session.request("tools/call", {"name": "test_tool_with_logging", "arguments": {}})
    assert len(session.notifications) == 3


def test_tools_call_sampling(session):
    session.replies["sampling/createMessage"] = {
        "role": "assistant",
        "content": {"type": "text", "text": "This is a test response from the client"},
        "model": "test-model",
        "stopReason": "endTurn",
    }
    result = session.request("tools/call", {"name": "test_sampling", "arguments": {"prompt": "Hi"}})
    assert session.asked[0]["params"]["messages"][0]["content"]["text"] == "Hi"
    text = content(result, "text")["text"]
    assert text == "LLM response: This is a test response from the client"


def test_tools_call_elicitation(session):
    given = {"username": "testuser", "email": "test@example.com"}
    session.replies["elicitation/create"] = {"action": "accept", "content": given}
    result = session.request(
        "tools/call", {"name": "test_elicitation", "arguments": {"message": "Who are you?"}}
    )
    assert session.asked[0]["params"]["message"] == "Who are you?"
    assert "testuser" in content(result, "text")["text"]


def test_a_client_that_cannot_be_asked_is_not_asked(fixture):
    client = Stateful(fixture, capabilities={})
    result = client.request("tools/call", {"name": "test_sampling", "arguments": {"prompt": "Hi"}})
    assert result["isError"] and client.asked == []
    client.close()


def test_a_client_that_refuses_to_answer_is_told_to_the_tool(session):
    result = session.request("tools/call", {"name": "test_sampling", "arguments": {"prompt": "Hi"}})
    assert result["isError"] and "not here" in content(result, "text")["text"]


def test_elicitation_sep1034_defaults(session):
    session.replies["elicitation/create"] = {"action": "accept", "content": {"age": 25}}
    session.request("tools/call", {"name": "test_elicitation_sep1034_defaults", "arguments": {}})
    form = session.asked[0]["params"]["requestedSchema"]["properties"]
    assert {name: part["default"] for name, part in form.items()} == {
        "name": "John Doe",
        "age": 30,
        "score": 95.5,
        "status": "active",
        "verified": True,
    }
    assert [form[n]["type"] for n in ("name", "age", "score", "status", "verified")] == [
        "string",
        "integer",
        "number",
        "string",
        "boolean",
    ]
    assert form["status"]["default"] in form["status"]["enum"]


def test_elicitation_sep1330_enums(session):
    session.replies["elicitation/create"] = {"action": "decline"}
    session.request("tools/call", {"name": "test_elicitation_sep1330_enums", "arguments": {}})
    form = session.asked[0]["params"]["requestedSchema"]["properties"]
    assert form["untitledSingle"]["enum"] and "enumNames" not in form["untitledSingle"]
    assert all({"const", "title"} == set(one) for one in form["titledSingle"]["oneOf"])
    assert len(form["legacyEnum"]["enum"]) == len(form["legacyEnum"]["enumNames"])
    assert form["untitledMulti"]["items"]["enum"]
    assert all({"const", "title"} == set(one) for one in form["titledMulti"]["items"]["anyOf"])


def test_resources_subscribe(session):
    assert session.request("resources/subscribe", {"uri": "test://watched-resource"}) == {}
    response, connection = session.endpoint.open(
        "GET", headers={**session.fields, "Accept": "text/event-stream"}
    )
    stream = events(response)
    assert next(stream).data == ""
    session.request("tools/call", {"name": "test_trigger_resource_change"})
    message = json.loads(next(stream).data)
    check(STATEFUL, message)
    assert message["method"] == "notifications/resources/updated"
    assert message["params"] == {"uri": "test://watched-resource"}
    connection.close()
    with pytest.raises(Refused) as refused:
        session.request("resources/subscribe", {"uri": "test://nothing"})
    assert refused.value.code == -32002


def test_resources_unsubscribe(session):
    session.request("resources/subscribe", {"uri": "test://watched-resource"})
    assert session.request("resources/unsubscribe", {"uri": "test://watched-resource"}) == {}
    session.request("tools/call", {"name": "test_trigger_resource_change"})
    session.request("tools/call", {"name": "test_trigger_tool_change"})
    response, connection = session.endpoint.open(
        "GET", headers={**session.fields, "Accept": "text/event-stream"}
    )
    stream = events(response)
    next(stream)
    # What was said while nobody listened is there, and nothing of the resource.
    assert json.loads(next(stream).data)["method"] == "notifications/tools/list_changed"
    connection.close()


def test_server_session_lifecycle(fixture):
    client = Stateful(fixture)
    deleted = fixture.send("DELETE", headers=client.fields)
    assert deleted.status == 204
    body = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
    gone = fixture.post(body, client.fields)
    assert gone.status == 404
    check(STATEFUL, gone.json)
    assert fixture.send("DELETE", headers=client.fields).status == 404


def test_server_sse_polling(session):
    body = {
        "jsonrpc": "2.0",
        "id": 1_000,
        "method": "tools/call",
        "params": {"name": "test_reconnection", "arguments": {}},
    }
    first = session.endpoint.post(body, session.fields)
    # The stream began with where to resume, and was let go of before the answer.
    assert first.events[0].data == "" and first.events[0].id and first.events[0].retry
    assert first.messages == []
    rest = session.endpoint.send(
        "GET",
        headers={
            **session.fields,
            "Accept": "text/event-stream",
            "Last-Event-ID": first.events[0].id,
        },
    )
    assert rest.final["id"] == 1_000
    check(STATEFUL, rest.final, "tools/call")
    # Once more: what was sent after an event can be had again, and after the last there is nothing.
    last = rest.events[-1].id
    again = session.endpoint.send(
        "GET",
        headers={**session.fields, "Accept": "text/event-stream", "Last-Event-ID": last},
    )
    assert again.messages == []


# ── 2026-07-28 ───────────────────────────────────────────────────────────────────────────────────────


def test_server_stateless(fixture, stateless):
    discovered = stateless.request("server/discover")
    assert STATELESS in discovered["supportedVersions"]
    assert discovered["capabilities"]["prompts"] and discovered["capabilities"]["tools"]
    assert discovered["_meta"][META + "serverInfo"]["version"] == "1.0.0"


@pytest.mark.parametrize("missing", ["_meta", "protocolVersion", "clientCapabilities"])
def test_server_stateless_needs_meta(fixture, stateless, missing):
    body = stateless.body("server/discover")
    if missing == "_meta":
        del body["params"]["_meta"]
    else:
        del body["params"]["_meta"][META + missing]
    answer = fixture.post(body, stateless.fields("server/discover", {}))
    check(STATELESS, answer.json)
    assert (answer.status, answer.json["error"]["code"]) == (400, -32602)
    assert answer.json["id"] == body["id"]


def test_server_stateless_needs_no_client_info(fixture, stateless):
    body = stateless.body("server/discover")
    del body["params"]["_meta"][META + "clientInfo"]
    assert fixture.post(body, stateless.fields("server/discover", {})).status == 200


def test_server_stateless_versions(fixture, stateless):
    supported = stateless.request("server/discover")["supportedVersions"]

    def ask(stated, field):
        body = stateless.body("server/discover", {"_meta": {META + "protocolVersion": stated}})
        fields = {**stateless.fields("server/discover", {}), "MCP-Protocol-Version": field}
        answer = fixture.post(body, fields)
        check(STATELESS, answer.json)
        assert answer.status == 400 and answer.json["id"] == body["id"]
        return answer.json["error"]

    error = ask("v999.0.0", "v999.0.0")
    assert error["code"] == -32022
    assert error["data"]["requested"] == "v999.0.0"
    assert set(error["data"]["supported"]) <= set(supported)
    assert ask("v999.0.0", STATELESS)["code"] == -32020
    assert ask(STATELESS, None)["code"] == -32020


def test_server_stateless_capabilities(fixture):
    client = Stateless(fixture, capabilities={})
    with pytest.raises(Refused) as refused:
        client.request("tools/call", {"name": "test_missing_capability", "arguments": {}})
    assert (refused.value.code, refused.value.status) == (-32021, 400)
    assert refused.value.data == {"requiredCapabilities": {"sampling": {}}}


@pytest.mark.parametrize(
    "method",
    [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "unknown/method",
    ],
)
def test_server_stateless_removed_methods(stateless, method):
    with pytest.raises(Refused) as refused:
        stateless.request(method)
    assert (refused.value.code, refused.value.status) == (-32601, 404)


def test_server_stateless_streams_hold_no_requests(fixture):
    client = Stateless(fixture, capabilities={"elicitation": {}})
    result = client.request(
        "tools/call",
        {
            "name": "test_streaming_elicitation",
            "arguments": {},
            "_meta": {"progressToken": "token"},
        },
    )
    assert result["resultType"] == "input_required"
    assert [n["method"] for n in client.notifications] == ["notifications/progress"]


def test_server_stateless_logs_only_on_request(stateless):
    call = {"name": "test_logging_tool", "arguments": {}}
    stateless.request("tools/call", call)
    assert stateless.notifications == []
    stateless.request("tools/call", {**call, "_meta": {META + "logLevel": "debug"}})
    assert [n["method"] for n in stateless.notifications] == ["notifications/message"]
    stateless.request("tools/call", {**call, "_meta": {META + "logLevel": "alert"}})
    assert len(stateless.notifications) == 1


class Listening:
    """A stream of changes that is open."""

    def __init__(self, client, filter, request_id="listen-1"):
        body = client.body("subscriptions/listen", {"notifications": filter}, request_id)
        self.response, self.connection = client.endpoint.open(
            "POST",
            body,
            {
                "Content-Type": "application/json",
                "Accept": "application/json, text/event-stream",
                **client.fields("subscriptions/listen", {}),
            },
        )
        assert self.response.status == 200
        self.stream = events(self.response)
        self.acknowledged = self.next()
        assert self.acknowledged["method"] == "notifications/subscriptions/acknowledged"

    def next(self):
        message = json.loads(next(self.stream).data)
        check(STATELESS, message, "subscriptions/listen")
        return message

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def test_server_stateless_subscriptions(stateless):
    wanted = {
        "toolsListChanged": True,
        "resourceSubscriptions": ["test://watched-resource", "test://nothing"],
    }
    with Listening(stateless, wanted) as listening:
        # What cannot be watched is left out of what is acknowledged.
        assert listening.acknowledged["params"]["notifications"] == {
            "toolsListChanged": True,
            "resourceSubscriptions": ["test://watched-resource"],
        }
        # Not asked for: prompts.
        stateless.request("tools/call", {"name": "test_trigger_prompt_change"})
        stateless.request("tools/call", {"name": "test_trigger_tool_change"})
        stateless.request("tools/call", {"name": "test_trigger_resource_change"})
        first, second = listening.next(), listening.next()
    assert first["method"] == "notifications/tools/list_changed"
    assert second["method"] == "notifications/resources/updated"
    assert second["params"]["uri"] == "test://watched-resource"
    for message in (listening.acknowledged, first, second):
        assert message["params"]["_meta"][META + "subscriptionId"] == "listen-1"


def test_server_stateless_prompts_changed(stateless):
    with Listening(stateless, {"promptsListChanged": True}, 7) as listening:
        stateless.request("tools/call", {"name": "test_trigger_tool_change"})
        stateless.request("tools/call", {"name": "test_trigger_prompt_change"})
        message = listening.next()
    assert message["method"] == "notifications/prompts/list_changed"
    assert message["params"]["_meta"][META + "subscriptionId"] == 7


def test_sep_2164_resource_not_found(stateless):
    uri = "test://nonexistent-resource-for-conformance-testing"
    with pytest.raises(Refused) as refused:
        stateless.request("resources/read", {"uri": uri})
    assert refused.value.code == -32602 and refused.value.data["uri"] == uri


def test_caching(stateless):
    asked = [
        ("server/discover", {}),
        ("tools/list", {}),
        ("prompts/list", {}),
        ("resources/list", {}),
        ("resources/templates/list", {}),
        ("resources/read", {"uri": "test://static-text"}),
    ]
    for method, params in asked:
        result = stateless.request(method, params)
        assert isinstance(result["ttlMs"], int) and result["ttlMs"] >= 0
        assert result["cacheScope"] in ("public", "private")


# Requests that want input.

ELICITED = {
    "name": {"action": "accept", "content": {"name": "Alice"}},
    "ok": {"action": "accept", "content": {"ok": True}},
    "color": {"action": "accept", "content": {"color": "blue"}},
    "context": {"action": "accept", "content": {"context": "test context"}},
}
SAMPLED = {
    "role": "assistant",
    "content": {"type": "text", "text": "The capital of France is Paris."},
    "model": "test-model",
    "stopReason": "endTurn",
}
ROOTS = {"roots": [{"uri": "file:///test/root", "name": "Test Root"}]}


def first_round(client, name, method="tools/call"):
    result = client.request(method, {"name": name})
    assert result["resultType"] == "input_required"
    assert "ttlMs" not in result
    return result


def next_round(client, name, before, responses, method="tools/call"):
    params = {"name": name, "inputResponses": responses}
    if "requestState" in before:
        params["requestState"] = before["requestState"]
    return client.request(method, params)


def test_input_required_result_basic_elicitation(stateless):
    name = "test_input_required_result_elicitation"
    before = first_round(stateless, name)
    assert before["inputRequests"]["user_name"]["method"] == "elicitation/create"
    result = next_round(stateless, name, before, {"user_name": ELICITED["name"]})
    assert result["resultType"] == "complete"
    assert content(result, "text")["text"] == "Hello, Alice!"


def test_input_required_result_basic_sampling(stateless):
    name = "test_input_required_result_sampling"
    before = first_round(stateless, name)
    ((key, wanted),) = before["inputRequests"].items()
    assert wanted["method"] == "sampling/createMessage"
    result = next_round(stateless, name, before, {key: SAMPLED})
    assert "Paris" in content(result, "text")["text"]


def test_input_required_result_basic_list_roots(stateless):
    name = "test_input_required_result_list_roots"
    before = first_round(stateless, name)
    ((key, wanted),) = before["inputRequests"].items()
    assert wanted["method"] == "roots/list"
    result = next_round(stateless, name, before, {key: ROOTS})
    assert "file:///test/root" in content(result, "text")["text"]


def test_input_required_result_request_state(stateless):
    name = "test_input_required_result_request_state"
    before = first_round(stateless, name)
    assert isinstance(before["requestState"], str)
    result = next_round(stateless, name, before, {"confirm": ELICITED["ok"]})
    assert "state-ok" in content(result, "text")["text"]


def test_input_required_result_multiple_input_requests(stateless):
    name = "test_input_required_result_multiple_inputs"
    before = first_round(stateless, name)
    wanted = {key: one["method"] for key, one in before["inputRequests"].items()}
    assert set(wanted.values()) == {"elicitation/create", "sampling/createMessage", "roots/list"}
    given = {
        "elicitation/create": ELICITED["name"],
        "sampling/createMessage": SAMPLED,
        "roots/list": ROOTS,
    }
    # Two of three: the third is asked for again, and the two are remembered.
    some = {key: given[method] for key, method in wanted.items() if method != "roots/list"}
    middle = next_round(stateless, name, before, some)
    assert [one["method"] for one in middle["inputRequests"].values()] == ["roots/list"]
    ((key, _),) = middle["inputRequests"].items()
    result = next_round(stateless, name, middle, {key: ROOTS})
    assert result["resultType"] == "complete"


def test_input_required_result_multi_round(stateless):
    name = "test_input_required_result_multi_round"
    first = first_round(stateless, name)
    second = next_round(stateless, name, first, {"step1": ELICITED["name"]})
    assert second["resultType"] == "input_required"
    assert second["requestState"] != first["requestState"]
    assert list(second["inputRequests"]) == ["step2"]
    third = next_round(stateless, name, second, {"step2": ELICITED["color"]})
    assert content(third, "text")["text"] == "Alice likes blue"


def test_input_required_result_missing_input_response(stateless):
    result = stateless.request(
        "tools/call",
        {
            "name": "test_input_required_result_elicitation",
            "arguments": {},
            "inputResponses": {"wrong_key": ELICITED["ok"]},
        },
    )
    assert result["resultType"] == "input_required"
    # An answer that lacks what was required is asked for again as well.
    result = stateless.request(
        "tools/call",
        {
            "name": "test_input_required_result_elicitation",
            "inputResponses": {"user_name": {"action": "accept", "content": {}}},
        },
    )
    assert result["resultType"] == "input_required"


def test_input_required_result_non_tool_request(stateless):
    name = "test_input_required_result_prompt"
    before = first_round(stateless, name, "prompts/get")
    result = next_round(
        stateless, name, before, {"user_context": ELICITED["context"]}, "prompts/get"
    )
    assert result["messages"][0]["content"]["text"] == "Context: test context"


def test_input_required_result_result_type(stateless):
    assert first_round(stateless, "test_input_required_result_elicitation")["resultType"]
    assert stateless.request("tools/call", {"name": "test_simple_text"})["resultType"] == "complete"


def test_input_required_result_unsupported_methods(stateless):
    for method in ("tools/list", "prompts/list", "resources/list", "server/discover"):
        assert stateless.request(method)["resultType"] == "complete"


def test_input_required_result_tampered_state(fixture, stateless):
    name = "test_input_required_result_tampered_state"
    before = first_round(stateless, name)
    state = before["requestState"]
    changed = state[:-3] + ("AAA" if state[-3:] != "AAA" else "BBB")
    for tampered in (state + "-TAMPERED", changed, "", "v1."):
        with pytest.raises(Refused) as refused:
            next_round(
                stateless, name, {"requestState": tampered}, {"confirm": ELICITED["ok"]}
            )
        assert refused.value.code == -32602
    # Nor does it serve another request, or another account.
    with pytest.raises(Refused):
        next_round(
            stateless,
            "test_input_required_result_request_state",
            before,
            {"confirm": ELICITED["ok"]},
        )
    other = Stateless(Endpoint(fixture.url, {"X-Account": "other"}))
    with pytest.raises(Refused):
        next_round(other, name, before, {"confirm": ELICITED["ok"]})
    result = next_round(stateless, name, before, {"confirm": ELICITED["ok"]})
    assert "integrity-ok" in content(result, "text")["text"]


def test_input_required_result_capability_check(fixture):
    client = Stateless(fixture, capabilities={"sampling": {}})
    before = first_round(client, "test_input_required_result_capabilities")
    assert {one["method"] for one in before["inputRequests"].values()} == {
        "sampling/createMessage"
    }


def test_input_required_result_ignore_extra_params(stateless):
    result = stateless.request(
        "tools/call",
        {
            "name": "test_input_required_result_elicitation",
            "inputResponses": {
                "user_name": ELICITED["name"],
                "unknown_extra_key": {"action": "accept", "content": {"foo": "bar"}},
                "another_unexpected": {"action": "accept", "content": {"baz": 123}},
            },
        },
    )
    assert content(result, "text")["text"] == "Hello, Alice!"


@pytest.mark.parametrize("responses", [{"user_name": 12345}, None, [], {"user_name": {}}])
def test_input_required_result_validate_input(stateless, responses):
    with pytest.raises(Refused) as refused:
        stateless.request(
            "tools/call",
            {
                "name": "test_input_required_result_elicitation",
                "inputResponses": responses,
            },
        )
    assert refused.value.code == -32602


# Header fields.


def header_case(fixture, client, body, fields):
    answer = fixture.post(body, {"MCP-Protocol-Version": STATELESS, **fields})
    check(STATELESS, answer.json)
    return answer.status, (answer.json.get("error") or {}).get("code")


def test_http_header_validation(fixture, stateless):
    listing = stateless.body("tools/list")
    call = stateless.body("tools/call", {"name": "test_simple_text", "arguments": {}})
    refused, accepted = (400, -32020), (200, None)
    for body, fields, expected in [
        (listing, {"Mcp-Method": "prompts/list"}, refused),
        (listing, {}, refused),
        (listing, {"mcp-method": "tools/list"}, accepted),
        (listing, {"MCP-METHOD": "tools/list"}, accepted),
        (listing, {"Mcp-Method": "TOOLS/LIST"}, refused),
        (call, {"Mcp-Method": "tools/call", "Mcp-Name": "wrong_tool_name"}, refused),
        (call, {"Mcp-Method": "tools/call", "Mcp-Name": "  test_simple_text  "}, accepted),
        (call, {"Mcp-Method": "tools/call"}, refused),
        (
            call,
            {"Mcp-Method": "tools/call", "Mcp-Name": "=?base64?dGVzdF9zaW1wbGVfdGV4dA==?="},
            accepted,
        ),
    ]:
        assert header_case(fixture, stateless, body, fields) == expected, fields


def test_http_custom_header_server_validation(fixture, stateless):
    def case(arguments, fields):
        body = stateless.body("tools/call", {"name": "test_header_parameter", "arguments": arguments})
        fields = {"Mcp-Method": "tools/call", "Mcp-Name": "test_header_parameter", **fields}
        return header_case(fixture, stateless, body, fields)

    refused, accepted = (400, -32020), (200, None)
    assert case({"region": "Hello"}, {"Mcp-Param-Region": "=?base64?SGVsbG8=?="}) == accepted
    assert case({"region": "Hello"}, {"Mcp-Param-Region": "Hello"}) == accepted
    assert case({"region": "Hello"}, {"Mcp-Param-Region": "=?base64?SGVsbG8?="}) == refused
    assert case({"region": "Hello"}, {"Mcp-Param-Region": "=?base64?SGVs!!!bG8=?="}) == refused
    assert case({"region": "SGVsbG8="}, {"Mcp-Param-Region": "SGVsbG8="}) == accepted
    literal = "=?base64?SGVsbG8="
    assert case({"region": literal}, {"Mcp-Param-Region": literal}) == accepted
    assert case({"region": "Hello"}, {}) == refused
    assert case({"region": "Hello"}, {"Mcp-Param-Region": "Bye"}) == refused
    assert case({}, {}) == accepted
    assert case({"region": None}, {}) == accepted
    assert case({"count": 42}, {"Mcp-Param-Count": "42.0"}) == accepted
    assert case({"count": 42}, {"Mcp-Param-Count": "43"}) == refused
    wide = "=?base64?SGVsbG8sIOS4lueVjA==?="
    assert case({"region": "Hello, 世界"}, {"Mcp-Param-Region": wide}) == accepted


# ── the lists themselves ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_required_scenario_is_here(reference, revision):
    yaml = pytest.importorskip("yaml")
    path = reference / f"mcp/conformance-{revision}.yaml"
    if not path.is_file():
        pytest.skip(f"no list of scenarios at {path}")
    listed = yaml.safe_load(path.read_text())
    wanted = set(listed["server"]) | {
        one["scenario"]
        for one in listed["not_scored"]
        # Tasks are an extension, which is not offered.
        if one["leg"] == "server" and one["reason"] != "extension"
    }
    here = set(re.findall(r"^def test_(\w+)\(", HERE.read_text(), re.M))
    missing = {name for name in wanted if name.replace("-", "_") not in here}
    assert not missing


# ── cancelling, resuming, and who may ────────────────────────────────────────────────────────────────


def wait_for(condition, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def cancellations(fixture):
    return fixture.log.read_text().count("test_slow was cancelled")


def test_a_notification_cancels_a_sessions_call(fixture, session):
    before = cancellations(fixture)
    body = {
        "jsonrpc": "2.0",
        "id": 77,
        "method": "tools/call",
        "params": {"name": "test_slow", "arguments": {}, "_meta": {"progressToken": 1}},
    }
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        **session.fields,
    }
    response, connection = fixture.open("POST", body, fields)
    stream = events(response)
    next(stream)
    assert json.loads(next(stream).data)["method"] == "notifications/progress"
    session.notify("notifications/cancelled", {"requestId": 77, "reason": "enough"})
    # The stream ends without an answer.
    assert list(stream) == []
    connection.close()
    wait_for(lambda: cancellations(fixture) > before, "the call was not cancelled")


def test_leaving_cancels_a_call_that_stands_for_itself(fixture, stateless):
    before = cancellations(fixture)
    params = {"name": "test_slow", "arguments": {}, "_meta": {"progressToken": 1}}
    body = stateless.body("tools/call", params)
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        **stateless.fields("tools/call", params),
    }
    response, connection = fixture.open("POST", body, fields)
    next(events(response))
    response.close()
    connection.close()
    wait_for(lambda: cancellations(fixture) > before, "the call was not cancelled")


def test_a_lost_connection_does_not_cancel_a_sessions_call(fixture, session):
    body = {
        "jsonrpc": "2.0",
        "id": 5,
        "method": "tools/call",
        "params": {
            "name": "test_tool_with_progress",
            "arguments": {},
            "_meta": {"progressToken": 1},
        },
    }
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        **session.fields,
    }
    response, connection = fixture.open("POST", body, fields)
    primed = next(events(response))
    response.close()
    connection.close()
    rest = fixture.send(
        "GET",
        headers={**session.fields, "Accept": "text/event-stream", "Last-Event-ID": primed.id},
    )
    steps = [m["params"]["progress"] for m in rest.messages if "params" in m]
    assert steps == [0, 50, 100]
    assert rest.final["result"]["content"][0]["text"] == "done"


def test_a_session_belongs_to_its_account(fixture, session):
    other = Endpoint(fixture.url, {"X-Account": "other"})
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert other.post(body, session.fields).status == 404
    assert other.send("DELETE", headers=session.fields).status == 404
    fields = {**session.fields, "Accept": "text/event-stream"}
    assert other.send("GET", headers=fields).status == 404
    assert session.request("ping") == {}


def test_sessions_and_streams_are_bounded(fixture):
    own = Endpoint(fixture.url, {"X-Account": "other"})
    sessions = [Stateful(own) for _ in range(12)]
    # Eight are kept: the newest.
    for old in sessions[:4]:
        body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        assert own.post(body, old.fields).status == 404
    for kept in sessions[4:]:
        assert kept.request("ping") == {}
        kept.close()
    client = Stateless(own)
    open_streams = [Listening(client, {"toolsListChanged": True}, n) for n in range(4)]
    body = client.body("subscriptions/listen", {"notifications": {}}, 9)
    answer = own.post(body, client.fields("subscriptions/listen", {}))
    assert answer.final["error"]["code"] == 429
    for one in open_streams:
        one.connection.close()

