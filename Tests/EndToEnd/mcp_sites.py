"""MCP servers and authorization servers for tests of Weft's MCP client, over real sockets.

Each keeps what it was sent. The behaviours are those that the public conformance suite asks of clients,
written anew; what a correct client does is judged by the tests.
"""

import base64
import hashlib
import http.server
import json
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

META = "io.modelcontextprotocol/"
STATELESS = "2026-07-28"
STATEFUL = "2025-11-25"
LISTS = {"tools/list": "tools", "resources/list": "resources", "prompts/list": "prompts"}
CACHEABLE = {"tools/list", "resources/list", "prompts/list", "resources/read", "server/discover"}


@dataclass
class Seen:
    """A request: header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def rpc(self):
        """The JSON-RPC method; None for other requests."""
        return (self.json or {}).get("method") if self.method == "POST" else None

    @property
    def query(self):
        parts = urllib.parse.urlsplit(self.path)
        return {k: v[0] for k, v in urllib.parse.parse_qs(parts.query).items()}

    @property
    def form(self):
        return {k: v[0] for k, v in urllib.parse.parse_qs(self.body.decode()).items()}


class Stream:
    """An answer in pieces: `write` sends, the answer ends when the function that got it returns."""

    def __init__(self, handler, status=200, headers=None, kind="text/event-stream"):
        self.handler = handler
        handler.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True

    def write(self, text):
        self.handler.wfile.write(text.encode() if isinstance(text, str) else text)
        self.handler.wfile.flush()

    def event(self, message, **fields):
        lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
        data = "" if message is None else json.dumps(message)
        self.write(f"{lines}data: {data}\n\n")


class Site:
    """Listens on the loopback; `answer(seen, handler)` gives (status, headers, JSON or bytes) or streams."""

    def __init__(self, port=0):
        self.seen = []
        self.ended = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def any(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {k.lower(): v for k, v in self.headers.items()}
                seen = Seen(self.command, self.path, headers, body)
                outer.seen.append(seen)
                try:
                    answer = outer.answer(seen, self)
                    if answer is None:
                        return
                    status, fields, said = answer
                    if not isinstance(said, bytes):
                        fields = {"Content-Type": "application/json", **fields}
                        said = b"" if said is None else json.dumps(said).encode()
                    self.send_response(status)
                    for name, value in fields.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(said)))
                    self.end_headers()
                    self.wfile.write(said)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_DELETE = any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, seen, handler):
        return 404, {}, {"error": "not found"}

    def rpcs(self, method=None):
        return [s for s in self.seen if s.rpc and (method is None or s.rpc == method)]


def result(seen, value):
    return {"jsonrpc": "2.0", "id": seen.json["id"], "result": value}


def failure(seen, code, message, data=None):
    error = {"code": code, "message": message, **({} if data is None else {"data": data})}
    return {"jsonrpc": "2.0", "id": (seen.json or {}).get("id"), "error": error}


TOOL = {"name": "test-tool", "inputSchema": {"type": "object"}}


class McpSite(Site):
    """A server of one era: `handlers` maps methods to functions of (params, seen) that give results."""

    def __init__(self, era, handlers=None, session=None, **auth):
        self.era = era
        self.session = session
        self.handlers = {
            "tools/list": lambda params, seen: {"tools": [TOOL]},
            "tools/call": lambda params, seen: {"content": [{"type": "text", "text": "test"}]},
            **(handlers or {}),
        }
        self.guard = None
        self.metadata = {}
        super().__init__()

    @property
    def address(self):
        return self.url + "/mcp"

    def answer(self, seen, handler):
        path = urllib.parse.urlsplit(seen.path).path
        if path in self.metadata:
            return 200, {}, self.metadata[path]()
        if path != "/mcp":
            return 404, {}, {"error": "not_found"}
        if seen.method == "GET":
            return self.listen(seen, handler)
        if seen.method == "DELETE":
            return 200, {}, b""
        if self.guard and (refusal := self.guard(seen)):
            return refusal
        return self.stateless(seen, handler) if self.era == STATELESS else self.stateful(seen, handler)

    def listen(self, seen, handler):
        return 405, {"Allow": "POST"}, b""

    def stateless(self, seen, handler):
        body = seen.json
        meta = body.get("params", {}).get("_meta") or {}
        version = seen.headers.get("mcp-protocol-version")
        if not version:
            return 400, {}, failure(seen, -32020, "no MCP-Protocol-Version")
        missing = [k for k in ("protocolVersion", "clientCapabilities") if META + k not in meta]
        if missing:
            return 400, {}, failure(seen, -32602, f"missing {missing}")
        if meta[META + "protocolVersion"] != version:
            return 400, {}, failure(seen, -32020, "versions differ")
        if version != STATELESS:
            data = {"supported": [STATELESS], "requested": version}
            return 400, {}, failure(seen, -32022, "unsupported version", data)
        method = body["method"]
        if method == "server/discover":
            value = {"supportedVersions": [STATELESS], "capabilities": {"tools": {}}}
        elif method in self.handlers:
            value = self.handlers[method](body.get("params", {}), seen)
        else:
            return 404, {}, failure(seen, -32601, "Method not found")
        if callable(value):
            return value(handler)
        if isinstance(value, dict) and "error" in value and "code" in value["error"]:
            error = value["error"]
            return 400, {}, failure(seen, error["code"], error["message"], error.get("data"))
        extra = {"ttlMs": 0, "cacheScope": "private"} if method in CACHEABLE else {}
        return 200, {}, result(seen, {"resultType": "complete", **extra, **value})

    def stateful(self, seen, handler):
        body = seen.json
        method = body.get("method")
        fields = {"Mcp-Session-Id": self.session} if self.session else {}
        if method == "initialize":
            value = {
                "protocolVersion": STATEFUL,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "site", "version": "1"},
            }
            return 200, fields, result(seen, value)
        if seen.headers.get("mcp-protocol-version", STATEFUL) not in (STATEFUL, "2025-03-26"):
            return 400, {}, {"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "version"}}
        if self.session and seen.headers.get("mcp-session-id") != self.session:
            return 400, {}, {"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": "no session"}}
        if "id" not in body or method is None:
            return 202, {}, b""
        if method not in self.handlers:
            return 200, {}, failure(seen, -32601, "Method not found")
        value = self.handlers[method](body.get("params", {}), seen)
        if callable(value):
            return value(handler)
        return 200, fields, result(seen, value)


class AuthSite(Site):
    """An authorization server; every option is what a scenario varies."""

    def __init__(self, prefix="", place="/.well-known/oauth-authorization-server", **options):
        self.prefix = prefix
        self.place = place
        self.options = {
            "methods": ["none"],
            "iss": "correct",
            "names_itself": True,
            "registration": ("test-client-id", "test-client-secret", None),
            "pkce": ["S256"],
            "refresh": False,
            "expires": 3600,
            **options,
        }
        self.challenges = {}
        self.tokens = {}
        self.visits = []
        self.exchanges = []
        self.registrations = []
        super().__init__()

    @property
    def issuer(self):
        return self.options.get("metadata_issuer") or self.url + self.prefix

    def description(self):
        o = self.options
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}{self.prefix}/authorize",
            "token_endpoint": f"{self.url}{self.prefix}/token",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": o["methods"],
        }
        if o["registration"]:
            document["registration_endpoint"] = f"{self.url}{self.prefix}/register"
        if o["pkce"] is not None:
            document["code_challenge_methods_supported"] = o["pkce"]
        if o["names_itself"] is not None:
            document["authorization_response_iss_parameter_supported"] = o["names_itself"]
        if "scopes" in o:
            document["scopes_supported"] = o["scopes"]
        if "documents" in o:
            document["client_id_metadata_document_supported"] = o["documents"]
        return document

    def answer(self, seen, handler):
        path = urllib.parse.urlsplit(seen.path).path
        if path == self.place:
            return 200, {}, self.description()
        if path == self.prefix + "/authorize":
            return self.authorise(seen)
        if path == self.prefix + "/token" and seen.method == "POST":
            return self.exchange(seen)
        if path == self.prefix + "/register" and self.options["registration"]:
            self.registrations.append(seen.json)
            client, secret, method = self.options["registration"]
            made = {"client_id": client, "redirect_uris": seen.json["redirect_uris"]}
            if secret:
                made["client_secret"] = secret
            if method:
                made["token_endpoint_auth_method"] = method
            return 201, {}, made
        return 404, {}, {"error": "not_found"}

    def authorise(self, seen):
        query = seen.query
        self.visits.append(query)
        code = f"code-{len(self.visits)}"
        self.challenges[code] = query
        back = {"code": code}
        if "state" in query:
            back["state"] = query["state"]
        iss = {"correct": self.issuer, "wrong": "https://evil.example.com", "normalized": self.issuer + "/"}
        if self.options["iss"] in iss:
            back["iss"] = iss[self.options["iss"]]
        if "back" in self.options:
            back = self.options["back"](back)
        location = query["redirect_uri"] + "?" + urllib.parse.urlencode(back)
        return 302, {"Location": location}, b""

    def exchange(self, seen):
        form = seen.form
        self.exchanges.append(seen)
        if form["grant_type"] == "authorization_code":
            asked = self.challenges.pop(form["code"], None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            good = (
                asked
                and asked["code_challenge_method"] == "S256"
                and asked["code_challenge"] == challenge
                and asked["redirect_uri"] == form["redirect_uri"]
                and asked.get("resource") == form.get("resource")
            )
            if not good:
                return 400, {}, {"error": "invalid_grant"}
            scopes = asked.get("scope", "").split()
        elif form["grant_type"] == "refresh_token" and form["refresh_token"] in self.tokens:
            scopes = self.tokens.pop(form["refresh_token"])
        else:
            return 400, {}, {"error": "invalid_grant"}
        if check := self.options.get("check"):
            if refusal := check(seen):
                return refusal
        token = f"{self.options.get('token', 'token')}-{len(self.exchanges)}"
        self.tokens[token] = scopes
        given = {"access_token": token, "token_type": "Bearer", "expires_in": self.options["expires"]}
        if self.options["refresh"]:
            given["refresh_token"] = f"refresh-{len(self.exchanges)}"
            self.tokens[given["refresh_token"]] = scopes
        if scopes:
            given["scope"] = " ".join(scopes)
        return 200, {}, given

    def proof(self, exchange):
        """How a token request shows who asks, and as whom."""
        header = exchange.headers.get("authorization", "")
        if header.startswith("Basic "):
            pair = base64.b64decode(header[6:]).decode().split(":", 1)
            return "client_secret_basic", *map(urllib.parse.unquote_plus, pair)
        form = exchange.form
        if "client_secret" in form:
            return "client_secret_post", form["client_id"], form["client_secret"]
        return "none", form.get("client_id"), None


def protect(site, auth, scopes=None, supported=None, prm="/.well-known/oauth-protected-resource/mcp",
            named=True, resource=None, open_methods=()):
    """Puts `site` behind `auth`: metadata, and a guard that wants tokens with `scopes`."""
    def document():
        value = {
            "resource": resource or (site.url if prm == "/.well-known/oauth-protected-resource" else site.address),
            "authorization_servers": [auth().issuer_as_named if hasattr(auth(), "issuer_as_named")
                                      else auth().url + auth().prefix],
        }
        if supported is not None:
            value["scopes_supported"] = supported
        return value

    site.metadata[prm] = document

    def challenge(**fields):
        if named:
            fields["resource_metadata"] = site.url + prm
        if not fields:
            return {"WWW-Authenticate": "Bearer"}
        return {"WWW-Authenticate": "Bearer " + ", ".join(f'{k}="{v}"' for k, v in fields.items())}

    site.challenge = challenge

    def guard(seen):
        if seen.rpc in open_methods or (seen.rpc or "").startswith("notifications/"):
            return None
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in auth().tokens:
            fields = {"error": "invalid_token"}
            if scopes:
                fields["scope"] = " ".join(scopes)
            return 401, challenge(**fields), {"error": "invalid_token"}
        return None

    site.guard = guard
