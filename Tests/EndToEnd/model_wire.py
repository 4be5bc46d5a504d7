"""The wire forms of three providers of language models, as their public documentation has them.

Anthropic Messages, OpenAI Chat Completions and Bedrock Converse: what each refuses, and how each says the
same answer, whole or as a stream. `model_server.py` serves them.
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
import struct
import zlib
from dataclasses import dataclass, field
from urllib.parse import quote, unquote


class Refusal(Exception):
    """The provider's answer to a request that it does not take."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None):
        super().__init__(message)
        self.status, self.kind, self.message, self.code = status, kind, message, code


@dataclass
class Answer:
    """One turn of a model, in no provider's words."""

    say: list[dict]
    stop: str
    usage: dict
    model: str
    number: int
    refusal: bool = False


@dataclass
class Asked:
    """What a request asked, in no provider's words."""

    model: str
    stream: bool
    tools: list[dict]
    forced: str | None
    schema: dict | None
    last: str
    results: list[str]
    turns: int
    usage: bool = True
    texts: list[str] = field(default_factory=list)
    dimensions: int | None = None
    encoding: str = "float"


def pieces(text: str):
    """The text in pieces of changing length."""
    sizes = itertools.cycle([1, 7, 3, 12])
    while text:
        size = next(sizes)
        yield text[:size]
        text = text[size:]


def plain(content) -> str:
    """The words of a message's content in any of the three protocols."""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def need(condition, status: int, kind: str, message: str) -> None:
    if not condition:
        raise Refusal(status, kind, message)


# Anthropic Messages


# https://platform.claude.com/docs/en/api/versioning
ANTHROPIC_VERSIONS = ("2023-06-01", "2026-10-21")


def anthropic_ask(body: dict, version: str) -> Asked:
    known = {"model", "messages", "max_tokens", "system", "tools", "tool_choice", "stream", "temperature"} | {
        "top_p", "top_k", "stop_sequences", "metadata", "thinking", "output_config", "cache_control", "service_tier",
    }
    kind = "invalid_request_error"
    for name in body:
        need(name in known, 400, kind, f"{name}: Extra inputs are not permitted")
    for name in ("temperature", "top_p", "top_k") if version != "2023-06-01" else ():
        need(name not in body, 400, kind, f"{name}: not supported in API version {version}")
    for name in ("model", "messages", "max_tokens"):
        need(name in body, 400, kind, f"{name}: Field required")
    need(isinstance(body["max_tokens"], int) and body["max_tokens"] > 0, 400, kind, "max_tokens: must be positive")
    need(0 <= body.get("temperature", 0) <= 1, 400, kind, "temperature: range: 0..1")
    need(body["messages"], 400, kind, "messages: at least one message is required")
    need(body["messages"][0]["role"] == "user", 400, kind, 'messages: first message must use the "user" role')
    waiting, last, results, names = set(), "", [], {}
    for index, message in enumerate(body["messages"]):
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        need(blocks, 400, kind, f"messages.{index}: all messages must have non-empty content")
        answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if message["role"] == "user":
            need(
                answered == waiting, 400, kind,
                f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                + ", ".join(sorted(waiting ^ answered)),
            )
            waiting = set()
            results = [names[block["tool_use_id"]] for block in blocks if block["type"] == "tool_result"]
            last = plain(content)
        else:
            need(not waiting, 400, kind, f"messages.{index}: `tool_use` without `tool_result`")
        for block in blocks:
            if block["type"] == "text":
                need(block["text"].strip(), 400, kind, "messages: text content blocks must be non-empty")
            if block["type"] == "tool_use":
                need(isinstance(block["input"], dict), 400, kind, f"messages.{index}: input should be an object")
                waiting.add(block["id"])
                names[block["id"]] = block["name"]
            if block["type"] == "thinking":
                good = block.get("signature") == signature(block["thinking"])
                need(good, 400, kind, f"messages.{index}: Invalid `signature` in `thinking` block")
    need(not waiting, 400, kind, "messages: `tool_use` without `tool_result`")
    tools = body.get("tools", [])
    for tool in tools:
        need(re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool["name"]), 400, kind, "tools: name: invalid")
        tool_schema(tool["input_schema"], kind, "tools: input_schema")
    choice = body.get("tool_choice", {"type": "auto"})
    form = body.get("output_config", {}).get("format")
    if form:
        need(form.get("type") == "json_schema", 400, kind, "output_config.format.type: must be json_schema")
        strict_schema(form["schema"], kind, "output_config.format.schema", anthropic=True)
    return Asked(
        body["model"], body.get("stream", False), tools,
        {"any": "*", "tool": choice.get("name"), "none": "-"}.get(choice["type"]),
        form["schema"] if form else None, last, results, len(body["messages"]),
    )


def tool_schema(schema, kind, place) -> None:
    """What providers require of what a tool takes: an object, without alternatives at its root."""
    need(schema.get("type") == "object", 400, kind, f"{place}.type: must be object")
    for word in ("oneOf", "anyOf", "allOf"):
        need(word not in schema, 400, kind, f"{place} does not support oneOf, allOf, or anyOf at the top level")


def strict_schema(schema, kind, place, anthropic=False) -> None:
    """What providers that hold a model to a schema require of it."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" or "properties" in schema:
        closed = schema.get("additionalProperties") is False
        need(closed, 400, kind, f"{place}: 'additionalProperties' is required to be supplied and to be false")
        if not anthropic:
            every = set(schema.get("properties", {})) == set(schema.get("required", []))
            need(every, 400, kind, f"{place}: 'required' is required to include every key in properties")
    if anthropic:
        for name in ("minimum", "maximum", "minLength", "maxLength", "multipleOf", "maxItems", "uniqueItems", "not"):
            need(name not in schema, 400, kind, f"{place}: property '{name}' is not supported")
    for name in ("properties", "$defs"):
        for key, value in schema.get(name, {}).items():
            strict_schema(value, kind, f"{place}.{key}", anthropic)
    for value in [schema.get("items"), *schema.get("anyOf", []), *schema.get("allOf", [])]:
        strict_schema(value, kind, place, anthropic)


def signature(thought: str) -> str:
    """What makes thoughts the model's own."""
    return base64.b64encode(hashlib.sha256(thought.encode()).digest()).decode()


ANTHROPIC_STOPS = {"end": "end_turn", "tool-calls": "tool_use", "length": "max_tokens", "refusal": "refusal"}


def anthropic_usage(usage: dict, output: int) -> dict:
    return {
        "input_tokens": usage["input"],
        "cache_creation_input_tokens": usage["cacheWrite"],
        "cache_read_input_tokens": usage["cacheRead"],
        "output_tokens": output,
        "service_tier": "standard",
    }


def anthropic_block(part: dict) -> dict:
    if "call" in part:
        return {"type": "tool_use", "id": part["id"], "name": part["call"], "input": part["input"]}
    if "think" in part:
        return {"type": "thinking", "thinking": part["think"], "signature": signature(part["think"])}
    return {"type": "text", "text": part["text"]}


def anthropic_whole(answer: Answer) -> dict:
    return {
        "id": f"msg_{answer.number:024d}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [anthropic_block(part) for part in answer.say],
        "stop_reason": ANTHROPIC_STOPS.get(answer.stop, answer.stop),
        "stop_sequence": None,
        "usage": anthropic_usage(answer.usage, answer.usage["output"]),
    }


def anthropic_stream(answer: Answer):
    """The events, each as bytes."""

    def event(name, data):
        return f"event: {name}\ndata: {json.dumps({'type': name, **data}, ensure_ascii=False)}\n\n".encode()

    message = anthropic_whole(answer) | {"content": [], "stop_reason": None}
    message["usage"] = anthropic_usage(answer.usage, 1)
    yield event("message_start", {"message": message})
    for index, part in enumerate(answer.say):
        block = anthropic_block(part)
        empty = {"tool_use": {"input": {}}, "thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}}
        yield event("content_block_start", {"index": index, "content_block": block | empty[block["type"]]})
        if index == 0:
            yield event("ping", {})
        if "call" in part:
            deltas = [{"type": "input_json_delta", "partial_json": text} for text in ["", *pieces(part["arguments"])]]
        elif "think" in part:
            deltas = [{"type": "thinking_delta", "thinking": text} for text in pieces(part["think"])]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        else:
            deltas = [{"type": "text_delta", "text": text} for text in pieces(part["text"])]
        for delta in deltas:
            yield event("content_block_delta", {"index": index, "delta": delta})
        yield event("content_block_stop", {"index": index})
    stop = {"stop_reason": ANTHROPIC_STOPS.get(answer.stop, answer.stop), "stop_sequence": None}
    yield event("message_delta", {"delta": stop, "usage": {"output_tokens": answer.usage["output"]}})
    yield event("message_stop", {})


def anthropic_error(refusal: Refusal) -> dict:
    error = {"type": refusal.kind, "message": refusal.message}
    return {"type": "error", "error": error, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}


# OpenAI Chat Completions


def openai_ask(body: dict) -> Asked:
    kind = "invalid_request_error"
    for name in ("model", "messages"):
        need(name in body, 400, kind, f"Missing required parameter: '{name}'.")
    need(0 <= body.get("temperature", 1) <= 2, 400, kind, "Invalid 'temperature'")
    need("max_tokens" not in body or "max_completion_tokens" not in body, 400, kind, "both limits of tokens are set")
    waiting, last, results, names = [], "", [], {}
    for index, message in enumerate(body["messages"]):
        role = message["role"]
        if role == "tool":
            known = message.get("tool_call_id") in waiting
            need(known, 400, kind, "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.")
            waiting.remove(message["tool_call_id"])
            results.append(names[message["tool_call_id"]])
            continue
        need(
            not waiting, 400, kind,
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(waiting)}",
        )
        if role == "user":
            last, results = plain(message["content"]), []
        if role == "assistant":
            results = []
            for call in message.get("tool_calls") or []:
                need(isinstance(call["function"]["arguments"], str), 400, kind, "arguments must be a string")
                waiting.append(call["id"])
                names[call["id"]] = call["function"]["name"]
                want = thought_signature(call["function"]["name"]) if body["model"].startswith("gemini-3") else None
                got = call.get("extra_content", {}).get("google", {}).get("thought_signature")
                need(not want or got == want, 400, kind, "Function call is missing a thought_signature")
            said = message.get("content") is not None or message.get("tool_calls")
            need(said, 400, kind, f"Invalid value for 'content': messages.{index} expected a string, got null.")
    need(not waiting, 400, kind, "'tool_calls' must be followed by tool messages")
    tools = body.get("tools", [])
    need("tools" not in body or tools, 400, kind, "[] is too short - 'tools'")
    need("tool_choice" not in body or tools, 400, kind, "'tool_choice' is only allowed when 'tools' are specified.")
    for tool in tools:
        need(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool["function"]["name"]), 400, kind, "Invalid 'tools[0].function.name'")
        tool_schema(tool["function"].get("parameters", {"type": "object"}), kind, "tools[0].function.parameters")
    choice = body.get("tool_choice")
    forced = {"required": "*", "none": "-"}.get(choice) if isinstance(choice, str) else None
    if isinstance(choice, dict):
        forced = choice["function"]["name"]
    form = body.get("response_format") or {}
    schema = None
    if form.get("type") == "json_schema":
        schema = form["json_schema"]["schema"]
        need(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", form["json_schema"]["name"]), 400, kind, "Invalid name")
        if form["json_schema"].get("strict"):
            strict_schema(schema, kind, "Invalid schema for response_format")
    options = body.get("stream_options")
    need(not options or body.get("stream"), 400, kind, "'stream_options' is only allowed when 'stream' is enabled.")
    return Asked(
        body["model"], body.get("stream", False), tools, forced, schema, last, results, len(body["messages"]),
        usage=bool(options and options.get("include_usage")),
    )


def thought_signature(name: str) -> str:
    """What Gemini 3 wants to see again with a call."""
    return base64.b64encode(f"signed {name}".encode()).decode()


OPENAI_STOPS = {"end": "stop", "tool-calls": "tool_calls", "length": "length", "refusal": "content_filter"}


def openai_usage(usage: dict) -> dict:
    prompt = usage["input"] + usage["cacheRead"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage["output"],
        "total_tokens": prompt + usage["output"],
        "prompt_tokens_details": {"cached_tokens": usage["cacheRead"], "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def openai_call(answer: Answer, part: dict) -> dict:
    call = {"id": part["id"], "type": "function", "function": {"name": part["call"], "arguments": part["arguments"]}}
    if answer.model.startswith("gemini-3"):
        call["extra_content"] = {"google": {"thought_signature": thought_signature(part["call"])}}
    return call


def openai_whole(answer: Answer) -> dict:
    text = "".join(part["text"] for part in answer.say if "text" in part)
    calls = [openai_call(answer, part) for part in answer.say if "call" in part]
    message = {"role": "assistant", "content": text or None, "refusal": None}
    if answer.refusal:
        message |= {"content": None, "refusal": text}
    if thoughts := "".join(part["think"] for part in answer.say if "think" in part):
        message["reasoning_content"] = thoughts
    if calls:
        message["tool_calls"] = calls
    stop = OPENAI_STOPS.get(answer.stop, answer.stop)
    if answer.refusal:
        stop = "stop"
    return {
        "id": f"chatcmpl-{answer.number:024d}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": stop}],
        "usage": openai_usage(answer.usage),
        "system_fingerprint": "fp_44709d6fcb",
    }


def openai_stream(answer: Answer, usage: bool):
    whole = openai_whole(answer)
    head = {name: whole[name] for name in ("id", "created", "model", "system_fingerprint")}
    head["object"] = "chat.completion.chunk"

    def chunk(delta, finish=None):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event(head | {"choices": [choice]} | ({"usage": None} if usage else {}))

    def event(data):
        return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    calls = []
    for part in answer.say:
        if "call" in part:
            calls.append(part)
            continue
        field = "reasoning_content" if "think" in part else "refusal" if answer.refusal else "content"
        for text in pieces(part.get("text", part.get("think"))):
            yield chunk({field: text})
    for index, part in enumerate(calls):
        call = openai_call(answer, part)
        begin = call | {"index": index, "function": {"name": part["call"], "arguments": ""}}
        yield chunk({"tool_calls": [begin]})
    # The arguments of parallel calls come by turns, told apart by their index alone.
    rest = [list(pieces(part["arguments"])) for part in calls]
    for turn in itertools.zip_longest(*rest):
        for index, text in enumerate(turn):
            if text is not None:
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": text}}]})
    yield chunk({}, whole["choices"][0]["finish_reason"])
    if usage:
        yield event(head | {"choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def openai_error(refusal: Refusal) -> dict:
    return {"error": {"message": refusal.message, "type": refusal.kind, "param": None, "code": refusal.code}}


def openai_embed(body: dict) -> Asked:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    need(1 <= len(texts) <= 2048, 400, "invalid_request_error", "'input' array is too long or empty")
    need(all(texts), 400, "invalid_request_error", "input cannot be an empty string")
    return Asked(
        body["model"], False, [], None, None, "", [], 0, texts=texts, dimensions=body.get("dimensions"),
        encoding=body.get("encoding_format", "float"),
    )


def openai_vectors(asked: Asked, vectors: list[list[float]]) -> dict:
    def form(vector):
        packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        return packed if asked.encoding == "base64" else vector

    tokens = sum(len(text.split()) for text in asked.texts)
    data = [{"object": "embedding", "index": index, "embedding": form(vector)} for index, vector in enumerate(vectors)]
    return {
        "object": "list",
        "data": data,
        "model": asked.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


# Bedrock Converse


def bedrock_ask(body: dict, model: str, stream: bool) -> Asked:
    kind = "ValidationException"
    known = {"messages", "system", "inferenceConfig", "toolConfig", "outputConfig", "additionalModelRequestFields"}
    for name in body:
        need(name in known, 400, kind, f"unknown member {name}")
    need(body.get("messages"), 400, kind, "A conversation must have at least one message.")
    need(body["messages"][0]["role"] == "user", 400, kind, "A conversation must start with a user message.")
    waiting, last, results, names, before, uses = set(), "", [], {}, None, False
    for message in body["messages"]:
        need(message["role"] != before, 400, kind, "A conversation must alternate between user and assistant roles.")
        before = message["role"]
        need(message["content"], 400, kind, "The content field in the Message object is empty.")
        answered = [block["toolResult"]["toolUseId"] for block in message["content"] if "toolResult" in block]
        if before == "user":
            need(
                set(answered) == waiting, 400, kind,
                "Expected toolResult blocks at messages.2.content for the following Ids: " + ", ".join(waiting),
            )
            waiting, results = set(), [names[one] for one in answered]
            last = plain(message["content"])
        for block in message["content"]:
            need(len(block) == 1, 400, kind, "a content block has exactly one member")
            if "text" in block:
                need(block["text"].strip(), 400, kind, "The text field in the ContentBlock object is blank.")
            if "toolUse" in block:
                use = block["toolUse"]
                need(isinstance(use["input"], dict), 400, kind, "The format of the value at toolUse.input is invalid.")
                need(re.fullmatch(r"[a-zA-Z0-9_.:-]{1,64}", use["toolUseId"]), 400, kind, "toolUseId: invalid")
                waiting.add(use["toolUseId"])
                names[use["toolUseId"]] = use["name"]
                uses = True
            if "reasoningContent" in block:
                thought = block["reasoningContent"]["reasoningText"]
                need(thought.get("signature") == signature(thought["text"]), 400, kind, "Invalid `signature`")
            for part in block.get("toolResult", {}).get("content", []):
                good = "text" in part or isinstance(part.get("json"), dict)
                need(good, 400, kind, "The format of the value at toolResult.content.json is invalid. Provide a json object.")
    need(not waiting, 400, kind, "Expected toolResult blocks")
    config = body.get("toolConfig", {})
    need(config or not uses, 400, kind, "The toolConfig field must be defined when using toolUse and toolResult content blocks.")
    need("toolConfig" not in body or config.get("tools"), 400, kind, "toolConfig.tools must not be empty")
    tools = [tool["toolSpec"] for tool in config.get("tools", []) if "toolSpec" in tool]
    for tool in tools:
        need(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", tool["name"]), 400, kind, "toolSpec.name: invalid")
        need("json" in tool["inputSchema"], 400, kind, "toolSpec.inputSchema.json is missing")
        tool_schema(tool["inputSchema"]["json"], kind, "toolSpec.inputSchema.json")
        need(tool.get("description", "x"), 400, kind, "toolSpec.description: must not be empty")
    choice = config.get("toolChoice", {})
    form = body.get("outputConfig", {}).get("textFormat")
    schema = None
    if form:
        need(form["type"] == "json_schema", 400, kind, "outputConfig.textFormat.type")
        schema = json.loads(form["structure"]["jsonSchema"]["schema"])
        strict_schema(schema, kind, "outputConfig.textFormat", anthropic=True)
    tokens = body.get("inferenceConfig", {}).get("maxTokens", 1)
    need(tokens >= 1, 400, kind, "inferenceConfig.maxTokens: must be at least 1")
    return Asked(
        model, stream, tools, "*" if "any" in choice else choice.get("tool", {}).get("name"), schema, last, results,
        len(body["messages"]),
    )


BEDROCK_STOPS = {
    "end": "end_turn", "tool-calls": "tool_use", "length": "max_tokens", "refusal": "guardrail_intervened",
}


def bedrock_usage(usage: dict) -> dict:
    total = sum(usage.values())
    return {
        "inputTokens": usage["input"], "outputTokens": usage["output"], "totalTokens": total,
        "cacheReadInputTokens": usage["cacheRead"], "cacheWriteInputTokens": usage["cacheWrite"],
    }


def bedrock_whole(answer: Answer) -> dict:
    def block(part):
        if "call" in part:
            return {"toolUse": {"toolUseId": part["id"], "name": part["call"], "input": part["input"]}}
        if "think" in part:
            text = {"text": part["think"], "signature": signature(part["think"])}
            return {"reasoningContent": {"reasoningText": text}}
        return {"text": part["text"]}

    return {
        "output": {"message": {"role": "assistant", "content": [block(part) for part in answer.say]}},
        "stopReason": BEDROCK_STOPS.get(answer.stop, answer.stop),
        "usage": bedrock_usage(answer.usage),
        "metrics": {"latencyMs": 512},
    }


def event_message(headers: dict[str, str], payload: bytes) -> bytes:
    """A message of application/vnd.amazon.eventstream with string headers."""
    fields = b"".join(
        struct.pack(">B", len(name)) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(fields) + len(payload), len(fields))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + fields + payload
    return message + struct.pack(">I", zlib.crc32(message))


def bedrock_event(name: str, data: dict) -> bytes:
    padded = json.dumps(data | {"p": "abcdefghijklmnopqrstuvwxyz"[: 3 + len(json.dumps(data)) % 20]}, ensure_ascii=False)
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return event_message(headers, padded.encode())


def bedrock_exception(refusal: Refusal) -> bytes:
    name = refusal.kind[0].lower() + refusal.kind[1:]
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return event_message(headers, json.dumps({"message": refusal.message}).encode())


def bedrock_stream(answer: Answer):
    whole = bedrock_whole(answer)
    yield bedrock_event("messageStart", {"role": "assistant"})
    for index, part in enumerate(answer.say):
        place = {"contentBlockIndex": index}
        # Text blocks have no start event.
        if "call" in part:
            start = {"toolUse": {"toolUseId": part["id"], "name": part["call"]}}
            yield bedrock_event("contentBlockStart", place | {"start": start})
            deltas = [{"toolUse": {"input": text}} for text in pieces(part["arguments"])]
        elif "think" in part:
            deltas = [{"reasoningContent": {"text": text}} for text in pieces(part["think"])]
            deltas.append({"reasoningContent": {"signature": signature(part["think"])}})
        else:
            deltas = [{"text": text} for text in pieces(part["text"])]
        for delta in deltas:
            yield bedrock_event("contentBlockDelta", place | {"delta": delta})
        yield bedrock_event("contentBlockStop", place)
    yield bedrock_event("messageStop", {"stopReason": whole["stopReason"]})
    yield bedrock_event("metadata", {"usage": whole["usage"], "metrics": whole["metrics"]})


def bedrock_error(refusal: Refusal) -> dict:
    return {"message": refusal.message}


def bedrock_embed(body: dict, model: str) -> Asked:
    kind = "ValidationException"
    if model.split(".", 1)[-1].startswith("titan-embed") or "titan-embed" in model:
        need(isinstance(body.get("inputText"), str) and body["inputText"], 400, kind, "inputText: required")
        need(body.get("dimensions", 1024) in (256, 512, 1024), 400, kind, "dimensions: 256, 512 or 1024")
        texts, size = [body["inputText"]], body.get("dimensions", 1024)
    else:
        need(isinstance(body.get("texts"), list) and 1 <= len(body["texts"]) <= 96, 400, kind, "texts: 1 to 96")
        kinds = ("search_document", "search_query", "classification", "clustering")
        need(body.get("input_type") in kinds, 400, kind, "input_type: required")
        texts, size = body["texts"], 1024
    return Asked(model, False, [], None, None, "", [], 0, texts=texts, dimensions=size)


def bedrock_vectors(asked: Asked, vectors: list[list[float]], body: dict) -> dict:
    if "inputText" in body:
        tokens = len(body["inputText"].split())
        return {"embedding": vectors[0], "embeddingsByType": {"float": vectors[0]}, "inputTextTokenCount": tokens}
    typed = {"float": vectors} if body.get("embedding_types") else vectors
    form = "embeddings_by_type" if body.get("embedding_types") else "embeddings_floats"
    return {"id": "b0a1", "texts": asked.texts, "embeddings": typed, "response_type": form}


# Signature Version 4


def signed_by(method: str, target: str, headers: dict[str, str], body: bytes, keys: dict[str, str]) -> str | None:
    """Why a request's signature is not good; None when it is.

    After https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
    """
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/bedrock/aws4_request, ?"
        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found:
        return "the authorization is no AWS4-HMAC-SHA256 for bedrock"
    key, day, region, names, given = found.groups()
    if key not in keys:
        return "The security token included in the request is invalid."
    if not {"host", "x-amz-date"} <= set(names.split(";")) or not headers["x-amz-date"].startswith(day):
        return "host and x-amz-date must be signed"
    if "x-amz-security-token" in headers and "x-amz-security-token" not in names.split(";"):
        return "the session token must be signed"
    path, _, query = target.partition("?")
    pairs = sorted(tuple(quote(unquote(half), safe="-_.~") for half in pair.partition("=")[::2]) for pair in query.split("&") if pair)
    canonical = "\n".join([
        method,
        quote(path, safe="/-_.~"),
        "&".join("=".join(pair) for pair in pairs),
        *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in names.split(";")),
        "",
        names,
        hashlib.sha256(body).hexdigest(),
    ])
    scope = f"{day}/{region}/bedrock/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    secret = ("AWS4" + keys[key]).encode()
    for word in (day, region, "bedrock", "aws4_request"):
        secret = hmac.new(secret, word.encode(), "sha256").digest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    if not hmac.compare_digest(hmac.new(secret, text.encode(), "sha256").hexdigest(), given):
        return "The request signature we calculated does not match the signature you provided."
    return None
