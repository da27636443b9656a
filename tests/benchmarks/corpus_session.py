"""A made-up session: its main file, the files of its agents beside it, and a fork's copied history."""

from __future__ import annotations

import json
import re
from pathlib import Path

import corpus_lines as lines
from corpus_conversation import MINUTE_MS, NEW, ODD, OLD, Conversation
from corpus_lines import Client, Place
from corpus_log import FIELDS, Log, Maker

DAYS, DAY_MS = 60, 86_400_000
_UUID = re.compile(rb'"uuid":"([^"]+)"')
_COPIED_FROM = re.compile(rb',"forkedFrom":\{[^}]*\}')


class Session:
    """One session: its main file, and the files of its agents beside it."""

    def __init__(
        self, maker: Maker, folder: Path, start_ms: int, target: int, parent: Session | None
    ) -> None:
        self.maker, self.folder, self.target, self.start_ms = maker, folder, target, start_ms
        self.client = self._client(parent)
        self.written = 0
        self.path = folder / f"{self.client.session}.jsonl"
        self.log = Log(maker, self.path, self.client, start_ms)
        if parent is not None:
            self._copy(parent)
        models = NEW if self.client.is_new else OLD
        self.main = Conversation(self.log, maker.chance.choice(ODD if maker.often(0.03) else models))

    def _client(self, parent: Session | None) -> Client:
        chance, often = self.maker.chance, self.maker.often
        is_new = self.maker.end_ms - self.start_ms < DAYS // 2 * DAY_MS
        return Client(
            session=self.maker.uuid(),
            cwd=parent.client.cwd if parent else f"/home/ana/{self.folder.name.rsplit('-', 1)[1]}",
            version=chance.choice(("2.1.310", "2.1.330") if is_new else ("2.1.97", "2.1.150", "2.1.197")),
            entrypoint=chance.choice(("cli", "cli", "sdk-cli", "claude-vscode")),
            branch=chance.choice(("main", "main", "feat/dials", "fix-drift")),
            is_new=is_new,
            model_first=often(0.5),
            has_request_ids=not often(0.03),
            is_hour_cache=often(0.55),
        )

    def _copy(self, parent: Session) -> None:
        """A fork's history: its parent's lines up to a point, which stay the parent's in the truth."""
        kind = "branch" if self.client.entrypoint != "sdk-cli" else "print"
        self.maker.truth.oddities[f"fork by {kind}{'' if self.client.is_new else ', older client'}"] += 1
        if kind == "print":
            self.log.write(lines.queued(self.client, self.start_ms))
        stop = parent.log.bytes * self.maker.chance.uniform(0.2, 1.0)
        old, new = (f'"sessionId":"{s}"'.encode() for s in (parent.client.session, self.client.session))
        made = f'"requestSessionId":"{parent.client.session}","requestedModel"'.encode()
        with parent.path.open("rb") as lines_of_parent:
            for line in lines_of_parent:
                if self.log.bytes > stop or not line.endswith(b"\n"):
                    break
                if not line.startswith(b'{"parentUuid"'):
                    continue
                node = _UUID.search(line)
                line = line.replace(old, new)
                if kind == "branch" and node:
                    mark = f'"sessionId":"{parent.client.session}","messageUuid":"{node[1].decode()}"'
                    line = _COPIED_FROM.sub(b"", line)[:-2] + f',"forkedFrom":{{{mark}}}}}\n'.encode()
                elif not any(mark in line for mark in (b'"requestSessionId"', b'"forkedFrom"')):
                    line = line.replace(b'"requestedModel"', made, 1)
                self.log.write(line)
        self.maker.truth.oddities["bytes of copied history"] += self.log.bytes
        self.log.now_ms = self.start_ms

    def run(self) -> None:
        self._open()
        while self.log.bytes + self.written < self.target:
            self._turn()
        self._finish()
        self.log.close()

    def _open(self) -> None:
        take, client, write = self.maker.prose.take, self.client, self.log.write
        if client.entrypoint == "sdk-cli":
            if self.log.bytes == 0:
                write(lines.queued(client, self.log.now_ms))
        elif not client.is_new:
            snapshot = f'"messageId":"{self.maker.uuid()}","snapshot":{{"text":"{take(2000)}"}},'
            write(lines.metadata("file-history-snapshot", snapshot, client.session))
        for kind, size in (("environment", 700), ("skill_listing", 5000), ("agent_listing_delta", 2000)):
            write(lines.attachment(client, self.log.place(), kind, take(size)))
        if self.maker.often(0.7):
            title = f'"aiTitle":"{self.maker.chance.choice(lines.WORDS).title()} work",'
            write(lines.metadata("ai-title", title, client.session))

    def _turn(self) -> None:
        chance, often = self.maker.chance, self.maker.often
        pause = chance.choice((0, 0, 0, 5, 20, 240)) * MINUTE_MS
        self.log.now_ms = min(self.log.now_ms + pause, max(self.maker.end_ms, self.log.now_ms))
        self.main.ask(self.maker.prose.take(chance.randrange(64, 600)))
        for _ in range(chance.randrange(1, 14)):
            self.main.compact()
            tools = self.main.answer(1 + (chance.random() < 0.25) + (chance.random() < 0.1))
            left = self.target - self.log.bytes - self.written
            if left > 1_200_000 and often(0.002 + 0.1 * (self.target < 3_000_000)):
                self._large_result(tools.pop(), left)
            self.main.results(tools, max(left, 2000))
            if left < 0:
                break
        if often(0.2):
            self._agents()
        self.main.answer(0)
        self._between()

    def _large_result(self, tool: str, left: int) -> None:
        """One to five megabytes: the text stands in the line twice."""
        self.maker.truth.oddities["line of megabytes"] += 1
        self.main.result(
            tool, self.maker.prose.take(self.maker.chance.randrange(500_000, min(left, 5_000_000) // 2))
        )

    def _agents(self) -> None:
        """Subagents of this turn, each in a file of its own; their results repeat usage in the main file."""
        base = self.folder / self.client.session / "subagents"
        count = self.maker.chance.randrange(1, 4)
        if self.client.is_new and self.maker.often(0.15):
            base = base / "workflows" / f"wf_{self.maker.id('')[:8]}"
            base.mkdir(parents=True)
            (base / "journal.jsonl").write_text(
                '{"type":"started"}\n{"type":"result","usage":{"input_tokens":9}}\n'
            )
            self.maker.truth.oddities["workflow"] += 1
            count += 3
        elif not self.client.is_new and self.maker.often(0.2):
            base = self.folder
        tools = self.main.answer(count)
        for tool in tools:
            self._agent(base, tool)

    def _agent(self, base: Path, tool: str) -> None:
        agent = self.maker.id("a")[:17]
        log = Log(self.maker, base / f"agent-{agent}.jsonl", self.client, self.log.now_ms, agent)
        models = NEW if self.client.is_new else OLD
        talk = Conversation(log, self.maker.chance.choice(models))
        talk.ask(self.maker.prose.take(400))
        steps = self.maker.chance.randrange(1, 16)
        for step in range(steps):
            if self.written + self.log.bytes + log.bytes > self.target:
                break
            talk.results(talk.answer(1 if step < steps - 1 else 0), 30_000)
        log.close()
        self.written += log.bytes
        if base != self.folder:
            meta = {
                "agentType": "general-purpose",
                "description": "look around",
                "toolUseId": tool,
                "spawnDepth": 1,
            }
            (base / f"agent-{agent}.meta.json").write_text(json.dumps(meta))
        elif self.maker.often(0.3):
            self._copy_flat(log)
        self.maker.truth.oddities["subagent"] += 1
        if talk.last is None:
            self.main.result(tool, "nothing")
            return
        if not self.client.is_new:
            self.log.write(lines.progress(self.client, self.log.place(), talk.last))
            self.maker.truth.oddities["usage copied into another record"] += 1
        self.main.result(tool, "done", lines.agent_result(agent, talk.last, self.client))

    def _copy_flat(self, log: Log) -> None:
        """An upgrade left the same agent's file in both layouts."""
        path = self.folder / self.client.session / "subagents" / log.path.name
        copy = Log(self.maker, path, self.client, log.now_ms, log.agent)
        copy.write(log.path.read_bytes().rpartition(b"\n")[0] + b"\n")
        copy.close()
        self.written += copy.bytes
        self.maker.truth.oddities["agent file in both layouts"] += 1

    def _side_question(self) -> None:
        """The main thread's last answers once more in an agent's file, under other request ids."""
        agent = "aside_question-" + self.maker.id("")[:16]
        path = self.folder / self.client.session / "subagents" / f"agent-{agent}.jsonl"
        log = Log(self.maker, path, self.client, self.log.now_ms, agent)
        for response, output in self.main.recent:
            usage = response.usage(self.client, output)
            place = Place(self.maker.uuid(), "", log.now_ms, agent)
            request, response.request_id = response.request_id, self.maker.id("req_011")
            if response.id:
                log.write(lines.assistant(self.client, response, place, 0, usage, "end_turn"))
            response.request_id = request
        log.close()
        self.written += log.bytes
        self.maker.truth.oddities["side question"] += 1

    def _between(self) -> None:
        """What the client writes between turns, and what nobody expects."""
        write, often, session = self.log.write, self.maker.often, self.client.session
        write(lines.metadata("last-prompt", f'"lastPrompt":"go on","leafUuid":"{self.log.parent}",', session))
        write(lines.metadata("mode", '"mode":"normal",', session))
        if self.client.entrypoint == "cli":
            fields = '"durationMs":41321,"messageCount":13,'
            write(lines.system(self.client, self.log.place(), "turn_duration", fields))
        if self.client.is_new and often(0.3):
            self._cost_state()
        if often(0.02):
            write(
                lines.metadata(
                    "holo-frame", '"payload":{"usage":{"input_tokens":77,"output_tokens":7}},', session
                )
            )
            self.maker.truth.oddities["unknown record"] += 1
        if often(0.004):
            write(b'{"type":"user","mess\xff\xfe\x00 not a record\n\n')
            self.maker.truth.oddities["line that is no record"] += 1
        if often(0.04) and self.main.recent:
            self._side_question()

    def _cost_state(self) -> None:
        counts = self.maker.truth.by_session.get(self.client.session, [0] * len(FIELDS))
        self.log.write(lines.cost_state(self.client, self.start_ms, self.main.model, counts))

    def _finish(self) -> None:
        if self.client.is_new:
            self._cost_state()
