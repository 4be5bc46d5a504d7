"""Models: an organisation configures providers, models and budgets, and finds out whether they work."""

import json

import pytest
from cli import run  # noqa: F401
from client import Client
from conftest import start
from model_server import ModelServer

PASSWORD = "correct horse battery staple 9"
SECRETS = ("sk-test", "secret-test")


@pytest.fixture
def serve(weft_binary, tmp_path, monkeypatch):
    """Starts a server on the test's folder, with settings as environment variables."""
    running = []

    def start_server(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"WEFT_{name.upper()}", str(value))
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()


@pytest.fixture
def provider():
    with ModelServer() as running:
        yield running


def providers(url: str) -> dict[str, dict]:
    """What the three protocols want to know of a provider at the model server."""
    keys = {"accessKeyId": "AKIDTEST", "secretAccessKey": "secret-test", "sessionToken": "to/ken="}
    common = {"sensitivity": "restricted"}
    return {
        "anthropic": common | {"url": url, "credentials": {"apiKey": "sk-test"}},
        "openai": common | {"url": f"{url}/v1", "credentials": {"apiKey": "sk-test"}},
        "bedrock": common | {"url": url, "region": "eu-central-1", "credentials": keys},
    }


def made(client, path: str, body: dict) -> dict:
    answer = client.post(path, body)
    assert answer.status == 201, answer.body
    return answer.json


def refused(answer, status: int, pointer: str | None = None, code: str | None = None):
    assert answer.status == status, answer.body
    if pointer:
        assert answer.json["errors"][0]["pointer"] == pointer if "errors" in answer.json else pointer in answer.body.decode()
    if code:
        assert answer.code == code, answer.body


def test_models_of_three_protocols_are_configured_checked_and_paid_for(serve, provider):
    weft = serve(models_private_providers="true")
    client = Client.signed_in(weft)
    assert client.get("/api/models").json == {"items": []}
    said = []
    for kind, settings in providers(provider.url).items():
        there = made(client, "/api/models/providers", {"name": kind, "kind": kind} | settings)
        assert there["credentials"] in ("…", "AKIDTEST")
        prices = {"input": "3", "output": "15"}
        model = made(
            client, "/api/models",
            {"name": f"{kind}-chat", "provider": there["id"], "model": "some-model", "prices": prices},
        )
        assert model["prices"] == {"input": "3.00", "output": "15.00", "cacheRead": "3.00", "cacheWrite": "3.75"}
        checked = client.post(f"/api/models/{model['id']}/check").json
        assert checked["works"], checked
        steps = [finding["step"] for finding in checked["findings"] if finding["outcome"] == "ok"]
        assert steps == ["reach", "credentials", "model", "streaming", "tools", "json"]
        assert float(checked["cost"]) > 0
        said.append(json.dumps([there, model, checked]))
    vectors = made(
        client, "/api/models",
        {"name": "vectors", "provider": client.get("/api/models/providers").json["items"][2]["id"],
         "model": "embed", "purpose": "embedding", "dimensions": 64},
    )
    checked = client.post(f"/api/models/{vectors['id']}/check").json
    assert checked["works"] and checked["findings"][-1]["message"] == "its vectors have 64 numbers"
    # What the checks cost is in the accounts.
    usage = client.get("/api/models/usage?by=model").json
    assert [row["name"] for row in usage["items"]] == ["anthropic-chat", "bedrock-chat", "openai-chat", "vectors"]
    assert usage["currency"] == "EUR"
    assert client.get("/api/models/usage?by=agent").json["items"][0]["name"] == "models.check"
    # Nobody sees a secret again: not in answers, not in the audit log, not in the store.
    said += [client.get(path).body.decode() for path in ("/api/models", "/api/models/providers", "/api/audit")]
    weft.stop()
    for secret in SECRETS:
        assert not any(secret in text for text in said)
        for file in weft.data.rglob("*"):
            assert not file.is_file() or secret.encode() not in file.read_bytes(), file
        assert secret not in weft.log.read_text()


def test_providers_on_this_machine_need_the_operator(serve, provider):
    client = Client.signed_in(serve())
    settings = {"name": "local", "kind": "openai", "sensitivity": "public"}
    answer = client.post("/api/models/providers", settings | {"url": f"{provider.url}/v1"})
    assert answer.status == 422, answer.body
    assert "models.private-providers" in answer.json["detail"]
    # An https address that leads here is found out when connecting.
    there = made(client, "/api/models/providers", settings | {"url": f"https://127.0.0.1:{provider.port}/v1"})
    model = made(client, "/api/models", {"name": "m", "provider": there["id"], "model": "m"})
    checked = client.post(f"/api/models/{model['id']}/check").json
    assert not checked["works"]
    assert "models.private-providers" in checked["findings"][0]["message"]
    assert provider.requests == []


def test_what_is_wrong_is_refused_and_changes_nothing(serve):
    weft = serve()
    client = Client.signed_in(weft)
    good = {"name": "a", "kind": "anthropic", "sensitivity": "public", "credentials": {"apiKey": "k"}}
    for wrong in (
        {"name": "A b"}, {"kind": "gpt"}, {"sensitivity": None}, {"credentials": {}}, {"region": "x y"},
        {"url": "http://example.com"}, {"url": "https://u:p@example.com"}, {"unknown": 1},
    ):
        answer = client.post("/api/models/providers", good | wrong)
        assert answer.status in (400, 422), (wrong, answer.body)
    assert client.get("/api/models/providers").json == {"items": []}
    there = made(client, "/api/models/providers", good)
    assert client.post("/api/models/providers", good).code == "name-taken"
    for wrong in (
        {"prices": {"input": "-1"}}, {"prices": {"input": 3}}, {"prices": {"input": "0.0000001"}},
        {"outputLimit": 0}, {"answers": "maybe"}, {"provider": "01a1ff63-5154-7ec3-9a4d-3f63082413b8"},
    ):
        answer = client.post("/api/models", {"name": "m", "provider": there["id"], "model": "m"} | wrong)
        assert answer.status in (400, 422), (wrong, answer.body)
    model = made(client, "/api/models", {"name": "m", "provider": there["id"], "model": "m"})
    assert client.send("DELETE", f"/api/models/providers/{there['id']}", None, {}).code == "in-use"
    moved = client.patch(f"/api/models/providers/{there['id']}", {"url": "https://elsewhere.example"})
    assert moved.status == 422 and "credentials" in moved.body.decode()
    changed = client.patch(f"/api/models/{model['id']}", {"takesTemperature": False, "prices": {"output": "1.5"}}).json
    assert (changed["takesTemperature"], changed["prices"]["output"]) == (False, "1.50")
    for path in ("/api/models/x", "/api/models/01a1ff63-5154-7ec3-9a4d-3f63082413b8", "/api/models/budgets/x"):
        assert client.get(path).status == 404
    # Budgets, and the policy.
    assert client.post("/api/models/budgets", {"period": "day"}).status == 422
    budget = made(client, "/api/models/budgets", {"agent": "logistics.analyser", "period": "month", "cost": "25"})
    assert (budget["cost"], budget["tokens"], budget["spent"]) == ("25.00", None, {"cost": "0.00", "tokens": 0})
    assert client.post("/api/models/budgets", {"agent": "logistics.analyser", "period": "month", "tokens": 1}).code == "name-taken"
    changed = client.patch(f"/api/models/budgets/{budget['id']}", {"cost": None, "tokens": 1000}).json
    assert (changed["cost"], changed["tokens"]) == (None, 1000)
    assert client.send("DELETE", f"/api/models/budgets/{budget['id']}", None, {}).status == 204
    assert client.post("/api/models/policy", {"currency": "euro"}, method="PUT").status == 422
    policy = {"currency": "CHF", "homeRegion": "eu-central-1", "restrictedAbroad": False}
    assert client.post("/api/models/policy", policy, method="PUT").json == policy
    assert client.get("/api/models/policy").json == policy
    assert client.get("/api/models/usage?from=2026-02-01&to=2026-01-01").status == 422
    # Only administrators change, and managers look.
    for role, looks in (("manager", 200), ("viewer", 403)):
        email = f"{role}@weft.example"
        account = {"email": email, "name": role, "roles": [role], "password": PASSWORD}
        assert client.post("/api/accounts", account).status == 201
        other = Client(weft.url)
        other.token = other.post("/auth/token", {"email": email, "password": PASSWORD}).json["accessToken"]
        assert other.get("/api/models").status == looks
        assert other.post("/api/models/providers", good | {"name": "b"}).status == 403
        assert other.post(f"/api/models/{model['id']}/check").status == 403


def test_the_command_line_adds_and_checks(run, provider, tmp_path):  # noqa: F811
    allowed = {"WEFT_MODELS_PRIVATE_PROVIDERS": "true"}
    done = run("init", "--organisation", "Acme", "--email", "a@example.com", "--data", "d")
    assert done.returncode == 0, done.err
    add = ("models", "add", "quick", "--model", "x", "--data", "d", "--provider", "local")
    new = ("--kind", "openai", "--sensitivity", "restricted", "--url", f"{provider.url}/v1", "--secret-file", "-")
    done = run(*add, *new, stdin=b"sk-test\n")
    assert done.returncode == 1 and "models.private-providers" in done.err
    assert run(*add).returncode == 1
    assert run(*add, "--kind", "openai").returncode == 2
    # A model that cannot be made leaves no provider behind.
    wrong = ("models", "add", "Not a name", *add[3:], *new)
    assert run(*wrong, stdin=b"sk-test", **allowed).returncode == 1
    assert json.loads(run("models", "list", "--data", "d").out) == {"providers": [], "models": []}
    done = run(*add, *new, stdin=b"sk-test\n", **allowed)
    assert done.returncode == 0, done.err
    done = run("models", "check", "--data", "d", **allowed)
    assert done.returncode == 0 and "quick (local): works" in done.out, done.out + done.err
    assert "sk-test" not in run("models", "list", "--data", "d").out
    # Another model at the same provider; one that does not work is told, with what to do.
    provider.play([{"times": 0, "when": {"model": "prose", "schema": True}, "say": ["seven"]}])
    done = run("models", "add", "prose", "--model", "prose", "--provider", "local", "--data", "d", **allowed)
    assert done.returncode == 0, done.err
    done = run("models", "check", "prose", "--data", "d", **allowed)
    assert done.returncode == 1
    assert "FAILED   json" in done.out and "Set answers to tool or to instruction" in done.out
    done = run("models", "check", "--data", "d", **allowed)
    assert done.returncode == 1 and "quick (local): works" in done.out
    assert run("models", "check", "nobody", "--data", "d").returncode == 1
    keys = json.dumps({"accessKeyId": "AKIDTEST", "secretAccessKey": "secret-test"})
    bedrock = ("--kind", "bedrock", "--region", "eu-central-1", "--sensitivity", "public", "--url", provider.url)
    done = run(
        "models", "add", "aws", "--model", "anthropic.claude-v1:0", "--provider", "aws", "--data", "d",
        *bedrock, "--secret-file", "-", stdin=keys.encode(), **allowed,
    )
    assert done.returncode == 0, done.err
    done = run("models", "check", "aws", "--data", "d", **allowed)
    assert done.returncode == 0, done.out
    assert not (tmp_path / "weft.json").exists()


def test_what_is_sent_fits_the_providers_own_shapes(run, provider):  # noqa: F811
    session = pytest.importorskip("botocore.session").get_session()
    validate = pytest.importorskip("botocore.validate").ParamValidator().validate
    anthropic = pytest.importorskip("anthropic.types.message_create_params")
    openai = pytest.importorskip("openai.types.chat.completion_create_params")
    adapter = pytest.importorskip("pydantic").TypeAdapter
    allowed = {"WEFT_MODELS_PRIVATE_PROVIDERS": "true"}
    assert run("init", "--organisation", "Acme", "--email", "a@example.com", "--data", "d").returncode == 0
    for kind, settings in providers(provider.url).items():
        secret = json.dumps(settings["credentials"]).encode()
        new = ["--kind", kind, "--url", settings["url"], "--sensitivity", "public", "--secret-file", "-"]
        new += ["--region", settings["region"]] if "region" in settings else []
        for answers in ("native", "tool"):
            add = ("models", "add", f"{kind}-{answers}", "--model", "m", "--provider", kind, "--answers", answers)
            done = run(*add, "--data", "d", *new, stdin=secret, **allowed)
            assert done.returncode == 0, done.err
            new = []
    assert run("models", "check", "--data", "d", **allowed).returncode == 0
    shape = session.get_service_model("bedrock-runtime").operation_model("ConverseStream").input_shape
    protocols = []
    for request in provider.requests:
        body = request["body"]
        protocols.append(request["protocol"])
        if request["protocol"] == "bedrock":
            report = validate(body | {"modelId": "m"}, shape)
            assert not report.has_errors(), report.generate_report()
        elif request["protocol"] == "anthropic":
            adapter(anthropic.MessageCreateParamsStreaming).validate_python(body)
            assert set(body) <= set(anthropic.MessageCreateParamsBase.__annotations__) | {"stream"}
        else:
            adapter(openai.CompletionCreateParamsStreaming).validate_python(body)
    assert {protocol: protocols.count(protocol) for protocol in protocols} == {"anthropic": 6, "openai": 6, "bedrock": 6}
