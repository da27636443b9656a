"""Which requests a question is about, in SQL."""

from __future__ import annotations

from tallylight.domain.summary import Filter

#: What kind a subagent is: by its lines, else by the file that its client keeps beside them.
AGENT_TYPE = """CASE WHEN agent_type <> '' THEN agent_type WHEN agent_id <> '' THEN coalesce(
    (SELECT json_extract(fact.value, '$.type') FROM session_fact fact
     WHERE fact.source = usage_event.source AND fact.session_id = usage_event.session_id
       AND fact.name = 'agent:' || usage_event.agent_id), '') ELSE '' END"""
#: What the machine is called that a request was made on, this one included.
MACHINE = "CASE host WHEN '' THEN coalesce((SELECT name FROM machine), '') ELSE host END"
#: The folder that an account's files are in; "" in the ledger is the client's usual one.
ACCOUNT = "CASE WHEN account = '' AND source = 'claude-code' THEN '~/.claude' ELSE account END"
#: A subagent's kind as a condition, which stands where the requests may have any name.
_IS_OF_TYPE = """(agent_type = ? OR coalesce(agent_type, '') = '' AND (source, session_id, 'agent:' || agent_id) IN (
    SELECT source, session_id, name FROM session_fact
    WHERE name GLOB 'agent:*' AND json_extract(value, '$.type') = ?))"""


def conditions(wanted: Filter) -> tuple[str, list[object]]:
    """A WHERE clause and its values."""
    parts: list[str] = ["TRUE"]
    values: list[object] = []

    def add(part: str, value: object) -> None:
        parts.append(part)
        values.append(value)

    if wanted.since_ms is not None:
        add("time_ms >= ?", wanted.since_ms)
    if wanted.until_ms is not None:
        add("time_ms < ?", wanted.until_ms)
    for column, value in (
        ("source", wanted.source),
        ("tag", wanted.tag),
        ("branch", wanted.branch),
        ("model", wanted.model),
        ("session_id", wanted.session_id),
        ("skill", wanted.skill),
        ("mcp_server", wanted.mcp_server),
        (ACCOUNT, wanted.account),
    ):
        if value:
            add(f"{column} = ?", value)
    if wanted.subagent_type:
        parts.append(_IS_OF_TYPE)
        values += [wanted.subagent_type, wanted.subagent_type]
    if wanted.agent_id is not None:
        add("agent_id = ?", wanted.agent_id)
    if wanted.host is not None:
        parts.append("(host = ? OR host = '' AND ? = (SELECT name FROM machine))")
        values += [wanted.host, wanted.host]
    if wanted.project:
        parts.append("(project = ? OR project LIKE ? ESCAPE '\\')")
        values += [wanted.project, "%/" + _escaped(wanted.project)]
    return " AND ".join(parts), values


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
