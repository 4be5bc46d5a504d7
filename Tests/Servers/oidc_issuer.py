"""A small OpenID Connect issuer for tests: real HTTP, real keys, and every lie on request.

`Issuer().start()` serves discovery, keys, authorization and tokens on a free port of this machine. The
person at the issuer agrees at once. What it says can be changed: `claims` replaces members of the ID
token (None removes one), `header` those of its header, `algorithm` picks the key.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlparse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, width: int | None = None) -> str:
    return encode(value.to_bytes(width or (value.bit_length() + 7) // 8, "big"))


def sign(key, algorithm: str, message: bytes) -> bytes:
    """A signature as a JWS has it (RFC 7518 section 3)."""
    if algorithm == "EdDSA":
        return key.sign(message)
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]
    if algorithm.startswith("RS"):
        return key.sign(message, padding.PKCS1v15(), digest)
    if algorithm.startswith("PS"):
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
        return key.sign(message, pss, digest)
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
    width = (key.curve.key_size + 7) // 8
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def public_jwk(key, algorithm: str, kid: str) -> dict:
    """The public half as a key set publishes it."""
    public = key.public_key()
    jwk = {"kid": kid, "use": "sig", "alg": algorithm}
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return jwk | {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    if isinstance(public, ec.EllipticCurvePublicKey):
        numbers, size = public.public_numbers(), public.curve.key_size
        width = (size + 7) // 8
        point = {"x": number(numbers.x, width), "y": number(numbers.y, width)}
        return jwk | {"kty": "EC", "crv": f"P-{size}"} | point
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return jwk | {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}


def make_key(algorithm: str):
    if algorithm[:2] in ("RS", "PS"):
        return rsa.generate_private_key(65537, 2048)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    return ec.generate_private_key(curves[algorithm])


class Issuer:
    """The issuer; its attributes may be changed while it serves."""

    client_id = "weft-test"
    client_secret = "a secret: with/odd+signs"

    def __init__(self, algorithm: str = "RS256"):
        self.algorithm = algorithm
        self.keys = {algorithm: make_key(algorithm)}
        self.kids = {algorithm: f"key-{algorithm}"}
        self.codes: dict[str, dict] = {}
        self.claims: dict = {}
        self.header: dict = {}
        self.description: dict = {}
        self.secret_in_body = False
        self.names_itself = False
        self.requests: list[str] = []
        self.unsigned = False

    def start(self) -> "Issuer":
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                issuer.answer(self, {})

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length).decode()
                issuer.answer(self, {k: v[0] for k, v in parse_qs(body).items()})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def use(self, algorithm: str) -> None:
        """Signs by another algorithm from now on; its key is published like the others."""
        self.algorithm = algorithm
        if algorithm not in self.keys:
            self.keys[algorithm] = make_key(algorithm)
            self.kids[algorithm] = f"key-{algorithm}"

    def answer(self, request: BaseHTTPRequestHandler, form: dict) -> None:
        url = urlparse(request.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        self.requests.append(url.path)
        if url.path == "/.well-known/openid-configuration":
            self.reply(request, 200, self.discovery())
        elif url.path == "/keys":
            published = [public_jwk(self.keys[a], a, self.kids[a]) for a in self.keys]
            self.reply(request, 200, {"keys": published})
        elif url.path == "/authorize":
            self.authorize(request, query)
        elif url.path == "/token":
            self.reply(request, *self.token(form, request.headers.get("Authorization")))
        else:
            self.reply(request, 404, {})

    def discovery(self) -> dict:
        method = "client_secret_post" if self.secret_in_body else "client_secret_basic"
        return {
            "issuer": self.url,
            "authorization_endpoint": self.url + "/authorize",
            "token_endpoint": self.url + "/token",
            "jwks_uri": self.url + "/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(self.keys),
            "token_endpoint_auth_methods_supported": [method],
            "authorization_response_iss_parameter_supported": self.names_itself,
        } | self.description

    def authorize(self, request: BaseHTTPRequestHandler, query: dict) -> None:
        assert query["response_type"] == "code", query
        assert query["client_id"] == self.client_id, query
        assert query["code_challenge_method"] == "S256", query
        assert "openid" in query["scope"].split(), query
        code = secrets.token_urlsafe(24)
        self.codes[code] = query
        back = {"code": code, "state": query["state"]}
        if self.names_itself:
            back["iss"] = self.url
        request.send_response(302)
        request.send_header("Location", query["redirect_uri"] + "?" + urlencode(back))
        request.end_headers()

    def token(self, form: dict, authorization: str | None) -> tuple[int, dict]:
        if self.secret_in_body:
            right = form.get("client_secret") == self.client_secret and not authorization
        else:
            # RFC 6749 section 2.3.1: both parts form-encoded.
            pair = urlencode({"": self.client_id})[1:] + ":" + urlencode({"": self.client_secret})[1:]
            # A space may be written as %20 as well as +.
            pair = pair.replace("+", "%20").encode()
            right = authorization == "Basic " + base64.b64encode(pair).decode()
        if not right:
            return 401, {"error": "invalid_client"}
        query = self.codes.pop(form.get("code"), None)
        if query is None or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        verifier = form.get("code_verifier", "").encode()
        if encode(hashlib.sha256(verifier).digest()) != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        return 200, {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(query["nonce"], access),
        }

    def id_token(self, nonce: str, access: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "person-1",
            "aud": self.client_id,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "email": "single@example.org",
            "email_verified": True,
            "name": "Single Sign-On",
        }
        bits = "512" if self.algorithm == "EdDSA" else self.algorithm[2:]
        digest = hashlib.new("sha" + bits, access.encode()).digest()
        claims["at_hash"] = encode(digest[: len(digest) // 2])
        claims = {k: v for k, v in (claims | self.claims).items() if v is not None}
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.kids[self.algorithm]}
        header = {k: v for k, v in (header | self.header).items() if v is not None}
        parts = [encode(json.dumps(part).encode()) for part in (header, claims)]
        message = ".".join(parts).encode()
        if self.unsigned:
            return ".".join(parts) + "."
        return ".".join(parts) + "." + encode(sign(self.keys[self.algorithm], self.algorithm, message))

    @staticmethod
    def reply(request: BaseHTTPRequestHandler, status: int, body: dict) -> None:
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
