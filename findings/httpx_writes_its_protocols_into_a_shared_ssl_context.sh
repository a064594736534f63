#!/usr/bin/env bash
# httpx: a client that is given an ssl.SSLContext writes into it, at each connection, which protocols it speaks (ALPN), and
# leaves that there. Whatever else uses the same context, another client of another setting or a plain socket, offers them
# from then on: a socket whose context said http/1.1 agrees on h2 once a client with http2=True has used it. So one
# context can be shared by clients that speak the same, and by nothing else; reading certificates once for all (20 to 30 ms
# each) needs a context for each kind.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "httpx[http2]==0.28.1" "httpcore==1.0.9" "trustme==1.2.1"
cat > "$folder/one_context.py" <<'PY'
import contextlib
import socket
import ssl
import threading
from importlib.metadata import version

import httpx
import trustme

authority = trustme.CA()
there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("localhost").configure_cert(there)
there.set_alpn_protocols(["h2", "http/1.1"])
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]


def serve():
    while True:
        plain, _ = listener.accept()
        # It greets and goes: what was agreed on is all that counts.
        with contextlib.suppress(OSError), there.wrap_socket(plain, server_side=True) as met:
            met.settimeout(1)
            met.recv(1)


threading.Thread(target=serve, daemon=True).start()


def agree(context):
    """Return what a plain socket with the context agrees on."""
    plain = socket.create_connection(("127.0.0.1", port))
    with context.wrap_socket(plain, server_hostname="localhost") as met:
        return met.selected_alpn_protocol()


for is_second, expected in ((True, "h2"), (False, "http/1.1")):
    shared = ssl.create_default_context()
    authority.configure_trust(shared)
    shared.set_alpn_protocols(["http/1.1"])
    before = agree(shared)
    with httpx.Client(verify=shared, http2=is_second) as client, contextlib.suppress(httpx.HTTPError):
        client.get(f"https://localhost:{port}/", timeout=2)
    after = agree(shared)
    print(
        f"httpx {version('httpx')}, httpcore {version('httpcore')}: the context says http/1.1, a socket agrees on {before};"
        f" after a client with http2={is_second} used it, a socket agrees on {after}"
    )
    assert (before, after) == ("http/1.1", expected)
PY
"$folder/venv/bin/python" "$folder/one_context.py"
