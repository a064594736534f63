"""Bot APIs and a webhook as a real server, which holds callers to their contracts or misbehaves."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from html.parser import HTMLParser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from email.message import Message
    from types import TracebackType

__all__ = ["TOKEN", "Messengers"]

TOKEN = "12345:secret-token"
_LIMIT = 4096
_STALL_S = 1.2
_TAGS = {"b", "a", "i"}


class _TelegramHtml(HTMLParser):
    """Refuses unknown and unclosed tags as Telegram does; counts what is left in UTF-16 units."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.wrong = ""
        self.feed(text)
        self.close()
        if self.open:
            self.wrong = f"tag {self.open[-1]} is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS or {name for name, _ in attrs} - {"href"}:
            self.wrong = f"unsupported tag {tag}"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = f"unexpected end of {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def _telegram_fault(body: dict[str, Any]) -> str:
    if body.get("parse_mode") != "HTML" or not body.get("chat_id"):
        return "Bad Request: chat not found"
    parsed = _TelegramHtml(body["text"])
    if parsed.wrong:
        return f"Bad Request: can't parse entities: {parsed.wrong}"
    length = len(parsed.text.encode("utf-16-le")) // 2
    return "" if 0 < length <= _LIMIT else "Bad Request: message is too long"


def _aitu_fault(body: dict[str, Any]) -> str:
    commands = body.get("commands")
    if set(body) != {"commands"} or not isinstance(commands, list) or not 0 < len(commands) <= 10:
        return "commands: 1 to 10 are expected"
    for command in commands:
        peer = command.get("recipient", {})
        if command.get("type") != "SendMessage" or peer.get("type") not in (
            "USER",
            "BOT",
            "GROUP",
            "CHANNEL",
        ):
            return "unknown command or peer"
        if (
            not 0 < len(command.get("content", "")) <= _LIMIT
            or len(command.get("localId", "")) > 255
        ):
            return "content or localId too long"
    return ""


class Messengers:
    """
    The server. ``plan`` holds what it does with the next requests: a status, ``stall`` or ``cut``;
    then it is well.

    Attributes:
        told: Texts that it took, in order.
        asked: Requests that came, well or not.
    """

    def __init__(self) -> None:
        self.plan: list[int | str] = []
        self.told: list[str] = []
        self.asked = 0
        self.lock = threading.Lock()
        self._server = _Server(self)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _judge(  # noqa: PLR0911 -- one return for each answer
    path: str, headers: Message, body: dict[str, Any], number: int
) -> tuple[int, dict[str, Any], str]:
    """Say what each service says: status, answer, and the text if it is taken."""
    if path.startswith("/bot"):
        if path != f"/bot{TOKEN}/sendMessage":
            return 401, {"ok": False, "description": "Unauthorized"}, ""
        if fault := _telegram_fault(body):
            return 400, {"ok": False, "description": fault}, ""
        return 200, {"ok": True, "result": {"message_id": number}}, body["text"]
    if path == "/aitu/updates/":
        if headers["x-bot-token"] != TOKEN:
            return 401, {"error": "UNAUTHORIZED", "message": "bad token"}, ""
        if fault := _aitu_fault(body):
            return 400, {"error": "BAD_REQUEST", "message": fault}, ""
        return 200, {}, body["commands"][0]["content"]
    return 200, {}, str(body.get("message", ""))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        owner = self.server.owner
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with owner.lock:
            owner.asked += 1
            step = owner.plan.pop(0) if owner.plan else 200
        if step == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, answer, text = _judge(self.path, self.headers, body, owner.asked)
        if status == HTTPStatus.OK and step in (200, "stall"):
            with owner.lock:
                owner.told.append(text)
        if step == "stall":
            time.sleep(_STALL_S)
        if isinstance(step, int) and step != HTTPStatus.OK:
            status = step
            answer = {
                "ok": False,
                "description": f"told to say {step}",
                "parameters": {"retry_after": 7},
            }
        # Whoever stalled may be gone.
        with suppress(ConnectionError):
            self._reply(status, answer)

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        sent = json.dumps(answer).encode() if answer else b""
        self.send_response(status)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)


class _Server(ThreadingHTTPServer):
    # Closing waits for what still stalls, so that no socket is left behind.
    daemon_threads = False

    def __init__(self, owner: Messengers) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        pass
