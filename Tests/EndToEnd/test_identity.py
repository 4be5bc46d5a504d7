"""Tokens, keys, second factor, resets, accounts and the audit log, through the program's outside."""

import base64
import email
import hashlib
import hmac
import json
import re
import sqlite3
import struct
import subprocess
import sys
import time
import uuid
from contextlib import closing
from urllib.parse import parse_qs, urlparse

import pytest
from client import Client, change, free_port, rows, wait_for
from conftest import ROOT, start
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

sys.path.insert(0, str(ROOT / "Tests/Servers"))
from oidc_issuer import Issuer  # noqa: E402


@pytest.fixture
def own(weft_binary, tmp_path):
    """Starts servers on data of the test's own, and stops them."""
    servers = []

    def own(name="data", port=0, **variables):
        import os

        before = dict(os.environ)
        os.environ.update(variables)
        try:
            servers.append(start(weft_binary, tmp_path / name, port=port))
        finally:
            os.environ.clear()
            os.environ.update(before)
        return servers[-1]

    yield own
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests that leave it as it was."""
    import os

    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    server = start(binary, tmp_path_factory.mktemp("identity") / "data")
    yield server
    server.stop()


@pytest.fixture
def admin(server):
    return Client.signed_in(server)


def sign_in(weft, email, password, **more):
    return Client(weft.url).post("/auth/token", {"email": email, "password": password, **more})


PASSWORD = "correct horse battery"


def new_person(admin: Client, weft, roles=("viewer",)) -> tuple[str, str, Client]:
    """A new member: id, e-mail and a signed-in client."""
    address = f"{uuid.uuid4().hex[:12]}@example.org"
    made = admin.post(
        "/api/accounts",
        {"name": "Somebody", "email": address, "roles": list(roles), "password": PASSWORD},
    )
    assert made.status == 201, made.body
    answer = sign_in(weft, address, PASSWORD)
    assert answer.status == 200, answer.body
    return made.json["id"], address, Client(weft.url, answer.json["accessToken"])


# Access tokens


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def forge(weft, token: str, claims=None, header=None, key=None) -> str:
    """The token with other claims or another header, signed by the installation's own key."""
    head, body, _ = token.split(".")
    head, body = json.loads(unb64(head)) | (header or {}), json.loads(unb64(body)) | (claims or {})
    text = ".".join(b64(json.dumps(part).encode()) for part in (head, body))
    if key is None:
        pem = (weft.data / "keys/signing-key.pem").read_bytes()
        key = serialization.load_pem_private_key(pem, None)
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def test_a_token_re_signed_as_it_is_works(server, admin):
    """So that the refusals below are not refusals of the signing in this test."""
    assert Client(server.url, forge(server, admin.token)).get("/api/me").status == 200


NOW = int(time.time())


@pytest.mark.parametrize(
    ("what", "claims", "code"),
    [
        ("expired", {"exp": NOW - 60, "iat": NOW - 960}, "expired-token"),
        ("not valid yet", {"iat": NOW + 3600, "exp": NOW + 7200}, "invalid-token"),
        ("another audience", {"aud": "somebody"}, "invalid-token"),
        ("audiences", {"aud": ["weft", "somebody"]}, "invalid-token"),
        ("another issuer", {"iss": "https://evil.example"}, "invalid-token"),
        ("another account", {"sub": str(uuid.uuid4())}, "revoked-token"),
        ("another organisation", {"org": str(uuid.uuid4())}, "revoked-token"),
        ("another session", {"sid": str(uuid.uuid4())}, "revoked-token"),
        ("an older epoch", {"ver": -1}, "revoked-token"),
        ("a foreign claim", {"admin": True}, "invalid-token"),
        ("no end", {"exp": None}, "invalid-token"),
    ],
)
def test_a_token_that_says_something_else_is_refused(server, admin, what, claims, code):
    answer = Client(server.url, forge(server, admin.token, claims)).get("/api/me")
    assert (answer.status, answer.code) == (401, code), what
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_forged_token_is_refused(server, admin):
    head, body, signature = admin.token.split(".")
    stranger = ec.generate_private_key(ec.SECP256R1())
    none = b64(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    public = admin.get("/.well-known/jwks.json").body
    hs256 = b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    mac = hmac.new(public, f"{hs256}.{body}".encode(), hashlib.sha256).digest()
    tokens = {
        "another key": forge(server, admin.token, key=stranger),
        "an embedded key": forge(server, admin.token, header={"jwk": {}}, key=stranger),
        "alg none": f"{none}.{body}.",
        "the public key as a password": f"{hs256}.{body}.{b64(mac)}",
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "another body": f"{head}.{b64(b'{}')}.{signature}",
        "nothing": "",
        "very long": "A" * 6000,
    }
    for what, token in tokens.items():
        answer = Client(server.url, token or " ").get("/api/me")
        assert answer.status == 401, (what, answer.status, answer.body)


def test_a_refresh_token_that_comes_twice_ends_the_family(server):
    first = sign_in(server, server.email, server.password).json
    plain = Client(server.url)
    second = plain.post("/auth/refresh", {"refreshToken": first["refreshToken"]}).json
    assert Client(server.url, second["accessToken"]).get("/api/me").status == 200
    replayed = plain.post("/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert (replayed.status, replayed.code) == (401, "invalid-refresh-token")
    for token in (first["accessToken"], second["accessToken"]):
        assert Client(server.url, token).get("/api/me").code == "revoked-token"
    again = plain.post("/auth/refresh", {"refreshToken": second["refreshToken"]})
    assert again.code == "invalid-refresh-token"


def test_keys_rotate_while_people_work(own, weft_binary):
    weft = own()
    client = Client.signed_in(weft)
    kid = json.loads(unb64(client.token.split(".")[0]))["kid"]
    published = [key["kid"] for key in client.get("/.well-known/jwks.json").json["keys"]]
    assert published == [kid]

    def rotate(*more):
        command = [weft_binary, "key", "rotate", *more, "--data", str(weft.data)]
        done = subprocess.run(command, capture_output=True, check=True)
        return [key["id"] for key in json.loads(done.stdout)["keys"]]

    keys = rotate()
    assert keys[1:] == [kid]
    path = "/.well-known/jwks.json"
    wait_for(
        lambda: [k["kid"] for k in client.get(path).json["keys"]] == keys, "the server to follow"
    )
    assert all("d" not in key for key in client.get(path).json["keys"])
    assert client.get("/api/me").status == 200
    fresh = Client.signed_in(weft)
    assert json.loads(unb64(fresh.token.split(".")[0]))["kid"] == keys[0]
    # The key was lost: its tokens end, sessions go on.
    refresh = sign_in(weft, weft.email, weft.password).json["refreshToken"]
    assert len(rotate("--now")) == 1
    wait_for(lambda: fresh.get("/api/me").status == 401, "the old tokens to end")
    renewed = Client(weft.url).post("/auth/refresh", {"refreshToken": refresh})
    assert Client(weft.url, renewed.json["accessToken"]).get("/api/me").status == 200


# API keys


def test_an_api_key_does_what_it_may_and_no_more(server, admin):
    body = {"name": "Scanner", "roles": ["viewer"], "expiresInDays": 7}
    made = admin.post("/api/keys", body, key="once")
    assert made.status == 201, made.body
    secret = made.json["secret"]
    assert re.fullmatch(r"wk_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", secret)
    key = Client(server.url, secret)
    assert key.get("/api/orders?limit=1").status == 200
    assert key.post("/api/orders", {}).status == 403
    for path in ("/api/accounts", "/api/keys", "/api/audit", "/api/me/sessions"):
        assert key.get(path).status == 403, path
    me = key.get("/api/me").json
    assert me["account"]["name"] == "Scanner"
    assert me["account"]["kind"] == "service"
    assert me["roles"] == ["viewer"]
    listed = next(k for k in admin.get("/api/keys").json["items"] if k["id"] == made.json["id"])
    assert "secret" not in listed
    assert listed["lastUsedAt"] is not None
    assert listed["createdBy"]["name"] == "Demo Planner"
    # The same Idempotency-Key gives no secret a second time: another key is made.
    assert admin.post("/api/keys", body, key="once").json["secret"] != secret
    store = (server.data / "weft.db").read_bytes() + (server.data / "weft.db-wal").read_bytes()
    assert secret[12:].encode() not in store
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in store
    revoked = admin.post(f"/api/keys/{made.json['id']}/revoke", {"reason": "done"})
    assert revoked.status == 204
    assert key.get("/api/me").code == "revoked-token"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"roles": ["manager"]}, 403, "forbidden"),
        ({"roles": ["ai-agent"]}, 403, "forbidden"),
        ({"roles": []}, 422, None),
        ({"roles": ["viewer", "viewer"]}, 422, None),
        ({"expiresInDays": 0}, 422, None),
        ({"expiresInDays": 366}, 422, None),
        ({"name": ""}, 422, None),
        ({"name": "x" * 201}, 422, None),
        ({"extra": 1}, 422, None),
    ],
)
def test_a_key_that_is_too_much_is_refused(admin, changes, status, code):
    body = {"name": "Key", "roles": ["viewer"], "expiresInDays": 7} | changes
    answer = admin.post("/api/keys", body)
    assert answer.status == status, answer.body
    assert code is None or answer.code == code


def test_a_key_ends_when_its_time_is_over(server, admin):
    made = admin.post("/api/keys", {"name": "Short", "roles": ["viewer"], "expiresInDays": 1}).json
    with closing(sqlite3.connect(server.data / "weft.db", timeout=5)) as store, store:
        store.execute("UPDATE identity_api_key SET expires_at = 1 WHERE id = ?", (made["id"],))
    assert Client(server.url, made["secret"]).get("/api/me").code == "expired-token"


# The second factor


def totp(secret: str, moment: float) -> str:
    """RFC 6238, written again."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(moment) // 30), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def test_a_second_factor_is_asked_for(server, admin):
    _, email, person = new_person(admin, server)
    assert person.get("/api/me").json["totp"] is False
    begun = person.post("/api/me/totp", {}).json
    uri = urlparse(begun["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [begun["secret"]]
    wrong = person.post("/api/me/totp/confirm", {"code": "000000"})
    assert (wrong.status, wrong.code) == (422, "invalid-code")
    assert sign_in(server, email, PASSWORD).status == 200
    now = time.time()
    confirmed = person.post("/api/me/totp/confirm", {"code": totp(begun["secret"], now)})
    codes = confirmed.json["recoveryCodes"]
    assert len(set(codes)) == 10
    assert person.get("/api/me").json["totp"] is True

    asked = sign_in(server, email, PASSWORD)
    assert (asked.status, asked.code) == (401, "totp-required")
    assert sign_in(server, email, "wrong password", code=codes[0]).code == "invalid-credentials"
    # The code that confirmed was used up; the next step's is good, once.
    used = sign_in(server, email, PASSWORD, code=totp(begun["secret"], now))
    assert (used.status, used.code) == (401, "invalid-code")
    code = totp(begun["secret"], now + 30)
    assert sign_in(server, email, PASSWORD, code=code).status == 200
    assert sign_in(server, email, PASSWORD, code=code).code == "invalid-code"
    assert sign_in(server, email, PASSWORD, code=codes[0]).status == 200
    assert sign_in(server, email, PASSWORD, code=codes[0]).code == "invalid-code"

    store = (server.data / "weft.db").read_bytes() + (server.data / "weft.db-wal").read_bytes()
    for secret in [begun["secret"], *codes]:
        assert secret.encode() not in store
    assert person.post("/api/me/totp", {}).code == "totp-enabled"
    assert person.post("/api/me/totp/disable", {"password": "wrong"}).code == "wrong-password"
    assert person.post("/api/me/totp/disable", {"password": PASSWORD}).status == 204
    assert sign_in(server, email, PASSWORD).status == 200


def test_guessing_a_code_is_throttled(server, admin):
    identity, email, person = new_person(admin, server)
    begun = person.post("/api/me/totp", {}).json
    person.post("/api/me/totp/confirm", {"code": totp(begun["secret"], time.time())})
    answers = [sign_in(server, email, PASSWORD, code=f"{n:06}") for n in range(6)]
    assert [a.code for a in answers[:5]] == ["invalid-code"] * 5
    assert (answers[5].status, answers[5].code) == (429, "too-many-attempts")
    assert int(answers[5].headers["retry-after"]) >= 1
    # An admin helps somebody who lost the phone.
    helped = admin.patch(f"/api/accounts/{identity}", {"totp": False, "reason": "lost phone"})
    assert helped.json["totp"] is False


# Forgotten passwords, invitations


def test_forgotten_passwords_tell_nothing(server, admin):
    _, email, _ = new_person(admin, server)
    plain = Client(server.url)
    known = [plain.post("/auth/password/forgot", {"email": email}) for _ in range(1)]
    unknown = [plain.post("/auth/password/forgot", {"email": "nobody@example.org"})]
    assert [(a.status, a.body) for a in known] == [(a.status, a.body) for a in unknown]
    assert known[0].status == 202
    answer = plain.post("/auth/password/reset", {"token": "A" * 43, "password": PASSWORD})
    assert (answer.status, answer.code) == (422, "invalid-reset-token")


def test_a_reset_arrives_by_mail_and_ends_all_sessions(own, tmp_path):
    letters = tmp_path / "letters"
    letters.mkdir()
    port = free_port()
    mail = subprocess.Popen(
        [sys.executable, str(ROOT / "Tests/Servers/mail_server.py"), "0", str(letters)],
        stdout=subprocess.PIPE,
    )
    try:
        weft, letter = mailed(own, mail, letters, port)
        client = Client.signed_in(weft)
        Client(weft.url).post("/auth/password/forgot", {"email": weft.email})
        token = letter("Set a new password")
        plain = Client(weft.url)
        fresh = "a quite new password"
        body = {"token": token, "password": fresh}
        assert plain.post("/auth/password/reset", body | {"password": "short"}).status == 422
        assert plain.post("/auth/password/reset", body).status == 204
        assert plain.post("/auth/password/reset", body).code == "invalid-reset-token"
        assert client.get("/api/me").code == "revoked-token"
        assert sign_in(weft, weft.email, weft.password).status == 401
        admin = Client(weft.url, sign_in(weft, weft.email, fresh).json["accessToken"])
        made = admin.post(
            "/api/accounts", {"name": "Bob", "email": "bob@example.org", "roles": ["loader"]}
        )
        assert made.status == 201 and "invitation" not in made.json
        token = letter("Your account is ready")
        body = {"token": token, "password": fresh}
        assert plain.post("/auth/password/reset", body).status == 204
        assert sign_in(weft, "bob@example.org", fresh).json["roles"] == ["loader"]
    finally:
        mail.kill()
        mail.wait()


def mailed(own, mail, letters, port):
    """A server that sends to `mail`, and what reads the token of the next letter."""
    mail_port = mail.stdout.readline().split()[1].decode()
    weft = own(
        port=port,
        WEFT_MAIL_HOST="127.0.0.1",
        WEFT_MAIL_PORT=mail_port,
        WEFT_MAIL_SECURITY="none",
        WEFT_SERVER_URL=f"http://127.0.0.1:{port}",
    )

    def letter(subject):
        def found():
            for file in letters.glob("*.json"):
                content = email.message_from_string(json.loads(file.read_text())["content"])
                if content["subject"] == subject:
                    text = content.get_payload(decode=True).decode()
                    link = rf"http://127.0.0.1:{port}/console/reset\?token=([A-Za-z0-9_-]{{43}})"
                    return re.search(link, text)

        return wait_for(found, f"a letter {subject!r}").group(1)

    return weft, letter


def test_without_mail_the_admin_hands_the_invitation_over(server, admin):
    email = f"{uuid.uuid4().hex[:12]}@example.org"
    made = admin.post("/api/accounts", {"name": "Bob", "email": email, "roles": ["loader"]}).json
    token = made["invitation"].removeprefix("/console/reset?token=")
    body = {"token": token, "password": PASSWORD}
    assert Client(server.url).post("/auth/password/reset", body).status == 204
    assert sign_in(server, email, PASSWORD).json["roles"] == ["loader"]
    assert admin.get(f"/api/accounts/{made['id']}").json["lastSignInAt"] is not None


def test_ones_own_password(server, admin):
    _, email, person = new_person(admin, server)
    other = Client(server.url, sign_in(server, email, PASSWORD).json["accessToken"])
    body = {"current": "wrong", "password": "another good one"}
    assert person.post("/api/me/password", body).code == "wrong-password"
    body["current"] = PASSWORD
    assert person.post("/api/me/password", body | {"password": "short"}).code == "weak-password"
    assert person.post("/api/me/password", body).status == 204
    assert person.get("/api/me").status == 200
    assert other.get("/api/me").code == "revoked-token"
    assert sign_in(server, email, "another good one").status == 200


# Sessions, accounts, roles


def test_sessions_are_seen_and_ended(server, admin):
    _, email, person = new_person(admin, server)
    other = Client(server.url, sign_in(server, email, PASSWORD).json["accessToken"])
    items = person.get("/api/me/sessions").json["items"]
    assert [item["current"] for item in items] == [False, True]
    assert all(item["address"] == "127.0.0.1" for item in items)
    assert person.send("DELETE", f"/api/me/sessions/{items[0]['id']}", None, {}).status == 204
    assert other.get("/api/me").code == "revoked-token"
    assert len(person.get("/api/me/sessions").json["items"]) == 1
    foreign = admin.get("/api/me/sessions").json["items"][0]["id"]
    assert person.send("DELETE", f"/api/me/sessions/{foreign}", None, {}).status == 404
    assert person.send("DELETE", "/api/me/sessions/none", None, {}).status == 404


def test_an_admin_manages_accounts(server, admin):
    identity, email, person = new_person(admin, server)
    path = f"/api/accounts/{identity}"
    assert admin.get(f"/api/accounts?q={email[:8]}").json["items"][0]["id"] == identity
    assert admin.patch(path, {"roles": ["loader"]}).status == 422, "without a reason"
    changed = admin.patch(path, {"roles": ["loader"], "name": "Carol", "reason": "moved"})
    assert (changed.status, changed.json["roles"], changed.json["name"]) == (200, ["loader"], "Carol")
    assert person.get("/api/me").code == "revoked-token"
    again = Client(server.url, sign_in(server, email, PASSWORD).json["accessToken"])
    revoked = admin.post(f"{path}/revoke-sessions", {"reason": "stolen"})
    assert revoked.json["revoked"] >= 1
    assert again.get("/api/me").code == "revoked-token"
    assert admin.patch(path, {"disabled": True, "reason": "left"}).json["disabled"] is True
    assert sign_in(server, email, PASSWORD).code == "invalid-credentials"
    assert admin.get("/api/accounts?disabled=true").json["items"][0]["disabled"] is True
    audit = admin.get(f"/api/audit?subject=account:{identity}").json["items"]
    by_admin = [e for e in audit if e["actor"]["name"] == "Demo Planner"]
    assert [e["action"] for e in by_admin] == [
        "account.disabled",
        "sessions.revoked",
        "membership.changed",
        "account.renamed",
        "account.created",
    ]
    reasons = [e["detail"].get("reason") for e in by_admin]
    assert reasons == ["left", "stolen", "moved", "moved", None]
    assert admin.patch(f"/api/accounts/{uuid.uuid4()}", {"reason": "x"}).status == 404


def test_nobody_raises_themselves_and_the_last_admin_stays(server, admin):
    me = admin.get("/api/me").json["account"]["id"]
    own_roles = admin.patch(f"/api/accounts/{me}", {"roles": ["admin", "manager"], "reason": "x"})
    assert (own_roles.status, own_roles.code) == (403, "own-account")
    leaving = admin.patch(f"/api/accounts/{me}", {"disabled": True, "reason": "x"})
    assert (leaving.status, leaving.code) == (403, "own-account")
    identity, _, second = new_person(admin, server, ["admin"])
    assert admin.patch(f"/api/accounts/{identity}", {"roles": ["viewer"], "reason": "x"}).status == 200
    identity, _, second = new_person(admin, server, ["admin"])
    key = admin.post("/api/keys", {"name": "Root", "roles": ["admin"], "expiresInDays": 1}).json
    assert admin.patch(f"/api/accounts/{identity}", {"disabled": True, "reason": "x"}).status == 200
    # A key of the admin's is another actor, and still the last admin stays.
    program = Client(server.url, key["secret"])
    last = program.patch(f"/api/accounts/{me}", {"roles": ["viewer"], "reason": "x"})
    assert (last.status, last.code) == (409, "last-admin")
    made = program.post("/api/keys", {"name": "K", "roles": ["admin"], "expiresInDays": 1})
    assert made.status == 403
    admin.post(f"/api/keys/{key['id']}/revoke", {"reason": "done"})


ROLES = [
    "admin", "manager", "planner", "operator", "technician", "loader", "desk-agent", "supervisor",
    "viewer", "customer",
]  # fmt: skip

# Who may call what; everybody else is refused with 403.
MATRIX = [
    ("GET", "/api/accounts", {"admin"}),
    ("GET", "/api/keys", {"admin"}),
    ("GET", "/api/audit", {"admin"}),
    ("GET", "/api/audit/verify", {"admin"}),
    ("GET", "/api/roles", set(ROLES)),
    ("GET", "/api/me/sessions", set(ROLES)),
    ("GET", "/api/dead-letters", {"admin", "manager"}),
    ("GET", "/api/executions?limit=1", set(ROLES) - {"customer", "loader"}),
    ("GET", "/api/orders?limit=1", set(ROLES) - {"customer", "technician", "loader"}),
    ("POST", "/api/orders", {"admin", "manager", "planner", "operator"}),
]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_what_it_needs_and_no_more(server, admin, role):
    _, _, person = new_person(admin, server, [role])
    for method, path, allowed in MATRIX:
        answer = person.get(path) if method == "GET" else person.post(path, {})
        assert (answer.status != 403) == (role in allowed), (role, path, answer.status)
        assert answer.status < 500


@pytest.mark.parametrize("role", ["ai-agent", "device", "root", "Admin"])
def test_programs_roles_are_not_given_to_people(admin, role):
    body = {"name": "X", "email": "x@example.org", "roles": [role], "password": PASSWORD}
    answer = admin.post("/api/accounts", body)
    assert (answer.status, answer.code) == (422, "invalid-role")


def test_sign_in_is_throttled_per_account_and_address(server, admin):
    _, email, _ = new_person(admin, server)
    answers = [sign_in(server, email, f"wrong {n}") for n in range(6)]
    assert [a.status for a in answers] == [401] * 5 + [429]
    assert int(answers[5].headers["retry-after"]) >= 1
    # Another account at the same address is not held up.
    assert sign_in(server, server.email, server.password).status == 200
    assert sign_in(server, email, PASSWORD).status == 429


# The audit log


def audit(binary, *arguments):
    done = subprocess.run([binary, "audit", *map(str, arguments)], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def verifier(lines):
    """What an export says, checked by a program of nobody's but this test's: docs/identity.md."""
    last = {}
    for line in map(json.loads, lines):
        who = line["organisation"]
        seq, before = last.get(who, (0, "0" * 64))
        if "head" in line:
            assert line["head"] == {"seq": seq, "hash": before}
            continue
        claimed = line.pop("hash")
        canonical = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        made = hashlib.sha256(bytes.fromhex(before) + canonical.encode()).hexdigest()
        assert (line["seq"], made) == (seq + 1, claimed)
        last[who] = (line["seq"], claimed)
    return last


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """Data with a log of a few entries, the organisation's id, and its head, noted."""
    import os

    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("audit") / "data")
    admin = Client.signed_in(weft)
    for _ in range(3):
        new_person(admin, weft)
    shown = admin.get("/api/audit/verify").json
    organisation = admin.get("/api/me").json["organisation"]["id"]
    assert shown["ok"] and shown["brokenAt"] is None
    weft.stop()
    # The start printed the heads.
    assert "audit head" in weft.log.read_text()
    return weft.data, organisation, f"{shown['entries']}:{shown['head']}"


def test_a_whole_log_verifies_in_the_store_and_out_of_it(weft_binary, audited, tmp_path):
    data, organisation, head = audited
    code, out, err = audit(weft_binary, "verify", "--data", data, "--head", head)
    assert (code, json.loads(out)["ok"]) == (0, True), err
    code, out, _ = audit(weft_binary, "export", "--data", data)
    assert code == 0
    file = tmp_path / "audit.ndjson"
    file.write_text(out)
    code, shown, err = audit(weft_binary, "verify", "--from", file, "--head", head)
    assert code == 0, err
    logs = {log["organisation"]: log for log in json.loads(shown)["logs"]}
    seq, digest = verifier(out.splitlines())[organisation]
    assert f"{seq}:{digest}" == head
    assert logs[organisation]["head"] == digest
    # Out of a file, too, nothing can be cut off or changed.
    lines = out.splitlines()
    for bad in (lines[:-1], lines[:3] + lines[4:], [lines[0].replace("done", "failed"), *lines[1:]]):
        file.write_text("\n".join(bad) + "\n")
        assert audit(weft_binary, "verify", "--from", file)[0] == 1


@pytest.mark.parametrize(
    ("what", "statement", "broken"),
    [
        ("changed", "UPDATE identity_audit SET detail = '{}' WHERE {third}", 3),
        ("deleted", "DELETE FROM identity_audit WHERE {third}", 3),
        ("moved", "UPDATE identity_audit SET number = 1000 WHERE {third}", 3),
        ("cut off", "DELETE FROM identity_audit WHERE organisation = '{org}' AND number > 4", 5),
        (
            "put in",
            "INSERT INTO identity_audit (organisation, at, actor, action, subject, outcome, detail,"
            " trace) SELECT organisation, at, actor, action, subject, outcome, detail, trace"
            " FROM identity_audit WHERE {third}",
            None,
        ),
    ],
)
def test_tampering_with_the_file_is_found(weft_binary, audited, tmp_path, what, statement, broken):
    import shutil

    data, organisation, head = audited
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    third = f"organisation = '{organisation}' AND number = 3"
    change(copy, statement.replace("{third}", third).replace("{org}", organisation))
    code, out, err = audit(weft_binary, "verify", "--data", copy)
    log = next(l for l in json.loads(out)["logs"] if l["organisation"] == organisation)
    assert (code, log["ok"]) == (1, False), what
    assert broken is None or log["brokenAt"] == broken
    assert log["why"] in err


def test_two_entries_in_each_others_place_are_found(weft_binary, audited, tmp_path):
    import shutil

    data, organisation, _ = audited
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    for old, new in ((3, -3), (4, 3), (-3, 4)):
        change(
            copy,
            "UPDATE identity_audit SET number = ? WHERE organisation = ? AND number = ?",
            (new, organisation, old),
        )
    code, out, _ = audit(weft_binary, "verify", "--data", copy)
    log = next(l for l in json.loads(out)["logs"] if l["organisation"] == organisation)
    assert (code, log["brokenAt"]) == (1, 3)


def test_a_log_cut_off_with_its_head_takes_a_noted_head_to_find(weft_binary, audited, tmp_path):
    import shutil

    data, organisation, head = audited
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    where = f"organisation = '{organisation}'"
    change(copy, f"DELETE FROM identity_audit WHERE {where} AND number > 4")
    change(
        copy,
        "UPDATE identity_audit_head SET number = 4, hash = (SELECT hash FROM identity_audit"
        f" WHERE {where} AND number = 4) WHERE {where}",
    )
    assert audit(weft_binary, "verify", "--data", copy)[0] == 0
    code, out, err = audit(weft_binary, "verify", "--data", copy, "--head", head)
    assert code == 1
    assert "was noted" in err


def test_a_backup_prints_the_heads_and_keeps_the_chain(weft_binary, audited, tmp_path):
    data, organisation, head = audited
    command = [weft_binary, "backup", str(tmp_path / "copy"), "--data", str(data)]
    done = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert {"organisation": organisation, "head": head} in done["auditHeads"]
    command = [weft_binary, "restore", str(tmp_path / "copy"), "--data", str(tmp_path / "back")]
    subprocess.run(command, capture_output=True, check=True)
    code, _, err = audit(weft_binary, "verify", "--data", tmp_path / "back", "--head", head)
    assert code == 0, err


def test_the_log_has_filters_and_pages(server, admin):
    new_person(admin, server)
    all_of = admin.get("/api/audit?action=account.*&limit=200").json["items"]
    assert {entry["action"].split(".")[0] for entry in all_of} == {"account"}
    first = admin.get("/api/audit?limit=2").json
    second = admin.get(f"/api/audit?limit=2&cursor={first['nextCursor']}").json
    seqs = [entry["seq"] for entry in first["items"] + second["items"]]
    assert seqs == sorted(seqs, reverse=True) and len(set(seqs)) == 4
    assert admin.get("/api/audit?outcome=refused&action=session.opened").status == 200
    assert admin.get("/api/audit?from=2999-01-01T00:00:00Z").json["items"] == []
    assert admin.get("/api/audit?from=yesterday").status == 422
    assert admin.get("/api/audit?limit=0").status == 422
    assert admin.get("/api/audit?cursor=none").status == 422


def test_a_log_of_before_there_were_chains_is_chained_at_the_start(own, weft_binary, audited, tmp_path):
    import shutil

    data, organisation, _ = audited
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    change(copy, "UPDATE identity_audit SET number = NULL, hash = NULL")
    change(copy, "DELETE FROM identity_audit_head")
    assert audit(weft_binary, "verify", "--data", copy)[0] == 1
    own().stop()
    assert audit(weft_binary, "verify", "--data", copy)[0] == 0


# Sign-in by an identity provider


@pytest.fixture
def issuer():
    issuer = Issuer().start()
    yield issuer
    issuer.stop()


def with_provider(own, issuer, **more):
    port = free_port()
    return own(
        port=port,
        WEFT_SERVER_URL=f"http://127.0.0.1:{port}",
        WEFT_OIDC_ISSUER=issuer.url,
        WEFT_OIDC_CLIENT_ID=issuer.client_id,
        WEFT_OIDC_CLIENT_SECRET=issuer.client_secret,
        **{"WEFT_OIDC_CREATE": "true", "WEFT_OIDC_ROLES": "viewer,loader", **more},
    )


class Browser:
    """Goes where it is sent and keeps cookies, as far as a sign-in needs it."""

    def __init__(self, weft):
        self.weft = weft
        self.cookie = None

    def get(self, url):
        target = urlparse(url)
        path = target.path + (f"?{target.query}" if target.query else "")
        headers = {"Cookie": self.cookie} if self.cookie and target.path.startswith("/auth/oidc") else {}
        answer = Client(f"{target.scheme}://{target.netloc}").send("GET", path, None, headers)
        if "set-cookie" in answer.headers:
            flags = answer.headers["set-cookie"]
            assert "HttpOnly" in flags and "SameSite=Lax" in flags and "Path=/auth/oidc" in flags
            self.cookie = flags.split(";")[0]
        return answer

    def go(self):
        """To the issuer and back; the address that the issuer sent the browser to."""
        out = self.get(f"{self.weft.url}/auth/oidc/oidc/start?return=/console/orders")
        assert out.status == 303, out.body
        back = self.get(out.headers["location"])
        assert back.status == 302
        return back.headers["location"]

    def arrive(self, url):
        """The console's address that the callback leads to."""
        answer = self.get(url)
        assert answer.status == 303, answer.body
        return answer.headers["location"]

    def exchange(self, location):
        code = parse_qs(urlparse(location).query)["code"][0]
        headers = {"Content-Type": "application/json", "Cookie": self.cookie or ""}
        body = json.dumps({"code": code}).encode()
        return Client(self.weft.url).send("POST", "/auth/oidc/exchange", body, headers)


def error_of(location):
    query = parse_qs(urlparse(location).query)
    assert "code" not in query, location
    return query["error"][0]


def test_people_sign_in_by_a_provider(own, issuer):
    weft = with_provider(own, issuer)
    listed = Client(weft.url).get("/auth/oidc").json["items"]
    assert listed == [{"name": "oidc", "label": "Single sign-on"}]
    ids = set()
    algorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ]  # fmt: skip
    for algorithm in algorithms:
        issuer.use(algorithm)
        # A new key is fetched at once, but not more often than every 30 s: here as if time passed.
        if algorithm == "RS384":
            for other in algorithms:
                issuer.use(other)
            issuer.use(algorithm)
        browser = Browser(weft)
        location = browser.arrive(browser.go())
        assert location.startswith("/console/sign-in?code="), (algorithm, location)
        assert parse_qs(urlparse(location).query)["return"] == ["/console/orders"]
        answer = browser.exchange(location)
        assert answer.status == 200, answer.body
        assert answer.json["roles"] == ["loader", "viewer"]
        assert answer.json["account"]["name"] == "Single Sign-On"
        assert Client(weft.url, answer.json["accessToken"]).get("/api/me").status == 200
        ids.add(answer.json["account"]["id"])
        assert browser.exchange(location).code == "invalid-exchange"
    assert len(ids) == 1, "one person, one account"


def test_the_client_secret_travels_as_the_provider_wants_it(own, issuer):
    issuer.secret_in_body = True
    issuer.names_itself = True
    weft = with_provider(own, issuer)
    browser = Browser(weft)
    assert "code=" in browser.arrive(browser.go())


def test_a_lying_provider_lets_nobody_in(own, issuer):
    weft = with_provider(own, issuer)
    now = int(time.time())
    lies = {
        "another nonce": {"nonce": "other"},
        "no nonce": {"nonce": None},
        "another audience": {"aud": "somebody"},
        "more audiences": {"aud": [issuer.client_id, "somebody"]},
        "given to another": {"azp": "somebody"},
        "another issuer": {"iss": "https://evil.example"},
        "expired": {"exp": now - 120, "iat": now - 420},
        "from the future": {"iat": now + 600, "exp": now + 900},
        "not valid yet": {"nbf": now + 600},
        "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        "nobody": {"sub": None},
    }
    for what, claims in lies.items():
        issuer.claims = claims
        browser = Browser(weft)
        assert error_of(browser.arrive(browser.go())) == "oidc-refused", what
    issuer.claims = {}
    people = rows(weft.data, "SELECT count(*) FROM identity_account WHERE kind = 'person'")
    assert people == [(1,)]
    reasons = rows(
        weft.data,
        "SELECT detail FROM identity_audit WHERE action = 'session.opened' AND outcome = 'refused'",
    )
    assert len(reasons) == len(lies)


@pytest.mark.parametrize(
    ("what", "header", "unsigned"),
    [
        ("none", {"alg": "none"}, True),
        ("none with the key's name", {"alg": "none", "kid": "key-RS256"}, True),
        ("a signature that is not there", {}, True),
        ("HS256", {"alg": "HS256"}, False),
        ("another algorithm of the family", {"alg": "RS512"}, False),
        ("an unknown key", {"kid": "unknown"}, False),
        ("an extension", {"crit": ["x"], "x": 1}, False),
    ],
)
def test_a_token_without_the_right_signature_lets_nobody_in(own, issuer, what, header, unsigned):
    weft = with_provider(own, issuer)
    issuer.header, issuer.unsigned = header, unsigned
    browser = Browser(weft)
    assert error_of(browser.arrive(browser.go())) == "oidc-refused", what


def test_answers_that_are_not_this_browsers_are_refused(own, issuer):
    weft = with_provider(own, issuer)
    # Replayed: the code was used, at the issuer.
    browser = Browser(weft)
    back = browser.go()
    kept = browser.cookie
    assert "code=" in browser.arrive(back)
    browser.cookie = kept
    assert error_of(browser.arrive(back)) == "oidc-refused"
    # Another browser's answer: a forged sign-in, or a stolen code.
    victim, attacker = Browser(weft), Browser(weft)
    victim.go()
    assert error_of(victim.arrive(attacker.go())) == "oidc-refused"
    stranger = Browser(weft)
    assert error_of(stranger.arrive(attacker.go())) == "oidc-refused"
    # Mixed up: the answer says that it comes from another issuer (RFC 9207).
    browser = Browser(weft)
    assert error_of(browser.arrive(browser.go() + "&iss=https://evil.example")) == "oidc-refused"
    # Our own code in another browser.
    browser = Browser(weft)
    location = browser.arrive(browser.go())
    other = Browser(weft)
    assert other.exchange(location).code == "invalid-exchange"
    assert browser.exchange(location).code == "invalid-exchange", "it was used up"
    # The person said no.
    browser = Browser(weft)
    back = browser.go()
    refusal = re.sub(r"code=[^&]*", "error=access_denied", back)
    assert error_of(browser.arrive(refusal)) == "oidc-refused"
    assert Client(weft.url).get("/auth/oidc/other/start").status == 404


def test_an_issuer_that_is_away_is_told(own, issuer):
    weft = with_provider(own, issuer)
    issuer.description = {"issuer": "https://evil.example"}
    assert error_of(Browser(weft).arrive(f"{weft.url}/auth/oidc/oidc/start")) == "oidc-unavailable"
    issuer.description = {}
    assert Browser(weft).go()


def test_accounts_are_matched_only_as_configured(own, issuer, weft_binary):
    issuer.claims = {"email": "demo@weft.example"}
    weft = with_provider(own, issuer)
    browser = Browser(weft)
    assert error_of(browser.arrive(browser.go())) == "oidc-no-account"
    weft.stop()
    weft = with_provider(own, issuer, WEFT_OIDC_MATCH_EMAIL="true")
    issuer.claims["email_verified"] = False
    browser = Browser(weft)
    assert error_of(browser.arrive(browser.go())) == "oidc-no-account"
    issuer.claims["email_verified"] = True
    browser = Browser(weft)
    answer = browser.exchange(browser.arrive(browser.go()))
    assert answer.json["account"]["name"] == "Demo Planner"


def test_a_provider_needs_the_servers_own_address(weft_binary, tmp_path, issuer):
    import os

    environment = os.environ | {"WEFT_OIDC_ISSUER": issuer.url, "WEFT_OIDC_CLIENT_ID": "x"}
    command = [weft_binary, "serve", "--port", "0", "--data", str(tmp_path / "d")]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=30)
    assert done.returncode == 1
    assert b"server.url" in done.stderr
