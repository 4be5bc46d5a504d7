"""What the tests of the console share: a page that is watched, signing in, axe, and the API beside it."""

import base64
import hashlib
import hmac
import json
import os
import re
import struct
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

import pytest
from client import wait_for

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
# Machines that test have little to spare; only a test that fails waits so long.
expect.set_options(timeout=15_000)

DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
BOOKED_WITHIN_MS = 60_000


def in_looks(*looks):
    """Runs a test once for each of "desktop-light", "desktop-dark", "phone-light", "phone-dark"."""
    sizes = {"desktop": DESKTOP, "phone": PHONE}
    values = [(sizes[size], scheme) for size, scheme in (each.split("-") for each in looks)]
    return pytest.mark.parametrize(("viewport", "scheme"), values, ids=looks)


# Besides a desk in the light, where the other tests are: colours are tried at the desk, widths in the light.
each_look = in_looks("desktop-dark", "phone-light")


def look_name(viewport, scheme):
    return f"{'phone' if viewport is PHONE else 'desktop'}-{scheme}"


class Watch:
    """Collects what a page must not do: errors, and requests to other hosts."""

    def __init__(self, page, url):
        self.errors = []
        self.elsewhere = []
        self.host = urlparse(url).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _request(self, request):
        address = urlparse(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.elsewhere.append(request.url)

    def assert_clean(self):
        assert self.errors == [], self.errors
        assert self.elsewhere == []


def open_page(browser, weft, viewport=DESKTOP, scheme="light", **context):
    made = browser.new_context(
        viewport=viewport, color_scheme=scheme, locale="en-GB", reduced_motion="reduce", **context
    )
    page = made.new_page()
    page.set_default_timeout(15_000)
    return page, Watch(page, weft.url)


@pytest.fixture(scope="module")
def api(weft):
    client = API(weft)
    client.settle()
    return client


@pytest.fixture
def opened(browser, weft, request):
    """Opens signed-in pages, and looks at the end that none had an error or asked elsewhere.

    Of what is refused or kept away on purpose the browser tells as an error too: a module says by
    its `EXPECTED_ERRORS`, a pattern, which of them it asks for.
    """
    made = []

    def open_at(path, viewport=DESKTOP, scheme="light", **context):
        page, watch = open_page(browser, weft, viewport, scheme, **context)
        made.append((page, watch))
        sign_in(page, weft, f"/console{path}")
        expect(page.locator(".shell")).to_be_attached()
        return page

    yield open_at
    expected = re.compile(getattr(request.module, "EXPECTED_ERRORS", "(?!)"))
    for page, watch in made:
        watch.errors = [each for each in watch.errors if not expected.search(each)]
        watch.assert_clean()
        page.context.close()


def sign_in(page, weft, path="/console/", email=None, password=None):
    page.goto(weft.url + path)
    page.get_by_label("E-mail").fill(email or weft.email)
    page.get_by_label("Password").fill(password or weft.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def go(page, path):
    """To another screen of the console."""
    page.goto(page.url.split("/console")[0] + "/console" + path)


def node(page, name):
    """A state in the picture of a workflow."""
    return page.locator(f"[data-state={name}] > .node-body")


def assert_fits(page, where):
    """WCAG 1.4.10: content reflows, nothing scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{where} is {wide} px too wide"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def screenshot(page, name):
    folder = os.environ.get("WEFT_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fill_order(page, quantity=4):
    """Fills the form with a load that any van takes."""
    page.get_by_label("Customer").click()
    page.get_by_role("listbox", name="Customer").get_by_role("option").first.click()
    item = page.get_by_role("group", name="Item 1")
    for label, value in {
        "Name": "Crate of spare parts",
        "Quantity": str(quantity),
        "Length": "600",
        "Width": "400",
        "Height": "400",
        "Weight each": "12.5",
    }.items():
        item.get_by_label(label, exact=True).fill(value)


def place_order(page, weft):
    page.get_by_role("link", name="New order").click()
    fill_order(page)
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile(r"/console/orders/(?!new)[^/?]+"))
    return urlparse(page.url).path.rsplit("/", 1)[1]


def open_order(page, weft, reference, tab=""):
    """Opens one of the demonstration's orders by its number."""
    page.goto(f"{weft.url}/console/orders?q={reference}")
    row = page.locator("[data-row]").filter(has_text=reference)
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    if tab:
        page.get_by_role("tab", name=tab).click()


class API:
    """The same server, without a browser: to prepare what a page is to show."""

    def __init__(self, weft, email=None, password=None, token=None):
        self.url = weft.url
        self.token = token
        if token is None:
            body = {"email": email or weft.email, "password": password or weft.password}
            _, answer = self.ask("POST", "/auth/token", body)
            self.token = answer["accessToken"]

    def ask(self, method, path, body=None):
        """The status and the answer, refusals included."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            text = refused.read()
            return refused.code, json.loads(text) if text else None

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def post(self, path, body=None):
        status, answer = self.ask("POST", path, body if body is not None else {})
        assert 200 <= status < 300, (path, status, answer)
        return answer

    def has(self, path):
        """Whether this server has that route at all."""
        status, answer = self.ask("GET", path)
        return status != 404

    def settle(self):
        """Waits until no order of the demonstration is under way."""
        path = "/api/orders?status=received,analysed&limit=1"
        within = BOOKED_WITHIN_MS / 1000
        wait_for(lambda: not self.get(path)["items"], "the orders under way", within, every=0.5)

    def deploy(self, name, definition, agent="workflows.runner"):
        """A version of a workflow."""
        body = {"agent": agent, "definition": definition, "note": "by the test"}
        return self.post(f"/api/workflows/{name}/versions", body)

    def run(self, workflow, **input):
        """Starts a run, and gives its id."""
        return self.post("/api/executions", {"workflow": workflow, "input": input})["id"]

    def ended(self, run, status="SUCCEEDED"):
        """The run once it has that status."""

        def there():
            found = self.get(f"/api/executions/{run}")
            return found if found["status"] == status else None

        return wait_for(there, f"run {run} to be {status}", within=20, every=0.1)


def totp(secret, at=None):
    """The six digits of RFC 6238 with SHA-1 and 30 seconds, computed here from the shared secret."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def axe_source():
    """axe-core as PyPI's axe-playwright-python carries it."""
    module = pytest.importorskip("axe_playwright_python")
    return (Path(module.__file__).parent / "axe.min.js").read_text()


def assert_looks(page, screens, viewport, scheme):
    """Each screen, by its path, fits and is accessible; what it looks like is kept."""
    look = look_name(viewport, scheme)
    for name, path in screens.items():
        go(page, path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_label("Loading", exact=True), name).to_have_count(0, timeout=30_000)
        # Axe reads no colours of what is still fading in.
        page.evaluate(ANIMATIONS_END)
        assert_fits(page, f"{name} {look}")
        screenshot(page, f"{name}-{look}")
        # Of all that axe tries, the dark changes the colours alone.
        rules = ["color-contrast"] if scheme == "dark" else None
        assert_accessible(page, axe_source(), f"{name} {look}", rules)


ANIMATIONS_END = """Promise.allSettled(
    document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
        .map((each) => each.finished)
)"""


def assert_accessible(page, source, where, rules=None):
    """Nothing that axe calls serious or critical (WCAG 2.2 A and AA, and its best practices)."""
    page.evaluate(source)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("(options) => axe.run(document, options)", options)
    wrong = [
        f"{each['impact']} {each['id']}: {each['nodes'][0]['html'][:160]}"
        f" {[check['message'] for check in each['nodes'][0]['any']]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert wrong == [], f"{where}: {wrong}"
