"""Made-up homes of Cursor's, as each of its eras left them: every name and figure in them is invented."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]

#: Early in each era, in ms. The last is the day on which the tests think it is.
ERAS = {
    "2024": 1_717_200_000_000,
    "2025-06": 1_749_000_000_000,
    "2025-11": 1_762_500_000_000,
    "2026-04": 1_776_000_000_000,
    "2026-09": 1_789_000_000_000,
}
MINUTE = 60_000
CATEGORIES = {"system_prompt": 2, "tools": 12, "rules": 5, "mcp": 4, "conversation": 77}
FOLDER = "/home/ana/paper shop"
_TABLES = ("ItemTable", "cursorDiskKV")
_HEADERS = """CREATE TABLE composerHeaders (composerId TEXT PRIMARY KEY, workspaceId TEXT, createdAt INTEGER,
    lastUpdatedAt INTEGER, isArchived INTEGER, isSubagent INTEGER, recency INTEGER, checkpointAt INTEGER, value TEXT)"""


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def opened(path: Path, *more: str) -> sqlite3.Connection:
    """A database as Cursor makes it; a connection like its own, which stays open while Cursor runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for table in _TABLES:
        connection.execute(f"CREATE TABLE {table} (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    for statement in more:
        connection.execute(statement)
    return connection


@dataclass
class CursorHome:
    """A `User` folder in which chats can be made and moved, the way Cursor of that era would."""

    user: Path
    era: str = "2026-09"
    window: str = "0123456789abcdef0123456789abcdef"
    heads: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        more = (_HEADERS,) if self.era == "2026-09" else ()
        self.main = opened(self.user / "globalStorage" / "state.vscdb", *more)
        place = self.user / "workspaceStorage" / self.window
        self.side = opened(place / "state.vscdb")
        (place / "workspace.json").write_text(json.dumps({"folder": "file:///home/ana/paper%20shop"}))

    def close(self) -> None:
        self.main.close()
        self.side.close()

    @property
    def start(self) -> int:
        return ERAS[self.era]

    # -- rows

    def put(self, key: str, value: object, table: str = "cursorDiskKV") -> None:
        text = json.dumps(value) if isinstance(value, dict | list) else value
        self.main.execute(f"INSERT INTO {table} VALUES (?, ?)", (key, text))  # noqa: S608

    def bubble(self, chat: str, bubble: str, **fields: Any) -> None:
        self.put(f"bubbleId:{chat}:{bubble}", {"_v": 3, "bubbleId": bubble} | fields)

    # -- chats

    def chat(self, chat: str, turns: int = 4, *, used: int = 20_000, step: int = 9_000, **fields: Any) -> str:
        """A chat of so many turns; `fields` replace or add to what its row says."""
        at = fields.pop("createdAt", self.start)
        model = fields.pop("model", "claude-opus-5-thinking-high")
        listing = []
        for turn in range(turns):
            listing += self._turn(chat, turn, at + turn * MINUTE, used + turn * step, model)
        gauge = used + max(0, turns - 1) * step
        row = self._row(chat, listing, at, gauge, model) | fields
        self.put(f"composerData:{chat}", row)
        self._list(chat, row)
        return chat

    def move(self, chat: str, **fields: Any) -> None:
        """Write a chat's row anew, with these fields changed."""
        ((value,),) = self.main.execute(
            "SELECT value FROM cursorDiskKV WHERE key = ?", (f"composerData:{chat}",)
        )
        row = json.loads(value) | fields
        self.put(f"composerData:{chat}", row)
        self._list(chat, row)

    def _turn(self, chat: str, turn: int, at: int, used: int, model: str) -> list[Json]:
        user, tool, answer = (f"{chat}-{turn}-{kind}" for kind in ("u", "t", "a"))
        has_times = self.era >= "2025-11"
        is_counted = self.era < "2026-02"
        self.bubble(
            chat,
            user,
            type=1,
            text="a question that nobody may keep",
            modelInfo={"modelName": model},
            tokenCount={"inputTokens": 0, "outputTokens": 0},
            **({"createdAt": iso(at)} if has_times else {"timingInfo": {"clientRpcSendTime": at}}),
            **(
                {"contextWindowStatusAtCreation": {"tokensUsed": used - 500, "tokenLimit": 200_000}}
                if turn % 3 == 0 and has_times
                else {}
            ),
        )
        self.bubble(
            chat,
            tool,
            type=2,
            capabilityType=15,
            text="",
            toolFormerData={
                "name": "edit_file_v2",
                "toolCallId": f"toolu_{chat}_{turn}",
                "result": "secret text",
            },
        )
        self.bubble(
            chat,
            answer,
            type=2,
            text="an answer that nobody may keep",
            tokenCount={"inputTokens": used if is_counted else 0, "outputTokens": 700 if is_counted else 0},
        )
        ids = ((user, 1), (tool, 2), (answer, 2))
        return [
            {"bubbleId": bubble, "type": kind} | ({"createdAt": iso(at)} if self.era == "2026-09" else {})
            for bubble, kind in ids
        ]

    def _row(self, name: str, listing: list[Json], at: int, used: int, model: str) -> Json:
        row: Json = {
            "_v": 16 if self.era >= "2026-04" else 10,
            "composerId": name,
            "name": f"About {name}",
            "text": "a draft that nobody may keep",
            "status": "completed",
            "unifiedMode": "agent",
            "createdAt": at,
            "lastUpdatedAt": at + max(0, len(listing) // 3 - 1) * MINUTE + 20_000,
            "fullConversationHeadersOnly": listing,
            "modelConfig": {"modelName": model, "maxMode": False},
            "usageData": {model: {"costInCents": 12, "amount": 3}} if self.era == "2025-06" else {},
            "contextUsagePercent": used / 2000,
            "createdOnBranch": "main",
            "blobEncryptionKey": "a key that nobody may keep",
        }
        if self.era > "2025-06":
            row |= {"contextTokensUsed": used, "contextTokenLimit": 200_000}
        if self.era >= "2026-04":
            row["workspaceIdentifier"] = {
                "id": self.window,
                "uri": {"fsPath": FOLDER, "external": "file:///home/ana/paper%20shop", "scheme": "file"},
            }
        if self.era == "2026-09":
            parts = [
                {"id": name, "estimatedTokens": used * share // 100} for name, share in CATEGORIES.items()
            ]
            row["promptTokenBreakdown"] = {"totalUsedTokens": used, "maxTokens": 200_000, "categories": parts}
        return row

    def _list(self, name: str, row: Json) -> None:
        """Note the chat where this era lists its chats."""
        names = ("composerId", "name", "unifiedMode", "createdAt", "lastUpdatedAt", "isArchived", "isDraft",
                 "workspaceIdentifier", "isBestOfNSubcomposer")  # fmt: skip
        head = {"type": "head"} | {name: row[name] for name in names if name in row}
        self.heads[name] = head
        every = list(self.heads.values())
        if self.era == "2026-09":
            self.main.execute(
                "INSERT OR REPLACE INTO composerHeaders VALUES (?, ?, ?, ?, ?, 0, ?, NULL, ?)",
                (name, self.window, row["createdAt"], row["lastUpdatedAt"], int(bool(row.get("isArchived"))),
                 row["lastUpdatedAt"], json.dumps(head)),
            )  # fmt: skip
            # The older list is left behind: it goes stale.
            self.put("composer.composerHeaders", {"allComposers": every[:1]}, "ItemTable")
        elif self.era == "2026-04":
            self.put("composer.composerHeaders", {"allComposers": every}, "ItemTable")
        if self.era >= "2026-04":
            self._side(
                "composer.composerData", {"selectedComposerIds": [name], "hasMigratedComposerData": True}
            )
        else:
            self._side("composer.composerData", {"allComposers": every, "selectedComposerIds": [name]})

    def tabs_of_2024(self, *names: str) -> None:
        """What the first chat panel kept, texts and all, in its window's database."""
        tabs = [
            {
                "tabId": name,
                "chatTitle": f"About {name}",
                "lastSendTime": self.start,
                "bubbles": [{"text": "kept by them"}],
            }
            for name in names
        ]
        self._side("workbench.panel.aichat.view.aichat.chatdata", {"tabs": tabs})

    def _side(self, key: str, value: Json) -> None:
        self.side.execute("INSERT INTO ItemTable VALUES (?, ?)", (key, json.dumps(value)))

    # -- what goes wrong

    def traps(self) -> None:
        """Rows that other readers stumbled over."""
        first = next(iter(self.heads))
        self.bubble(first, "orphan", type=1, createdAt=iso(self.start), text="reverted")
        self.put("composerData:empty-state-draft", {"composerId": "empty-state-draft", "isDraft": True})
        self.put("composerData:emptied", None)
        self.put("composerData:blob", b'{"name": "blob", "createdAt": 1789000000000}')
        self.put("composerData:shape", [1, 2, 3])
        self.put("composerData:cut", '{"name": "cut o')
        self.put("agentKv:blob:" + "0" * 64, b"\x0a\x20" + bytes(32))
        self.main.execute(
            "INSERT INTO cursorDiskKV VALUES ('composerData:letters', CAST(x'7b226e616d65223a22ff227d' AS TEXT))"
        )
        self.put("composerData:future", {"createdAt": self.start, "lastUpdatedAt": 4_000_000_000_000})
        self.put("cursorAuth/accessToken", "a token that nobody may keep", "ItemTable")
        (self.user / "workspaceStorage" / "without").mkdir()
