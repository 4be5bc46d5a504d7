"""Holds every answer of every test against the server's own OpenAPI description."""

import http.client
import json
import re
from functools import cache
from urllib.parse import urlparse, urlsplit

import jsonschema_rs

# Answers that no route gives: the connection does, before a route is known.
ANYWHERE = {400, 404, 405, 408, 413, 414, 431, 501, 503}


class Contract:
    """What the description says of each route."""

    def __init__(self, document: dict):
        self.document = document
        self.validators = {}
        self.operations = []
        for path, item in document["paths"].items():
            for method, operation in item.items():
                for known in [path, *operation.get("x-aliases", [])]:
                    self.operations.append((method.upper(), self.pattern(known), operation))
        # A literal segment goes before a parameter, as in the router.
        self.operations.sort(key=lambda entry: entry[1].pattern.count("[^/]+"))

    @staticmethod
    def pattern(path: str) -> re.Pattern:
        pieces = re.split(r"\{[^}]*\}", path)
        return re.compile("[^/]+".join(re.escape(piece) for piece in pieces))

    def operation(self, method: str, target: str) -> dict | None:
        path = urlsplit(target).path
        wanted = "GET" if method == "HEAD" else method
        for known, pattern, operation in self.operations:
            if known == wanted and pattern.fullmatch(path):
                return operation
        return None

    def check(self, method: str, target: str, status: int, headers: dict, body: bytes) -> None:
        """Fails when the answer is none that the description promises."""
        where = f"{method} {target} → {status}"
        assert status < 500 or status in (501, 503), f"{where}: {body[:500]}"
        for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
            assert name in headers, f"{where} lacks {name}"
        operation = self.operation(method, target)
        if operation is None:
            return
        response = operation["responses"].get(str(status))
        if response is None:
            assert status in ANYWHERE, f"{where} is not described: {body[:500]}"
            return
        response = self.resolved(response)
        if method == "HEAD":
            return
        content = response.get("content")
        if not content:
            assert body == b"", f"{where} has a body: {body[:200]}"
            return
        kind = headers.get("content-type", "").split(";")[0]
        assert kind in content or "*/*" in content, f"{where} is {kind}, described are {list(content)}"
        if kind.endswith("json") and kind != "application/x-ndjson" and kind in content and "content-encoding" not in headers:
            self.validate(content[kind]["schema"], json.loads(body), where)

    def resolved(self, part: dict) -> dict:
        if "$ref" not in part:
            return part
        found = self.document
        for word in part["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        return found

    def validate(self, schema: dict, value, where: str) -> None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {"allOf": [schema], "components": self.document["components"]}
            self.validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        for error in self.validators[key].iter_errors(value):
            pointer = "/".join(map(str, error.instance_path))
            raise AssertionError(f"{where}: /{pointer}: {error.message[:500]}")


@cache
def contract(url: str) -> Contract | None:
    """The description of the server at `url`; None when it has none."""
    address = urlparse(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request("GET", "/api/openapi.json")
        response = connection.getresponse()
        body = response.read()
        return Contract(json.loads(body)) if response.status == 200 else None
    finally:
        connection.close()
