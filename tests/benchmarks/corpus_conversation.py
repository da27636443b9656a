"""A run of made-up requests in one file: a session's main thread, or one of its agents."""

from __future__ import annotations

from collections import deque

import corpus_lines as lines
from corpus_lines import Place, Response
from corpus_log import Log

MINUTE_MS = 60_000
OLD = ("claude-opus-4-8", "claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5-20251001")
NEW = ("claude-opus-5-5", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-1")
ODD = ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "glm-4.6", "acme-coder-1")
TOOLS = ("Bash", "Read", "Edit", "Grep", "Write")


class Conversation:
    """A run of requests in one file: a session's main thread or one of its agents."""

    def __init__(self, log: Log, model: str) -> None:
        self.log, self.maker, self.client, self.model = log, log.maker, log.client, model
        base = 75_000 if "haiku-5" in model else 14_000
        self.context = 0
        self.first_context = base + self.maker.chance.randrange(12_000)
        self.limit = 965_000 if model in NEW else 165_000
        self.prompt_id = self.maker.uuid()
        self.shape = ""
        self.recent: deque[tuple[Response, int]] = deque(maxlen=4)
        self.last: Response | None = None

    def ask(self, words: str) -> None:
        self.prompt_id = self.maker.uuid()
        self.log.write(lines.prompt(self.client, self.log.place(MINUTE_MS), self.prompt_id, words))

    def answer(self, tools: int) -> list[str]:
        """One request with its lines; the ids of the tools it called."""
        response = self._response()
        names = [self.maker.id("toolu_01") for _ in range(tools)]
        response.blocks = self._blocks(names)
        if self.client.is_new:
            self._dump(response)
        self._write_lines(response, bool(tools))
        self.last = response
        return names

    def _response(self) -> Response:
        chance, often = self.maker.chance, self.maker.often
        grown = self.first_context if not self.context else int(chance.lognormvariate(7.6, 0.9))
        is_cold = not self.context or often(0.02)
        read, write = (0, self.context + grown) if is_cold else (self.context, grown)
        self.context += grown
        hour = write if self.client.is_hour_cache and not self.log.agent else 0
        if hour and often(0.05):
            hour //= 2
        response = Response(
            id=self.maker.id("msg_01"),
            request_id=self.maker.id("req_011") if self.client.has_request_ids else "",
            model=self.model,
            time_ms=0,
            input=chance.randrange(1, 12),
            output=int(chance.lognormvariate(5.6, 1.0)) + 12,
            read=read,
            write_5m=write - hour,
            write_1h=hour,
            searches=chance.randrange(1, 4) if often(0.004) else 0,
            speed="fast" if often(0.005) and "opus" in self.model else "standard",
            geo="us" if often(0.005) else "not_available",
            ref=self.maker.uuid(),
        )
        self._make_odd(response)
        return response

    def _make_odd(self, response: Response) -> None:
        often, oddities = self.maker.often, self.maker.truth.oddities
        if response.request_id and often(0.01):
            response.request_id = ""
        if not response.request_id:
            oddities["response without request id"] += 1
        elif not self.client.is_new and often(0.002):
            response.id = ""
            oddities["response without message id"] += 1
        elif self.model in ODD[1:]:
            response.id = self.maker.id("chatcmpl-")
        if not self.client.is_new and not response.write_1h and often(0.02):
            response.writes = "flat"
            oddities["cache writes without a split"] += 1
        elif not self.client.is_new and often(0.01):
            response.writes = "nested"
            oddities["cache writes in the split only"] += 1
        if response.searches:
            oddities["response with web searches"] += 1
        if "haiku-5" in self.model and self.context > 100_000:
            oddities["haiku 5.5 prompt over 100k"] += 1

    def _blocks(self, tools: list[str]) -> list[str]:
        take, chance = self.maker.prose.take, self.maker.chance
        blocks = []
        if self.maker.often(0.25):
            signature = f"{chance.getrandbits(800):0200x}"
            blocks.append(f'{{"type":"thinking","thinking":"","signature":"{signature}"}}')
        if self.maker.often(0.6) or not tools:
            blocks.append(f'{{"type":"text","text":"{take(chance.randrange(64, 1500))}"}}')
        for name in tools:
            size = int(chance.lognormvariate(5.5, 1.2))
            call = f'"name":"{chance.choice(TOOLS)}","input":{{"command":"{take(size)}"}}'
            blocks.append(f'{{"type":"tool_use","id":"{name}",{call}}}')
        return blocks

    def _dump(self, response: Response) -> None:
        place = Place("", "", self.log.now_ms, self.log.agent)
        take, chance = self.maker.prose.take, self.maker.chance
        if not self.shape or self.maker.often(0.03):
            self.shape = self.maker.digest()
            self.log.write(lines.dumped_shape(self.client, place, self.shape, take(14_000)))
            self.log.write(lines.attachment(self.client, self.log.place(), "prompt_snapshot", take(20_000)))
        for _ in range(chance.randrange(1, 3)):
            text = take(int(chance.lognormvariate(8.2, 1.2)))
            self.log.write(lines.dumped_blob(self.client, place, self.maker.digest(), text))
        self.log.write(lines.dumped_request(self.client, place, response, self.shape))

    def _write_lines(self, response: Response, calls_tools: bool) -> None:
        """Newer main threads repeat the final usage; older ones and agents grow, and some never get there."""
        often, chance = self.maker.often, self.maker.chance
        last = len(response.blocks) - 1
        grows = (not self.client.is_new and often(0.5)) or (bool(self.log.agent) and often(0.3))
        is_lost = grows and bool(self.log.agent) and often(0.3)
        first = chance.randrange(1, 9)
        largest = first if is_lost else response.output
        for index in range(last + 1):
            place = self.log.place()
            if index == 0:
                response.time_ms = place.time_ms
            is_early = is_lost or (grows and index < last)
            usage = response.usage(self.client, first if is_early else response.output)
            stop = None if is_early else ("tool_use" if calls_tools else "end_turn")
            line = lines.assistant(self.client, response, place, index, usage, stop)
            self.log.write(self._spoiled(line) if often(0.0006) else line)
        self._note(response, grows, is_lost, largest)

    def _note(self, response: Response, grows: bool, is_lost: bool, largest: int) -> None:
        oddities = self.maker.truth.oddities
        oddities["response with growing lines"] += grows and not is_lost and len(response.blocks) > 1
        oddities["response whose output never arrived"] += is_lost
        self.maker.truth.add(response, self.client.session, largest)
        self.recent.append((response, largest))
        if self.maker.often(0.01) and response.id:
            oddities["replay with zeroed usage"] += 1
            self.log.write(lines.assistant(self.client, response, self.log.place(), 0, lines.NO_USAGE))
        if self.maker.often(0.01):
            oddities["error placeholder"] += 1
            self.log.write(lines.api_error(self.client, self.log.place(), self.maker.uuid()))

    def _spoiled(self, line: str) -> bytes:
        """The line with bytes in its text that are not UTF-8, as a cut character leaves them."""
        self.maker.truth.oddities["answer with broken UTF-8"] += 1
        at = line.index('"content":[{') + len('"content":[{')
        return line[:at].encode() + b'"note":"\xff\xc3",' + line[at:].encode()

    def results(self, tools: list[str], limit: int) -> None:
        for tool in tools:
            size = min(int(self.maker.chance.lognormvariate(6.9, 1.6)), 400_000, limit)
            self.result(tool, self.maker.prose.take(size))

    def result(self, tool: str, text: str, extra: str = "") -> None:
        line = lines.tool_result(self.client, self.log.place(3000), self.prompt_id, tool, text, extra)
        if self.maker.often(0.001):
            self.maker.truth.oddities["tool result with broken UTF-8"] += 1
            self.log.write(line.encode().replace(b'"content":"', b'"content":"\xff\xfe\xed\xa0\x80', 1))
            return
        self.log.write(line)

    def compact(self) -> None:
        if self.context < self.limit:
            return
        before, self.context, self.first_context = (
            self.context,
            0,
            self.maker.chance.randrange(14_000, 40_000),
        )
        sizes = f'"trigger":"auto","preTokens":{before},"durationMs":88100,"postTokens":{self.first_context}'
        fields = f'"content":"Conversation compacted","compactMetadata":{{{sizes}}},'
        self.log.write(lines.system(self.client, self.log.place(), "compact_boundary", fields))
        self.maker.truth.oddities["compaction"] += 1
