"""Telegram's and Aitu's bot APIs, and a webhook, as a real server that enforces their contracts, and can misbehave."""

from __future__ import annotations

import json
import threading
import time
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["TOKEN", "Messengers"]

TOKEN = "12345:secret-token"
_LIMIT = 4096
_TAGS = {"b", "a", "i"}


class _TelegramHtml(HTMLParser):
    """Refuses what Telegram refuses: unknown tags, tags that do not close, counts what is left in UTF-16 units."""

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
    found = _TelegramHtml(body["text"])
    if found.wrong:
        return f"Bad Request: can't parse entities: {found.wrong}"
    length = len(found.text.encode("utf-16-le")) // 2
    return "" if 0 < length <= _LIMIT else "Bad Request: message is too long"


def _aitu_fault(body: dict[str, Any]) -> str:
    commands = body.get("commands")
    if set(body) != {"commands"} or not isinstance(commands, list) or not 0 < len(commands) <= 10:
        return "commands: 1 to 10 are expected"
    for command in commands:
        peer = command.get("recipient", {})
        if command.get("type") != "SendMessage" or peer.get("type") not in ("USER", "BOT", "GROUP", "CHANNEL"):
            return "unknown command or peer"
        if not 0 < len(command.get("content", "")) <= _LIMIT or len(command.get("localId", "")) > 255:
            return "content or localId too long"
    return ""


class Messengers:
    """
    The server. ``plan`` holds what it does with the next requests: a status, ``stall`` or ``cut``; then it is well.

    Attributes:
        told: Texts that it took, in order.
        asked: Requests that came, well or not.
    """

    def __init__(self) -> None:
        self.plan: list[int | str] = []
        self.told: list[str] = []
        self.asked = 0
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(owner: Messengers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with owner.lock:
                owner.asked += 1
                step = owner.plan.pop(0) if owner.plan else 200
            if step == "cut":
                self.connection.close()
                return
            status, answer, text = self._judge(body)
            if status == 200 and step in (200, "stall"):
                with owner.lock:
                    owner.told.append(text)
            if step == "stall":
                time.sleep(3)
            if isinstance(step, int) and step != 200:
                status = step
                answer = {"ok": False, "description": f"told to say {step}", "parameters": {"retry_after": 7}}
            self._reply(status, answer)

        def _judge(self, body: dict[str, Any]) -> tuple[int, dict[str, Any], str]:
            if self.path.startswith("/bot"):
                if self.path != f"/bot{TOKEN}/sendMessage":
                    return 401, {"ok": False, "description": "Unauthorized"}, ""
                fault = _telegram_fault(body)
                if fault:
                    return 400, {"ok": False, "description": fault}, ""
                return 200, {"ok": True, "result": {"message_id": len(owner.told) + 1}}, body["text"]
            if self.path == "/aitu/updates/":
                if self.headers["x-bot-token"] != TOKEN:
                    return 401, {"error": "UNAUTHORIZED", "message": "bad token"}, ""
                fault = _aitu_fault(body)
                text = "" if fault else body["commands"][0]["content"]
                return (400, {"error": "BAD_REQUEST", "message": fault}, "") if fault else (200, {}, text)
            return 200, {}, str(body.get("message", ""))

        def _reply(self, status: int, answer: dict[str, Any]) -> None:
            sent = json.dumps(answer).encode() if answer else b""
            self.send_response(status)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

    return Handler
