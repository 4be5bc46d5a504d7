"""The providers' own libraries find in our model server what they expect of the providers."""

import json

import pytest
from model_server import ModelServer

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALLS = [{"call": "weather", "input": {"city": "Zürich"}}, {"call": "weather", "input": {"city": "Köln"}}]
TURNS = [
    {"times": 0, "when": {"contains": "two cities"}, "say": ["Zwei Städte …", *CALLS], "usage": {"output": 21}},
    {"times": 0, "when": {"contains": "think"}, "say": [{"think": "first this, then that"}, "Done."]},
]


@pytest.fixture
def server():
    with ModelServer(TURNS) as running:
        yield running


def test_anthropic(server):
    anthropic = pytest.importorskip("anthropic")
    client = anthropic.Anthropic(api_key="sk-test", base_url=server.url, max_retries=0)
    tools = [{"name": "weather", "description": "The weather.", "input_schema": CITY}]
    asked = {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "two cities"}], "tools": tools}
    whole = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()
    for message in (whole, streamed):
        assert [block.type for block in message.content] == ["text", "tool_use", "tool_use"]
        assert message.content[0].text == "Zwei Städte …"
        assert [block.input["city"] for block in message.content[1:]] == ["Zürich", "Köln"]
        assert (message.stop_reason, message.usage.output_tokens) == ("tool_use", 21)
    # What the model said, thoughts included, is taken back as it came.
    first = {"role": "user", "content": "think"}
    thought = client.messages.create(model="m", max_tokens=100, messages=[first])
    assert [block.type for block in thought.content] == ["thinking", "text"]
    again = [first, thought.to_param(), {"role": "user", "content": "and now?"}]
    assert client.messages.create(model="m", max_tokens=100, messages=again).stop_reason == "end_turn"
    form = {"format": {"type": "json_schema", "schema": CITY}}
    said = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}], output_config=form)
    assert json.loads(said.content[0].text) == {"city": "x"}
    server.play([{"fault": {"status": 429, "retryAfter": 2}}, {"fault": {"error": "overloaded"}}])
    with pytest.raises(anthropic.RateLimitError) as throttled:
        client.messages.create(**asked)
    assert throttled.value.response.headers["retry-after"] == "2"
    with pytest.raises(anthropic.APIStatusError, match="overloaded"), client.messages.stream(**asked) as stream:
        stream.get_final_message()
    with pytest.raises(anthropic.AuthenticationError):
        anthropic.Anthropic(api_key="wrong", base_url=server.url, max_retries=0).messages.create(**asked)


def test_openai(server):
    openai = pytest.importorskip("openai")
    client = openai.OpenAI(api_key="sk-test", base_url=f"{server.url}/v1", max_retries=0)
    tools = [{"type": "function", "function": {"name": "weather", "parameters": CITY}}]
    asked = {"model": "m", "messages": [{"role": "user", "content": "two cities"}], "tools": tools}
    whole = client.chat.completions.create(**asked)
    with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
        streamed = stream.get_final_completion()
    for completion in (whole, streamed):
        choice = completion.choices[0]
        assert (choice.message.content, choice.finish_reason) == ("Zwei Städte …", "tool_calls")
        assert [json.loads(call.function.arguments)["city"] for call in choice.message.tool_calls] == ["Zürich", "Köln"]
        assert completion.usage.completion_tokens == 21
    vectors = client.embeddings.create(model="e", input=["a b", "c"])
    assert [len(one.embedding) for one in vectors.data] == [64, 64]
    assert client.models.list().data[0].id == "test-model"
    server.play([{"fault": {"status": 429, "retryAfter": 2}}])
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(**asked)
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(api_key="wrong", base_url=f"{server.url}/v1", max_retries=0).models.list()


def test_bedrock(server):
    boto3 = pytest.importorskip("boto3")
    config = pytest.importorskip("botocore.config").Config(retries={"total_max_attempts": 1})

    def client(secret):
        return boto3.client(
            "bedrock-runtime", region_name="eu-central-1", endpoint_url=server.url, config=config,
            aws_access_key_id="AKIDTEST", aws_secret_access_key=secret, aws_session_token="to/ken+1=",
        )

    runtime = client("secret-test")
    asked = {
        "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "messages": [{"role": "user", "content": [{"text": "two cities"}]}],
        "toolConfig": {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": CITY}}}]},
    }
    whole = runtime.converse(**asked)
    content = whole["output"]["message"]["content"]
    assert [block["toolUse"]["input"]["city"] for block in content[1:]] == ["Zürich", "Köln"]
    assert (whole["stopReason"], whole["usage"]["outputTokens"]) == ("tool_use", 21)
    events = list(runtime.converse_stream(**asked)["stream"])
    deltas = [event["contentBlockDelta"] for event in events if "contentBlockDelta" in event]
    assert "".join(delta["delta"].get("text", "") for delta in deltas) == "Zwei Städte …"
    written = "".join(delta["delta"]["toolUse"]["input"] for delta in deltas if delta["contentBlockIndex"] == 2)
    assert json.loads(written) == {"city": "Köln"}
    body = json.dumps({"inputText": "hello", "dimensions": 256})
    titan = json.loads(runtime.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=body)["body"].read())
    assert len(titan["embedding"]) == 256
    with pytest.raises(runtime.exceptions.ClientError, match="signature"):
        client("wrong").converse(**asked)
    server.play([{"fault": {"status": 429}}, {"fault": {"error": "throttled"}}, {"fault": {"crc": True}}])
    with pytest.raises(runtime.exceptions.ThrottlingException):
        runtime.converse(**asked)
    with pytest.raises(Exception, match="throttlingException"):
        list(runtime.converse_stream(**asked)["stream"])
    with pytest.raises(Exception, match="Checksum"):
        list(runtime.converse_stream(**asked)["stream"])
