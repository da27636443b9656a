"""The ledger's schema, step by step. A released step is never edited; a change is a new function at the end."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("tallylight")


@migrations()
def m001_first_release(db: Database) -> None:
    # What many requests have in common: one row per agent of a session, model, branch, … A request's own
    # figures and its times stand in `request`; the view joins them to what `domain.usage.UsageEvent` is.
    db.execute(
        """CREATE TABLE thread (id INTEGER PRIMARY KEY, signature BLOB UNIQUE, source TEXT, session_id TEXT, model TEXT,
            speed TEXT, geo TEXT, tier TEXT, kind TEXT, is_copy INTEGER, is_sidechain INTEGER, file_started_ms INTEGER,
            file_session_id TEXT, account TEXT, agent_id TEXT, cwd TEXT, branch TEXT, version TEXT, entrypoint TEXT,
            effort TEXT, prompt_id TEXT, origin TEXT, agent_type TEXT, skill TEXT, plugin TEXT, mcp_server TEXT,
            mcp_tool TEXT, project TEXT)"""
    )
    db.execute("CREATE INDEX thread_session ON thread (session_id)")
    db.execute(
        """CREATE TABLE request (key TEXT PRIMARY KEY, thread_id INTEGER REFERENCES thread, time_ms INTEGER,
            input INTEGER, output INTEGER, reasoning INTEGER, cache_read INTEGER, cache_write INTEGER,
            cache_write_5m_stated INTEGER, cache_write_1h INTEGER, web_searches INTEGER, web_fetches INTEGER,
            context INTEGER, is_final INTEGER, has_strong_key INTEGER, request_id TEXT, reported_picousd INTEGER,
            stated_ms INTEGER, stated_id TEXT, weight INTEGER, cache_miss TEXT, tools TEXT,
            cost_picousd INTEGER, cost_input INTEGER, cost_output INTEGER, cost_cache_read INTEGER,
            cost_cache_write_5m INTEGER, cost_cache_write_1h INTEGER, cost_web_search INTEGER, priced_with TEXT)"""
    )
    db.execute("CREATE INDEX request_time ON request (time_ms)")
    db.execute("CREATE INDEX request_thread ON request (thread_id)")
    db.execute("CREATE INDEX request_unpriced ON request (thread_id) WHERE cost_picousd IS NULL")
    db.execute(
        """CREATE VIEW usage_event AS SELECT request.*, thread.*, cache_write_5m_stated
            + max(0, cache_write - cache_write_5m_stated - cache_write_1h) AS cache_write_5m
            FROM request JOIN thread ON thread.id = request.thread_id"""
    )
    # Statements whose id a gateway made up: kept apart by model and size, joined by time when read.
    db.execute(
        "CREATE TABLE weak_statement (key TEXT, atom TEXT, data BLOB, PRIMARY KEY (key, atom)) WITHOUT ROWID"
    )
    # Requests that a session holds as copied history: context there, cost in the owner.
    db.execute(
        "CREATE TABLE inheritance (session_id TEXT, event_key TEXT, PRIMARY KEY (session_id, event_key)) WITHOUT ROWID"
    )
    db.execute(
        """CREATE TABLE mark (key TEXT PRIMARY KEY, source TEXT, session_id TEXT, time_ms INTEGER, kind TEXT,
            label TEXT, value INTEGER, other INTEGER, agent_id TEXT, is_copy INTEGER, file_started_ms INTEGER)"""
    )
    db.execute("CREATE INDEX mark_session ON mark (session_id, time_ms)")
    db.execute(
        """CREATE TABLE session_fact (source TEXT, session_id TEXT, name TEXT, value TEXT, number INTEGER,
            "order" INTEGER, PRIMARY KEY (source, session_id, name)) WITHOUT ROWID"""
    )
    db.execute(
        """CREATE TABLE log_file (path TEXT PRIMARY KEY, source TEXT, root TEXT, device INTEGER, inode INTEGER,
            size INTEGER, modified_ns INTEGER, offset INTEGER, head_size INTEGER, head_hash BLOB, tail_hash BLOB,
            state TEXT, is_gone INTEGER DEFAULT 0)"""
    )
    db.execute(
        "CREATE TABLE rejection (path TEXT, source TEXT, reason TEXT, count INTEGER, PRIMARY KEY (path, reason))"
    )
    db.execute("CREATE TABLE priced_model (model TEXT PRIMARY KEY, fingerprint TEXT, cards TEXT)")
    # Where a directory's repository was when it was first seen: a worktree removed later stays folded.
    db.execute("CREATE TABLE directory (cwd TEXT PRIMARY KEY, project TEXT)")
    # Days on which the client says it was used, whether or not a transcript of them survives.
    db.execute(
        "CREATE TABLE active_day (source TEXT, root TEXT, day TEXT, messages INTEGER, PRIMARY KEY (root, day))"
    )


@migrations()
def m002_notices(db: Database) -> None:
    # What was told, and what the user did about it, by the finding's key: never told again.
    db.execute(
        """CREATE TABLE notice (key TEXT PRIMARY KEY, first_ms INTEGER, told_ms INTEGER, ended_ms INTEGER, data TEXT)
            WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX notice_time ON notice (first_ms)")
    # Subjects snoozed until a moment, and sessions muted until one.
    db.execute(
        "CREATE TABLE hush (kind TEXT, name TEXT, until_ms INTEGER, PRIMARY KEY (kind, name)) WITHOUT ROWID"
    )


@migrations()
def m003_machines(db: Database) -> None:
    # The machine that a merged request was made on; "" is the one whose ledger this is, which `machine` names.
    db.execute("ALTER TABLE thread ADD COLUMN host TEXT DEFAULT ''")
    db.execute("CREATE TABLE machine (name TEXT)")


@migrations()
def m004_directories_of_machines(db: Database) -> None:
    # One path is another directory on another machine, and its project is as that machine saw it.
    db.execute("ALTER TABLE directory RENAME TO directory_here")
    db.execute(
        "CREATE TABLE directory (host TEXT, cwd TEXT, project TEXT, PRIMARY KEY (host, cwd)) WITHOUT ROWID"
    )
    db.execute("INSERT INTO directory SELECT '', cwd, project FROM directory_here")
    db.execute("DROP TABLE directory_here")


@migrations()
def m005_prompts_by_time(db: Database) -> None:
    # Today's prompts are counted at every look.
    db.execute("CREATE INDEX mark_prompt ON mark (time_ms) WHERE kind = 'prompt'")


@migrations()
def m006_tags(db: Database) -> None:
    # What the user's rules call the thread's project and branch: worked out anew whenever either changes.
    db.execute("ALTER TABLE thread ADD COLUMN tag TEXT DEFAULT ''")


@migrations()
def m009_advice(db: Database) -> None:
    # What was advised, as it was shown last, and what became of it.
    db.execute(
        """CREATE TABLE advice (key TEXT PRIMARY KEY, session_id TEXT, first_ms INTEGER, last_ms INTEGER,
            settled_ms INTEGER, data TEXT) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX advice_time ON advice (last_ms)")


@migrations()
def m008_bills(db: Database) -> None:
    # What bills state, as they state it: see `domain.billing.Stated`. Requests are made of these, each time anew.
    db.execute(
        """CREATE TABLE bill (origin TEXT, account TEXT, time_ms INTEGER, model TEXT, input INTEGER, output INTEGER,
            cache_read INTEGER, cache_write INTEGER, has_tokens INTEGER, conversation TEXT, coverage TEXT,
            value_picousd INTEGER, charged_picousd INTEGER, fee_picousd INTEGER)"""
    )
    db.execute("CREATE INDEX bill_time ON bill (time_ms)")
    db.execute("CREATE INDEX bill_conversation ON bill (conversation, time_ms)")
    # Beside the request of the same key: who pays, and how much on top of a plan (NULL: unknown).
    db.execute(
        """CREATE TABLE charge (key TEXT PRIMARY KEY, coverage TEXT, charged_picousd INTEGER, fee_picousd INTEGER,
            is_inferred INTEGER) WITHOUT ROWID"""
    )
    # How far a bill was read: all before `settled_ms` is final, and it goes back to `since_ms`.
    db.execute(
        """CREATE TABLE feed (name TEXT, account TEXT, since_ms INTEGER, settled_ms INTEGER, deep_ms INTEGER,
            PRIMARY KEY (name, account)) WITHOUT ROWID"""
    )
    # How each feed stood when it was last asked, as JSON: see `domain.feed.FeedStatus`.
    db.execute("CREATE TABLE feed_status (name TEXT PRIMARY KEY, data TEXT) WITHOUT ROWID")


@migrations()
def m007_chats(db: Database) -> None:
    # Conversations of agents that keep a database: see `domain.chat`. How full the context was is recorded as it
    # moves, because only the newest figure is on disk.
    db.execute(
        """CREATE TABLE chat (source TEXT, session_id TEXT, parent TEXT, kind TEXT, cwd TEXT, project TEXT, branch TEXT,
            mode TEXT, model TEXT, status TEXT, is_archived INTEGER, created_ms INTEGER, moved_ms INTEGER,
            seen_ms INTEGER, wrote TEXT, old_input INTEGER, old_output INTEGER, old_requests INTEGER, old_cents INTEGER,
            PRIMARY KEY (session_id, source)) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX chat_moved ON chat (moved_ms)")
    db.execute("CREATE INDEX chat_parent ON chat (parent) WHERE parent <> ''")
    db.execute(
        """CREATE TABLE gauge (source TEXT, session_id TEXT, time_ms INTEGER, used INTEGER, size INTEGER, model TEXT,
            parts TEXT, PRIMARY KEY (session_id, source, time_ms)) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX gauge_time ON gauge (time_ms)")


@migrations()
def m010_recorded_turns(db: Database) -> None:
    # Turns as a recorder counted them, kept after a bill has taken their place: a later one of the same is known by it.
    db.execute(
        """CREATE TABLE recorded_turn (key TEXT PRIMARY KEY, conversation TEXT, time_ms INTEGER, input INTEGER,
            output INTEGER, cache_read INTEGER, cache_write INTEGER) WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX recorded_turn_time ON recorded_turn (time_ms)")
    db.execute(
        """INSERT INTO recorded_turn SELECT key, coalesce(nullif(agent_id, ''), session_id), time_ms, input, output,
            cache_read, cache_write FROM usage_event WHERE kind = 'provisional'"""
    )


@migrations()
def m011_reports(db: Database) -> None:
    # What providers report of whole days, as they state it: see `domain.reported.Figure`. Never a part of `request`:
    # these days are of everybody's machines.
    db.execute(
        """CREATE TABLE reported (provider TEXT, report TEXT, holds TEXT, since_ms INTEGER, until_ms INTEGER,
            model TEXT, key TEXT, place TEXT, tier TEXT, item TEXT, input INTEGER, output INTEGER, cache_read INTEGER,
            cache_write_5m INTEGER, cache_write_1h INTEGER, searches INTEGER, requests INTEGER, quantity INTEGER,
            amount_picousd INTEGER)"""
    )
    db.execute("CREATE INDEX reported_time ON reported (provider, since_ms)")
    # Which days each report was read for: all from `since_ms` on, those before `settled_ms` when they were over.
    db.execute(
        """CREATE TABLE report (provider TEXT, name TEXT, holds TEXT, since_ms INTEGER, settled_ms INTEGER,
            PRIMARY KEY (provider, name)) WITHOUT ROWID"""
    )
    # What the keys are called that reports name by an id: never a key.
    db.execute(
        "CREATE TABLE key_name (provider TEXT, id TEXT, name TEXT, PRIMARY KEY (provider, id)) WITHOUT ROWID"
    )


@migrations()
def m012_chats_of_machines(db: Database) -> None:
    db.execute("ALTER TABLE chat ADD COLUMN host TEXT NOT NULL DEFAULT ''")  # "" is this machine
    # Cursor does not say how long what it writes to a cache lasts; these rows claimed five minutes.
    db.execute(
        """UPDATE request SET cache_write_5m_stated = 0 WHERE cache_write > 0 AND thread_id IN (
            SELECT id FROM thread WHERE source = 'cursor')"""
    )


@migrations()
def m013_cloud_bills(db: Database) -> None:
    # What clouds charge, as their files state it: see `domain.cloud_bill`. Days are of UTC; amounts are text, exact in
    # every currency. Never a part of `request`: these are charges of everybody's machines.
    db.execute(
        """CREATE TABLE cloud_bill (number INTEGER PRIMARY KEY, provider TEXT, account TEXT, since TEXT, until TEXT,
            version TEXT, files TEXT, rows INTEGER, imported_ms INTEGER, fingerprint TEXT, deviations TEXT,
            UNIQUE (provider, account, since))"""
    )
    db.execute(
        """CREATE TABLE cloud_charge (bill INTEGER REFERENCES cloud_bill, day TEXT, kind TEXT, service TEXT,
            publisher TEXT, model TEXT, sku TEXT, token_class TEXT, sub_account TEXT, region TEXT, category TEXT,
            is_correction INTEGER, unit TEXT, currency TEXT, rows INTEGER, quantity TEXT, tokens TEXT, billed TEXT,
            effective TEXT, listed TEXT, contracted TEXT)"""
    )
    db.execute("CREATE INDEX cloud_charge_bill ON cloud_charge (bill)")
    db.execute("CREATE INDEX cloud_charge_day ON cloud_charge (day)")


@migrations()
def m014_list_amounts(db: Database) -> None:
    # What a charge would be before discounts and allowances, where a provider states that beside what it charges.
    db.execute("ALTER TABLE reported ADD COLUMN list_picousd INTEGER")


def upgrade(path: str, version: int) -> None:
    """Take every step that the ledger at `path` lacks, and note `version` in it.

    All in one transaction: of several that start at once, the first does it and the others wait and find it done.
    """
    db = Database(path, execute_plugins=False)
    try:
        db.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    finally:
        db.close()
