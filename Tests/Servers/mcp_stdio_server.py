"""A server over standard streams that misbehaves as its first argument says, without any library."""

import json
import os
import signal
import sys
import time

mode = sys.argv[1]
ignores = mode == "stubborn"
if ignores:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) > 2:
    with open(sys.argv[2], "a") as file:
        file.write(f"{os.getpid()}\n")


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(request, value):
    say({"jsonrpc": "2.0", "id": request["id"], "result": value})


print("ready to serve", file=sys.stderr, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    method = request.get("method")
    if method == "server/discover":
        if mode == "silent":
            continue
        if mode == "legacy":
            say({"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "what?"}})
            continue
        answer(
            request,
            {"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}},
        )
    elif method == "initialize":
        version = "2025-11-25" if mode != "ancient" else "2024-11-05"
        answer(request, {"protocolVersion": version, "capabilities": {}, "serverInfo": {"name": mode}})
    elif method == "tools/list":
        tools = [{"name": name, "inputSchema": {"type": "object"}} for name in ("echo", "environment")]
        answer(request, {"resultType": "complete", "tools": tools})
    elif method == "tools/call":
        if mode == "exits":
            sys.exit(3)
        if mode == "hangs":
            time.sleep(60)
        if mode == "chatters":
            print("this is no message")
            say({"jsonrpc": "2.0", "id": 999, "result": {}})
            say({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}})
            say({"jsonrpc": "2.0", "id": "ping-1", "method": "ping"})
            say({"jsonrpc": "2.0", "id": "roots-1", "method": "roots/list"})
            ping, roots = json.loads(sys.stdin.readline()), json.loads(sys.stdin.readline())
            assert ping == {"jsonrpc": "2.0", "id": "ping-1", "result": {}}, ping
            assert roots["error"]["code"] == -32601, roots
        if mode == "floods":
            sys.stdout.write("x" * (20 << 20))
            sys.stdout.flush()
            time.sleep(60)
        text = "said"
        if request["params"]["name"] == "environment":
            text = json.dumps(dict(os.environ))
        answer(request, {"resultType": "complete", "content": [{"type": "text", "text": text}]})
if ignores:
    time.sleep(60)
