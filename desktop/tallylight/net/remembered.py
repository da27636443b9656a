"""Answers that need not be sent again: what a server marked, and says to be as it was."""

from __future__ import annotations

from msgspec.structs import replace

from tallylight.domain.secret import Secret
from tallylight.net.request import Answer, Request

_UNCHANGED = 304
#: Enough for a year of days. What is larger changes anyway.
_MOST, _MOST_BYTES = 512, 64 << 10


class Remembered:
    """Of one client, while it lives, each under the key that it was asked with."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, Secret | None], Answer] = {}

    def asking(self, request: Request) -> Request:
        """The same, answered only if the answer is another by now."""
        known = self._answers.get((request.url, request.authorization)) if request.method == "GET" else None
        if known is None:
            return request
        return replace(request, headers={**request.headers, "if-none-match": known.headers["etag"]})

    def answer(self, request: Request, answer: Answer) -> Answer:
        """What was meant: what is known where that still holds, and to be known from now on where it can be."""
        name = (request.url, request.authorization)
        if answer.status == _UNCHANGED and name in self._answers:
            return self._answers[name]
        self._answers.pop(name, None)
        if request.method == "GET" and answer.status == 200 and "etag" in answer.headers:
            if len(answer.body) <= _MOST_BYTES:
                self._answers[name] = answer
            if len(self._answers) > _MOST:
                del self._answers[next(iter(self._answers))]
        return answer
