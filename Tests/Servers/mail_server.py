"""A real SMTP server (aiosmtpd) whose answers the tests choose.

Usage: mail_server.py PORT FOLDER [OPTIONS as JSON]. Writes each accepted mail to FOLDER/<n>.json, each
RCPT command's count to FOLDER/attempts, and prints `ready <port>`. Options: `rcpt`, `data`: lists of
replies given one after the other, the last for ever, null for acceptance; `delay`: seconds before DATA
is answered; `user`, `password`: sign-in that is required; `starttls`: true offers and requires it, with a
certificate for 127.0.0.1 that is left in FOLDER/certificate.pem.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

port, folder = int(sys.argv[1]), Path(sys.argv[2])
options = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}


def answer(name):
    replies = options.get(name) or [None]
    return replies.pop(0) if len(replies) > 1 else replies[0]


class Handler:
    accepted = 0
    attempts = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        self.attempts += 1
        (folder / "attempts").write_text(str(self.attempts))
        reply = answer("rcpt")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(options.get("delay", 0))
        reply = answer("data")
        if reply is None:
            self.accepted += 1
            mail = {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "content": envelope.original_content.decode("latin-1"),
                "tls": session.ssl is not None,
                "user": (session.auth_data or b"").decode() if session.authenticated else None,
            }
            partial = folder / "partial"
            partial.write_text(json.dumps(mail))
            partial.rename(folder / f"{self.accepted}.json")
        return reply or "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    given = (data.login.decode(), data.password.decode())
    if given != (options["user"], options["password"]):
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=data.login)


def tls():
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", "/CN=weft-test", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def main():
    handler = Handler()
    demands = {}
    if "user" in options:
        demands = {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": False,
        }
    if options.get("starttls"):
        demands |= {"tls_context": tls(), "require_starttls": True}
    listener = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=False, **demands),
        "127.0.0.1",
        port,
    )
    print(f"ready {listener.sockets[0].getsockname()[1]}", flush=True)
    await listener.serve_forever()


asyncio.run(main())
