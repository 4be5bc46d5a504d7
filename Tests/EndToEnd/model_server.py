"""A provider of language models for tests: it speaks three protocols and plays a script.

    model_server.py [--script FILE.json] [--port N]     prints `ready <port>`, ends with its standard input

| base URL | protocol | credentials |
|---|---|---|
| http://127.0.0.1:PORT | Anthropic Messages (`/v1/messages`) | `x-api-key` or Bearer `sk-test` |
| http://127.0.0.1:PORT/v1 | OpenAI (`/chat/completions`, `/embeddings`, `/models`) | `Bearer sk-test` |
| http://127.0.0.1:PORT | Bedrock (`/model/…/converse`, `/converse-stream`, `/invoke`) | key `AKIDTEST`, secret `secret-test` |

Without a script, and where none of its turns is meant, it answers by itself: it calls the first tool that it
may call with an input made from the schema, then says something; it answers JSON where a schema is asked for.

A script is `{"turns": [TURN…], "otherwise": "auto" | "refuse"}`. A request gets the first turn that is not used
up and whose `when` holds:

    {"when": {"model", "contains" (in the last words of the user), "after" (a tool whose result has just come),
              "tool" (is offered), "schema" (true, false), "stream" (true, false), "kind" ("chat", "embed"),
              "protocol" ("anthropic", "openai", "bedrock")},
     "times": 1,                                     how often; 0 is always
     "say": ["words" | {"text"} | {"json": VALUE} | {"think": "…"}
             | {"call": NAME, "input": {… {"$case": MEMBER} …}, "id"?} | {"call": NAME, "arguments": "text that is no JSON"}],
     "stop": "end" | "tool-calls" | "length" | "refusal",           by what is said when absent
     "usage": {"input", "output", "cacheRead", "cacheWrite"},
     "fault": FAULT}

FAULT, before the answer or in it (after so many events of a stream: `after`, default 2):

    {"status": 429, "retryAfter": 1, "message"?}     an error as the protocol says it; 400 to 599
    {"delay": SECONDS}    {"pause": SECONDS}         before the head; between the events
    {"cut": true}         {"close": true}            breaks off in the body; before the head
    {"hang": true}                                   says nothing, until the server ends
    {"malformed": true}                              an event, or the whole body, that is no JSON
    {"crc": true}                                    an event of Bedrock's with a wrong checksum
    {"error": "overloaded" | "throttled"}            an error event in the stream
    {"body": "…", "status": 200, "type": "text/html"}    something else altogether

`POST /script` replaces the script, or adds to it (`"add": true`); `GET /requests` tells what came (protocol, path, header fields, body),
`DELETE /requests` forgets it. In a test: `with ModelServer([TURN…]) as server: server.url, server.requests`.
"""

import argparse
import http.server
import json
import sys
import threading
import time
import zlib
from pathlib import Path
from urllib.parse import unquote

import model_wire as wire

KEY = "sk-test"
AWS_KEYS = {"AKIDTEST": "secret-test"}
# Words that no model could turn into anything else.
KINDS = {
    400: ("invalid_request_error", "invalid_request_error", "ValidationException"),
    401: ("authentication_error", "invalid_request_error", "UnrecognizedClientException"),
    403: ("permission_error", "invalid_request_error", "AccessDeniedException"),
    404: ("not_found_error", "invalid_request_error", "ResourceNotFoundException"),
    408: ("timeout_error", "timeout", "ModelTimeoutException"),
    413: ("request_too_large", "invalid_request_error", "ValidationException"),
    424: ("api_error", "server_error", "ModelErrorException"),
    429: ("rate_limit_error", "requests", "ThrottlingException"),
    500: ("api_error", "server_error", "InternalServerException"),
    503: ("api_error", "server_error", "ServiceUnavailableException"),
    529: ("overloaded_error", "server_error", "ServiceUnavailableException"),
}
PROTOCOLS = ("anthropic", "openai", "bedrock")


def example(schema, depth: int = 0):
    """A value that a schema of the common sort allows."""
    if not isinstance(schema, dict) or depth > 8:
        return "x"
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for name in ("anyOf", "allOf"):
        if schema.get(name):
            return example(schema[name][0], depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    match kind:
        case "object":
            names = schema.get("required", [])
            return {name: example(schema.get("properties", {}).get(name), depth + 1) for name in names}
        case "array":
            return [example(schema.get("items"), depth + 1) for _ in range(schema.get("minItems", 1))]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "null":
            return None
    formats = {
        "uuid": "00000000-0000-4000-8000-000000000000", "date": "2026-11-21", "date-time": "2026-11-21T12:00:00Z",
        "email": "someone@example.com",
    }
    return formats.get(schema.get("format"), "x" * max(1, schema.get("minLength", 1)))


def vector(text: str, size: int) -> list[float]:
    """Texts with words in common are near each other; of length 1."""
    values = [0.0] * size
    for word in text.lower().split():
        values[zlib.crc32(word.strip(".,;:!?").encode()) % size] += 1.0
    length = sum(value * value for value in values) ** 0.5 or 1.0
    return [value / length for value in values]


def case_in(value):
    """The case that one of Weft's agents was given, wherever it stands in a request; None in any other request."""
    if isinstance(value, str):
        return json.loads(value.split("\n", 1)[1]) if value.startswith("The case, as JSON:\n") else None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((found for found in map(case_in, parts) if found is not None), None)


def with_case(value, case):
    """The value with `{"$case": NAME}` replaced by that member of the case."""
    if isinstance(value, dict):
        if set(value) == {"$case"}:
            return (case or {}).get(value["$case"])
        return {name: with_case(member, case) for name, member in value.items()}
    return [with_case(member, case) for member in value] if isinstance(value, list) else value


class ModelServer:
    """Listens on the loopback; use it as a context."""

    def __init__(self, turns: list[dict] | None = None, otherwise: str = "auto", port: int = 0):
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.requests: list[dict] = []
        self.number = 0
        self.turns: list[dict] = []
        self.play(turns or [], otherwise)
        outer = self

        class Handler(Exchange):
            server_ = outer

        self.http = Listener(("127.0.0.1", port), Handler)
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def play(self, turns: list[dict], otherwise: str = "auto", add: bool = False) -> None:
        """Begins a script, or adds to the one that runs."""
        fresh = [dict(turn, left=turn.get("times", 1) or -1) for turn in turns]
        with self.lock:
            self.turns = [*self.turns, *fresh] if add else fresh
            self.otherwise = otherwise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.http.shutdown()
        self.http.server_close()

    def turn(self, protocol: str, kind: str, asked: wire.Asked) -> dict:
        """The turn that is meant, used once more."""
        with self.lock:
            self.number += 1
            for turn in self.turns:
                if turn["left"] and self.holds(turn.get("when", {}), protocol, kind, asked):
                    turn["left"] -= 1
                    return turn | {"number": self.number}
            if self.otherwise != "auto":
                raise wire.Refusal(400, KINDS[400][PROTOCOLS.index(protocol)], "the script has no turn for this")
            return self.automatic(asked) | {"number": self.number}

    @staticmethod
    def holds(when: dict, protocol: str, kind: str, asked: wire.Asked) -> bool:
        offered = [(tool.get("function") or tool).get("name") for tool in asked.tools]
        found = {
            "model": lambda value: value == asked.model,
            "contains": lambda value: value in asked.last,
            "after": lambda value: value in asked.results,
            "tool": lambda value: value in offered,
            "schema": lambda value: value == (asked.schema is not None),
            "stream": lambda value: value == asked.stream,
            "kind": lambda value: value == kind,
            "protocol": lambda value: value == protocol,
        }
        return kind == when.get("kind", "chat") and all(found[name](value) for name, value in when.items())

    @staticmethod
    def automatic(asked: wire.Asked) -> dict:
        tools = [tool.get("function") or tool for tool in asked.tools]
        chosen = None
        if tools and asked.forced != "-" and not asked.results:
            chosen = next((tool for tool in tools if tool["name"] == asked.forced), tools[0])
        if chosen:
            schema = chosen.get("parameters") or chosen.get("input_schema") or chosen["inputSchema"]["json"]
            return {"say": [{"call": chosen["name"], "input": example(schema)}]}
        if asked.schema:
            return {"say": [{"json": example(asked.schema)}]}
        return {"say": [f"You said: {asked.last[:200]}"]}


class Listener(http.server.ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        """A client that leaves is nothing to tell of."""


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    server_: ModelServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/requests":
            return self.whole(200, self.server_.requests)
        if self.path == "/v1/models":
            if self.headers.get("authorization") != f"Bearer {KEY}":
                return self.refuse("openai", wire.Refusal(401, "invalid_request_error", "Incorrect API key provided.", "invalid_api_key"))
            return self.whole(200, {"object": "list", "data": [{"id": "test-model", "object": "model", "created": 1, "owned_by": "tests"}]})
        return self.whole(404, {"error": "there is nothing here"})

    def do_DELETE(self):
        self.server_.requests.clear()
        self.whole(200, {})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        fields = {name.lower(): value for name, value in self.headers.items()}
        if self.path == "/script":
            script = json.loads(raw)
            self.server_.play(script.get("turns", []), script.get("otherwise", "auto"), script.get("add", False))
            return self.whole(200, {})
        path = self.path.split("?")[0]
        route = {"/v1/messages": "anthropic", "/v1/chat/completions": "openai", "/v1/embeddings": "openai"}.get(path)
        protocol = route or ("bedrock" if path.startswith("/model/") else None)
        if not protocol:
            return self.whole(404, {"error": "there is nothing here"})
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        kept = {"protocol": protocol, "path": self.path, "headers": fields, "body": body}
        self.server_.requests.append(kept)
        try:
            self.check(protocol, fields, raw)
            wire.need(isinstance(body, dict), 400, KINDS[400][PROTOCOLS.index(protocol)], "the body is no JSON object")
            kind, asked = self.read(protocol, path, body)
            turn = self.server_.turn(protocol, kind, asked)
            self.answer(protocol, kind, asked, turn, body)
        except wire.Refusal as refusal:
            self.refuse(protocol, refusal)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except (KeyError, TypeError, AttributeError) as error:
            kind = KINDS[400][PROTOCOLS.index(protocol)]
            self.refuse(protocol, wire.Refusal(400, kind, f"the request is not understood: {error!r}"))

    def check(self, protocol, fields, raw):
        """The credentials, as each protocol wants them."""
        if protocol == "anthropic":
            good = KEY in (fields.get("x-api-key"), fields.get("authorization", "").removeprefix("Bearer "))
            wire.need(good, 401, "authentication_error", "invalid x-api-key")
            version = fields.get("anthropic-version")
            known = version in wire.ANTHROPIC_VERSIONS
            wire.need(known, 400, "invalid_request_error", f"anthropic-version: {version!r} is not a valid version")
        elif protocol == "openai":
            if fields.get("authorization") != f"Bearer {KEY}":
                raise wire.Refusal(401, "invalid_request_error", "Incorrect API key provided.", "invalid_api_key")
        elif fields.get("authorization") != f"Bearer {KEY}":
            wrong = wire.signed_by("POST", self.path, fields, raw, AWS_KEYS)
            kind = "UnrecognizedClientException" if wrong and "token" in wrong else "InvalidSignatureException"
            wire.need(not wrong, 403, kind, wrong)

    def read(self, protocol, path, body):
        if protocol == "anthropic":
            return "chat", wire.anthropic_ask(body, self.headers["anthropic-version"])
        if protocol == "openai":
            return ("embed", wire.openai_embed(body)) if path.endswith("embeddings") else ("chat", wire.openai_ask(body))
        model, _, verb = path.removeprefix("/model/").rpartition("/")
        model = unquote(model)
        if verb == "invoke":
            return "embed", wire.bedrock_embed(body, model)
        wire.need(verb in ("converse", "converse-stream"), 404, "UnknownOperationException", "unknown operation")
        return "chat", wire.bedrock_ask(body, model, verb == "converse-stream")

    # Answering

    def answer(self, protocol, kind, asked, turn, body):
        fault = turn.get("fault", {})
        time.sleep(fault.get("delay", 0))
        if fault.get("hang"):
            self.server_.ended.wait(120)
            self.close_connection = True
            return
        if fault.get("close"):
            self.close_connection = True
            return
        if "body" in fault:
            return self.send(fault.get("status", 200), fault.get("type", "text/html"), fault["body"].encode())
        if "status" in fault:
            status = fault["status"]
            name = KINDS.get(status, KINDS[500])[PROTOCOLS.index(protocol)]
            message = fault.get("message", f"scripted {status}")
            refusal = wire.Refusal(status, fault.get("kind", name), message, fault.get("code"))
            return self.refuse(protocol, refusal, fault.get("retryAfter"))
        if kind == "embed":
            size = asked.dimensions or 64
            vectors = [vector(text, size) for text in asked.texts]
            said = wire.openai_vectors(asked, vectors) if protocol == "openai" else wire.bedrock_vectors(asked, vectors, body)
            tokens = {"x-amzn-bedrock-input-token-count": str(sum(len(text.split()) for text in asked.texts))}
            return self.whole(200, said, fault, tokens)
        answer = self.composed(asked, turn, case_in(body))
        if protocol == "anthropic":
            whole, stream, media = wire.anthropic_whole, wire.anthropic_stream, "text/event-stream; charset=utf-8"
        elif protocol == "openai":
            whole, media = wire.openai_whole, "text/event-stream; charset=utf-8"
            stream = lambda answer: wire.openai_stream(answer, asked.usage)  # noqa: E731
        else:
            whole, stream, media = wire.bedrock_whole, wire.bedrock_stream, "application/vnd.amazon.eventstream"
        if asked.stream:
            self.stream(media, self.spoiled(stream(answer), protocol, fault), fault)
        else:
            self.whole(200, whole(answer), fault)

    @staticmethod
    def composed(asked, turn, case):
        say = []
        for index, part in enumerate(turn.get("say", [])):
            part = {"text": part} if isinstance(part, str) else dict(part)
            if "json" in part:
                part = {"text": json.dumps(part["json"], ensure_ascii=False)}
            if "call" in part:
                part.setdefault("id", f"call_{turn['number']}_{index}")
                part["input"] = with_case(part.get("input", {}), case)
                part.setdefault("arguments", json.dumps(part["input"], ensure_ascii=False))
            say.append(part)
        calls = any("call" in part for part in say)
        words = sum(len(str(list(part.values())).split()) for part in say)
        usage = {"input": 10 + len(asked.last.split()), "output": 2 + words, "cacheRead": 0, "cacheWrite": 0}
        usage |= turn.get("usage", {})
        stop = turn.get("stop", "tool-calls" if calls else "end")
        return wire.Answer(say, stop, usage, asked.model, turn["number"], refusal=stop == "refusal")

    @staticmethod
    def spoiled(events, protocol, fault):
        """The events with what goes wrong in them; None breaks off."""
        after = fault.get("after", 2)
        for index, event in enumerate(events):
            if index == after:
                if fault.get("cut"):
                    yield event[: len(event) // 2]
                    yield None
                    return
                if fault.get("malformed"):
                    broken = b'event: content_block_delta\ndata: {"type": "content_bl\n\n'
                    headers = {":event-type": "contentBlockDelta", ":content-type": "application/json", ":message-type": "event"}
                    yield wire.event_message(headers, b'{"delta":') if protocol == "bedrock" else broken
                if fault.get("crc"):
                    event = event[:-1] + bytes([event[-1] ^ 1])
                if error := fault.get("error"):
                    status = {"throttled": 429}.get(error, 529)
                    refusal = wire.Refusal(status, KINDS[status][PROTOCOLS.index(protocol)], f"{error} in the stream")
                    if protocol == "bedrock":
                        yield wire.bedrock_exception(refusal)
                    elif protocol == "anthropic":
                        yield f"event: error\ndata: {json.dumps(wire.anthropic_error(refusal))}\n\n".encode()
                    else:
                        yield f"data: {json.dumps(wire.openai_error(refusal))}\n\n".encode()
                    return
            yield event

    def stream(self, media, events, fault):
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("request-id", "req_011CSHoEeqs5C35K2UUqR7Fy")
        self.end_headers()
        for event in events:
            if event is None:
                self.close_connection = True
                return
            time.sleep(fault.get("pause", 0))
            # In the middle of characters and fields, as networks do it.
            half = len(event) * 2 // 3 + 1
            for piece in (event[:half], event[half:]):
                if piece:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def refuse(self, protocol, refusal, retry_after=None):
        form = {"anthropic": wire.anthropic_error, "openai": wire.openai_error, "bedrock": wire.bedrock_error}[protocol]
        headers = {}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if protocol == "bedrock":
            headers["x-amzn-ErrorType"] = f"{refusal.kind}:http://internal.amazon.com/coral/com.amazon.bedrock/"
        self.whole(refusal.status, form(refusal), None, headers)

    def whole(self, status, value, fault=None, headers=None):
        body = json.dumps(value, ensure_ascii=False).encode()
        if fault and fault.get("malformed"):
            body = body[:-3] + b"..."
        self.send(status, "application/json", body, headers, cut=bool(fault and fault.get("cut")))

    def send(self, status, media, body, headers=None, cut=False):
        self.send_response(status, "Said")
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--script", type=Path)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    script = json.loads(options.script.read_text()) if options.script else {}
    server = ModelServer(script.get("turns"), script.get("otherwise", "auto"), options.port)
    print(f"ready {server.port}", flush=True)
    # Ends with whoever started it.
    sys.stdin.read()
    server.ended.set()


if __name__ == "__main__":
    main()
