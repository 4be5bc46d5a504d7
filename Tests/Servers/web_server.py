"""A web server that behaves as badly as it is asked to, by path.

Usage: web_server.py [FOLDER]. Prints `ready <port> <TLS port>`; with a folder it makes a certificate for
localhost there (`certificate.pem`) and serves the same over TLS, otherwise the TLS port is 0.
"""

import base64
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

connections = 0
sent = 0


def read_request(stream):
    if stream.peek(1)[:1] == b"\x16":
        raise ValueError("TLS where plain text is spoken")
    head = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        head.append(line.decode("latin-1").rstrip("\r\n"))
    if not head:
        return None
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in head[1:]]
    length = next((int(value) for name, value in fields if name.lower() == "content-length"), 0)
    method, path, _ = head[0].split(" ", 2)
    return method, path, fields, stream.read(length)


def answer(status, body=b"", *fields):
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def behave(peer, method, path, fields, body, port):
    """Answers; False when the connection is to end."""
    global sent
    match path.strip("/").split("/"):
        case ["echo"]:
            told = {
                "method": method,
                "fields": fields,
                "body": base64.b64encode(body).decode(),
                "connections": connections,
            }
            said = json.dumps(told).encode()
            peer.sendall(answer(200, b"" if method == "HEAD" else said, "X-Twice: a", "x-twice:  b "))
        case ["status", status]:
            peer.sendall(answer(int(status)))
        case ["slow", milliseconds]:
            time.sleep(int(milliseconds) / 1000)
            peer.sendall(answer(200, b"at last"))
        case ["continue"]:
            peer.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(200, b"after"))
        case ["hang"]:
            time.sleep(60)
        case ["silence"]:
            return False
        case ["garbage"]:
            peer.sendall(b"what is this\r\n\r\nno HTTP\r\n")
            return False
        case ["huge"]:
            peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                peer.sendall(b"x" * 65536)
        case ["declared"]:
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nx")
            time.sleep(60)
        case ["head"]:
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                peer.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
        case ["drip"]:
            for byte in answer(200, b"x" * 10_000):
                peer.sendall(bytes([byte]))
                time.sleep(0.05)
        case ["pieces", count, milliseconds]:
            # So many pieces, each after a pause; nothing of the body comes with the head.
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Said: early\r\n\r\n")
            for number in range(int(count)):
                time.sleep(int(milliseconds) / 1000)
                piece = f"piece {number}\n".encode()
                peer.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            peer.sendall(b"0\r\n\r\n")
        case ["flood", megabytes]:
            # Tells by /sent how much of it went out.
            sent = 0
            size = int(megabytes) << 20
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            while sent < size:
                peer.sendall(bytes([sent >> 16 & 0xFF]) * 65536)
                sent += 65536
        case ["sent"]:
            peer.sendall(answer(200, str(sent).encode()))
        case ["cut"]:
            # Ends in the middle of the second chunk.
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n64\r\nha")
            return False
        case ["partial"]:
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            return False
        case ["chunked"]:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            peer.sendall(head + b"3\r\none\r\n3\r\ntwo\r\n0\r\nX-Trailer: t\r\n\r\n")
        case ["bad-chunk"]:
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\none\r\n")
            return False
        case ["redirect"]:
            peer.sendall(answer(302, b"", f"Location: http://127.0.0.1:{port}/echo"))
        case _:
            peer.sendall(answer(404))
    return True


def serve(listener, port, context):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=converse, args=(peer, port, context), daemon=True).start()


def converse(peer, port, context):
    global connections
    connections += 1
    try:
        if context:
            peer = context.wrap_socket(peer, server_side=True)
        with peer.makefile("rb") as stream:
            while request := read_request(stream):
                if not behave(peer, *request, port):
                    break
        peer.close()
    except OSError:
        pass
    except ValueError:
        # No HTTP, for instance the first words of TLS.
        peer.sendall(answer(400))
        peer.close()


def listen():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    return listener, listener.getsockname()[1]


plain, port = listen()
threading.Thread(target=serve, args=(plain, port, None), daemon=True).start()
tls_port = 0
if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    secure, tls_port = listen()
    threading.Thread(target=serve, args=(secure, tls_port, context), daemon=True).start()
print(f"ready {port} {tls_port}", flush=True)
# Ends with whoever started it.
sys.stdin.read()
