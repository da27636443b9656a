"""A server on a free port of this machine: what it is asked is answered by a function of the test's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """An answer, cut off before its end where it says so."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    #: Between the two halves of the body.
    pause_s: float = 0.0


@contextmanager
def serving(answer: Callable[[str, Any, bytes], Reply]) -> Iterator[str]:
    """The address, until the block ends. `answer` gets path, headers and body."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for its second half

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            reply = answer(self.path, self.headers, body)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body) + (100 if reply.is_cut else 0)))
            self.end_headers()
            middle = len(reply.body) // 2
            self.wfile.write(reply.body[:middle])
            if reply.pause_s:
                self.wfile.flush()
                time.sleep(reply.pause_s)
            self.wfile.write(reply.body[middle:])
            if reply.is_cut:
                self.close_connection = True

        do_GET = do_POST  # noqa: N815 the library's name

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
