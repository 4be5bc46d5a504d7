"""Speaks to a running Weft as a signed-in person, and looks into its store."""

import http.client
import json
import socket
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlparse

from contract import contract

ANSWER_WITHIN_SECONDS = 20


def in_days(days: int) -> str:
    """The day so many days from today, as the API writes it."""
    return (date.today() + timedelta(days=days)).isoformat()


@dataclass
class Answer:
    """What a request got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The stable code of a problem."""
        return self.json.get("code")


class Client:
    """One connection with an access token; each thread needs a client of its own."""

    def __init__(self, url: str, token: str | None = None):
        self.url = url
        self.address = urlparse(url)
        self.token = token
        self.connection = http.client.HTTPConnection(
            self.address.hostname, self.address.port, timeout=ANSWER_WITHIN_SECONDS
        )

    @classmethod
    def signed_in(cls, weft) -> "Client":
        client = cls(weft.url)
        answer = client.post("/auth/token", {"email": weft.email, "password": weft.password})
        assert answer.status == 200, answer.body
        client.token = answer.json["accessToken"]
        return client

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self.token and "Authorization" not in headers:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, fields, response.read())
        except BaseException:
            self.connection.close()
            raise
        described = self.described()
        if described:
            described.check(method, path, answer.status, fields, answer.body)
        return answer

    def described(self):
        """What the server says of itself; None when it cannot be asked, as while it is killed."""
        try:
            return contract(self.url)
        except OSError:
            return None

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, body=None, key: str | None = None, method: str = "POST") -> Answer:
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self.send(method, path, None if body is None else json.dumps(body).encode(), headers)

    def patch(self, path: str, body) -> Answer:
        return self.post(path, body, method="PATCH")

    def order(self, identity: str) -> dict:
        answer = self.get(f"/api/orders/{identity}?include=execution,decisions")
        assert answer.status == 200, answer.body
        return answer.json

    def messages(self, customer: str) -> list[dict]:
        """The messages about a customer's orders, which the store keeps sealed; for administrators."""
        answer = self.get(f"/api/persons/customer:{customer}/export")
        assert answer.status == 200, answer.body
        return answer.json["records"].get("messages", [])

    def order_when(self, identity: str, *statuses: str, within: float = 30) -> dict:
        """The order once it has one of `statuses` and its run has ended, too."""

        def there():
            order = self.order(identity)
            run = order["execution"]
            ended = run is not None and run["status"] != "RUNNING"
            return order if order["status"] in statuses and ended else None

        return wait_for(there, f"order {identity} to be {' or '.join(statuses)}", within)

    def wait_until_idle(self, within: float = 110) -> None:
        """Waits until every order was taken up and no workflow runs."""

        def idle():
            counts = self.get("/api/orders?limit=1").json["counts"]
            running = self.get("/api/executions?status=RUNNING&limit=1").json["items"]
            return counts["received"] + counts["analysed"] == 0 and not running

        wait_for(idle, "every workflow to end", within)


def wait_for(check, what: str, within: float = 30, every: float = 0.03):
    """The first true answer of `check`."""
    deadline = time.monotonic() + within
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {within} s for {what}"
        time.sleep(every)


def rows(data: Path, sql: str, parameters=()) -> list[tuple]:
    """What a query on the store gives; the server may be running."""
    with closing(sqlite3.connect(f"file:{data / 'weft.db'}?mode=ro", uri=True)) as database:
        database.execute("PRAGMA busy_timeout = 5000")
        return database.execute(sql, parameters).fetchall()


def change(data: Path, sql: str, parameters=()) -> None:
    """Changes the store behind the program's back."""
    with closing(sqlite3.connect(data / "weft.db")) as database, database:
        database.execute(sql, parameters)


def wait_until_told(data: Path, within: float = 30) -> None:
    """Waits until the outbox has nothing left to deliver."""
    pending = "SELECT count(*) FROM channels_outbox WHERE status = 'pending'"
    wait_for(lambda: rows(data, pending)[0][0] == 0, "the outbox to be empty", within)


def wait_until_indexed(data: Path, within: float = 60) -> None:
    """Waits until search has nothing left to index."""
    pending = "SELECT count(*) FROM search_pending"
    wait_for(lambda: rows(data, pending)[0][0] == 0, "the index to be up to date", within)


def parcel(name: str = "Crate", quantity: int = 4, **changes) -> dict:
    """An item that any van takes."""
    return {
        "name": name,
        "lengthMm": 600,
        "widthMm": 400,
        "heightMm": 400,
        "weightGrams": 12_500,
        "quantity": quantity,
        **changes,
    }


# Of the demonstration; the ids are given in its data file.
CUSTOMER = "01930000-0000-7000-8000-c00000000026"
DEPOT = "01930000-0000-7000-8000-de0000000002"


def draft(date: str, *items: dict, **changes) -> dict:
    """What `POST /api/orders` takes."""
    return {
        "customerId": CUSTOMER,
        "requestedDate": date,
        "pickup": {"depotId": DEPOT},
        "items": list(items) or [parcel()],
        **changes,
    }


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
