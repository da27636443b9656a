"""`live`, `doctor`, `prices`, and how little each command loads."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, a_line, a_prompt, a_usage, write_log
from tallylight.cli import main
from tallylight.config.paths import config_dir, data_dir
from tallylight.config.store import save_settings
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import Prices, now_ms, open_ledger
from tallylight.ledger.connection import SCHEMA_VERSION, LedgerIsNewer
from tallylight.pricebook import book

HEAVY = (
    "tomlkit",
    "typing_extensions",
    "PySide6",
    "numpy",
    "sqlite_utils",
    "genai_prices",
    "keyring",
    "pyqtgraph",
    "watchdog",
    "httpx",
    "tenacity",
    "platformdirs",
)


@pytest.fixture
def root(private_machine: Path) -> Path:
    return private_machine / ".claude"


# -- live


def started(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tallylight", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def next_line(child: subprocess.Popen[bytes]) -> Any:
    """What it prints next; it is killed, and the test fails, when that takes long."""
    assert child.stdout is not None
    timer = threading.Timer(15, child.kill)
    timer.start()
    try:
        return json.loads(child.stdout.readline())
    finally:
        timer.cancel()
        timer.join()


def ended(child: subprocess.Popen[bytes], number: signal.Signals) -> str:
    child.send_signal(number)
    _out, complaints = child.communicate(timeout=15)
    assert child.returncode == 0, complaints.decode()
    return complaints.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_live_follows_a_session_line_by_line(root: Path, number: signal.Signals) -> None:
    path = write_log(
        root, "-home-ana-shop/s-1.jsonl", a_prompt(at=now_ms()), a_line(at=now_ms(), usage=a_usage(read=900))
    )
    child = started("live", "--json")
    try:
        first = next_line(child)
        assert set(first) >= {
            "at",
            "session_id",
            "source",
            "project",
            "model",
            "cost_usd",
            "last_turn_usd",
            "next_turn_usd",
            "context_tokens",
            "context_window",
            "requests",
        }
        assert (first["session_id"], first["project"], first["requests"], first["context_tokens"]) == (
            "s-1",
            "shop",
            1,
            904,
        )
        line = a_line(id="msg_2", uuid="u-2", at=now_ms(), usage=a_usage(read=2000))
        with path.open("ab") as stream:
            stream.write(line[:50])
            stream.flush()
            time.sleep(0.05)
            stream.write(line[50:] + b"\n")
        began = time.monotonic()
        second = next_line(child)
        assert time.monotonic() - began < 3
        assert (second["requests"], second["context_tokens"]) == (2, 2004)
        assert float(second["cost_usd"]) > float(first["cost_usd"])
        write_log(
            root,
            "-home-ana-api/deep/subagents/agent-a.jsonl",
            a_line(id="msg_3", session="s-3", at=now_ms(), cwd="/x/api"),
        )
        assert next_line(child)["session_id"] == "s-3"
    finally:
        complaints = ended(child, number)
    assert complaints == ""


def test_live_with_a_newer_ledger_says_so(root: Path) -> None:
    assert main(["scan"]) == 0
    connection = sqlite3.connect(Path(os.environ["TALLYLIGHT_DATA_DIR"]) / "ledger.sqlite")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    child = started("live", "--json")
    _out, complaints = child.communicate(timeout=20)
    assert child.returncode == 1
    assert b"newer" in complaints and complaints.count(b"\n") == 1


# -- doctor


def checks(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, dict[str, Any]]:
    assert main(["doctor", "--json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    return {check["name"]: check for check in answer["checks"]}


def test_the_doctor_finds_a_healthy_house_healthy(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", b"{broken", a_line())
    main(["scan"])
    capsys.readouterr()
    found = checks(capsys, 0)
    assert "1 request in" in found["Ledger"]["says"]
    assert "not JSON (1)" in found["Not understood"]["says"]


def test_the_doctor_needs_nothing_to_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    found = checks(capsys, 0)
    assert "none found" in found["Claude Code logs"]["says"]
    assert main(["doctor"]) == 0
    assert "none yet" in capsys.readouterr().out


def test_the_doctor_calls_the_user_when_something_is_wrong(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scan"])
    capsys.readouterr()
    ledger = tmp_path / "data" / "ledger.sqlite"
    ledger.chmod(0o644)
    assert checks(capsys, 1)["Ledger access"]["needs_user"]
    ledger.chmod(0o600)
    (tmp_path / "data" / "config").mkdir(exist_ok=True)
    (tmp_path / "data" / "config" / "prices.json").write_text("{nonsense")
    assert checks(capsys, 1)["Your prices"]["needs_user"]
    (tmp_path / "data" / "config" / "prices.json").unlink()
    ledger.write_bytes(b"not a database" * 400)
    assert checks(capsys, 1)["Ledger"]["needs_user"]


def test_the_doctor_names_the_machines_of_a_shared_folder_and_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared" / "day=2026-11-22" / "host=laptop"
    folder.mkdir(parents=True)
    (folder / "requests.parquet").write_bytes(b"")
    save_settings(Settings(folders=(("shared", str(tmp_path / "shared")), ("shared", "/nowhere"))))
    main(["doctor"])
    said = capsys.readouterr().out
    assert f"{tmp_path}/shared: 1 file of laptop" in said
    assert "/nowhere is not there now" in said
    monkeypatch.setattr("tallylight.ingest.shared.find_spec", lambda _name: None)
    assert main(["doctor"]) == 1
    assert "pip install 'tallylight[parquet]'" in capsys.readouterr().out


def test_the_doctor_names_a_file_of_a_shared_folder_that_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shared" / "host=laptop"
    folder.mkdir(parents=True)
    (folder / "requests.parquet").write_bytes(b"nothing of the kind")
    save_settings(Settings(folders=(("shared", str(tmp_path / "shared")),)))
    main(["scan"])
    capsys.readouterr()
    check = checks(capsys, 1)["Shared folder"]
    assert check["needs_user"]
    assert f"{Path('host=laptop') / 'requests.parquet'} is not read: damaged" in check["says"]


def test_the_doctor_counts_the_files_of_each_folder(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        write_log(root, f"-home/{name}.jsonl", a_line(id=name, session=name))
    assert "0 files read" in checks(capsys, 0)["Claude Code logs"]["says"]
    main(["scan"])
    capsys.readouterr()
    assert checks(capsys, 0)["Claude Code logs"]["says"] == "~/.claude: 2 files read"


def test_the_doctor_names_a_data_folder_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], closed: Callable[..., None]
) -> None:
    data = tmp_path / "data"
    data.write_text("")
    assert "is not a folder" in checks(capsys, 1)["Data"]["says"]
    data.unlink()
    data.mkdir()
    closed(data, 0o500)
    assert "cannot be written" in checks(capsys, 1)["Data"]["says"]
    closed(data)
    assert str(data) in checks(capsys, 1)["Data"]["says"]


def test_closed_folders_of_others_stop_no_command(
    root: Path, capsys: pytest.CaptureFixture[str], closed: Callable[..., None]
) -> None:
    (root / "projects").mkdir(parents=True)
    closed(root)
    assert "cannot be read: Permission denied" in checks(capsys, 1)["Claude Code logs"]["says"]
    assert [main(["scan"]), main(["report", "day"])] == [0, 0]


@pytest.mark.parametrize("arguments", [["report", "day", "--no-scan"], ["prices"], ["doctor"]])
def test_a_ledger_in_a_folder_that_cannot_be_written_is_still_read(
    arguments: list[str],
    root: Path,
    tmp_path: Path,
    closed: Callable[..., None],
    as_anybody: Callable[[], None],
) -> None:
    write_log(root, "-home/s-1.jsonl", a_line())
    assert main(["scan"]) == 0
    closed(tmp_path / "data", 0o500)
    command = [sys.executable, "-m", "tallylight", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False, preexec_fn=as_anybody)
    assert (done.returncode, done.stderr) == (int(arguments == ["doctor"]), b"")
    if arguments == ["doctor"]:
        assert b"1 request in" in done.stdout and b"cannot be written" in done.stdout


def test_a_keychain_whose_settings_are_closed_stops_no_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import keyring

    def closed_to_us() -> None:
        raise PermissionError(13, "Permission denied", "/etc/keyringrc.cfg")

    monkeypatch.setattr(keyring, "get_keyring", closed_to_us)
    assert "/etc/keyringrc.cfg: Permission denied" in checks(capsys, 0)["Keychain"]["says"]


@pytest.mark.parametrize("name", ["settings.toml", "prices.json"])
def test_the_doctor_names_the_users_files_that_cannot_be_read(
    name: str, capsys: pytest.CaptureFixture[str], closed: Callable[..., None]
) -> None:
    path = config_dir() / name
    path.parent.mkdir(parents=True)
    path.write_text("# mine" if name == "settings.toml" else '{"version":1,"prices":[]}')
    assert "Your files" not in checks(capsys, 0)
    closed(path)
    assert str(path) in checks(capsys, 1)["Your files"]["says"]


def test_the_doctor_names_the_line_of_a_bad_setting(capsys: pytest.CaptureFixture[str]) -> None:
    config_dir().mkdir(parents=True)
    (config_dir() / "settings.toml").write_text('\ntheme = "drak"\n')
    assert "settings.toml, line 2: theme" in checks(capsys, 1)["Your files"]["says"]


# -- one sentence


def damaged(ledger: Path) -> None:
    ledger.parent.mkdir()
    ledger.write_bytes(b"not a database" * 400)
    ledger.chmod(0o600)


@pytest.mark.parametrize("arguments", [["scan"], ["report", "day"], ["live"], ["live", "--json"], ["prices"]])
@pytest.mark.parametrize("spoil", [damaged, lambda ledger: ledger.mkdir(parents=True)])
def test_a_ledger_that_cannot_be_used_is_named_in_one_sentence(
    arguments: list[str], spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    ledger = tmp_path / "data" / "ledger.sqlite"
    spoil(ledger)
    child = started(*arguments)
    out, complaints = child.communicate(timeout=20)
    assert (child.returncode, out) == (1, b"")
    assert complaints.startswith(f"tallylight: {ledger}".encode())
    assert complaints.count(b"\n") == 1 and b"Errno" not in complaints


def test_the_doctor_says_what_to_do_with_a_damaged_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "data" / "ledger.sqlite"
    damaged(ledger)
    says = checks(capsys, 1)["Ledger"]["says"]
    assert says.startswith(str(ledger)) and "move it away" in says


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("database or disk is full"), "make room"),
        (sqlite3.OperationalError("database is locked"), "another program"),
        (sqlite3.OperationalError("something new"), "something new"),
        (FileExistsError(17, "File exists", "/x"), "/x: there is a file where a folder is needed"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
        (RecursionError("maximum"), "nested too deeply"),
        (LedgerIsNewer("newer"), "update Tallylight"),
    ],
)
def test_each_error_says_what_to_do(
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("tallylight.cli.scan.scan", fail)
    assert main(["scan"]) == 1
    complaint = capsys.readouterr().err
    assert said in complaint and complaint.count("\n") == 1
    if isinstance(error, sqlite3.Error):
        assert str(tmp_path / "data" / "ledger.sqlite") in complaint


@pytest.mark.parametrize("arguments", [["report", "project"], ["doctor"], ["live"]])
def test_a_terminal_that_lacks_a_letter_gets_a_question_mark(root: Path, arguments: list[str]) -> None:
    write_log(root, "-home-ana-市/s-1.jsonl", a_line(cwd="/home/ana/市", at=now_ms()))
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "tallylight", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    if arguments == ["live"]:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
    _out, complaints = child.communicate(timeout=20)
    assert (child.returncode, complaints) == (0, b"")


def test_no_stream_is_no_error(root: Path) -> None:
    write_log(root, "-home/s-1.jsonl", a_line())
    command = f"{shlex.quote(sys.executable)} -m tallylight report day <&- >&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# -- prices


@pytest.fixture
def set_price(tmp_path: Path) -> Callable[[str, str], None]:
    """A price of the user's own for a model, in and out."""
    folder = tmp_path / "data" / "config"

    def put(model: str, dollars: str) -> None:
        entry = {"model": model, "input": dollars, "output": dollars}
        (folder / "prices.json").write_text(json.dumps({"version": 1, "prices": [entry]}))

    folder.mkdir(parents=True, exist_ok=True)
    return put


def test_prices_say_where_each_comes_from(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(), a_line(id="msg_2", uuid="u-2", model="unheard-of"))
    main(["scan"])
    capsys.readouterr()
    assert main(["prices", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["unpriced_models"] == ["unheard-of"]
    assert {row["model"] for row in answer["prices"]} == {"claude-opus-5-5"}
    assert all(row["origin"] and row["tiers"] for row in answer["prices"])
    assert main(["prices", "--reprice"]) == 0
    assert "0 requests" in capsys.readouterr().out


def test_a_price_of_the_users_own_counts_from_then_on_and_before_when_asked(
    root: Path, capsys: pytest.CaptureFixture[str], set_price: Callable[[str, str], None]
) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(model="unheard-of", usage=a_usage(input=0, output=1_000_000)))
    main(["report", "day", "--json"])
    assert json.loads(capsys.readouterr().out)["totals"]["unpriced_requests"] == 1
    set_price("unheard-of", "2")
    main(["report", "day", "--json"])
    said = capsys.readouterr()
    assert json.loads(said.out)["totals"]["cost_usd"] == "2.00", said.err


def test_a_price_that_was_changed_counts_for_the_past_when_asked(
    root: Path, capsys: pytest.CaptureFixture[str], set_price: Callable[[str, str], None]
) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(usage=a_usage(input=0, output=1_000_000)))
    main(["report", "day"])
    set_price("claude-opus-5-5", "40")
    capsys.readouterr()
    assert main(["prices", "--reprice"]) == 0
    assert "1 request priced anew" in capsys.readouterr().out
    main(["report", "day", "--json"])
    assert json.loads(capsys.readouterr().out)["totals"]["cost_usd"] == "40.00"


def test_with_a_price_of_one_model_the_others_keep_theirs(
    root: Path, set_price: Callable[[str, str], None]
) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(usage=a_usage(input=0, output=1_000_000)))
    main(["report", "day"])
    set_price("unheard-of", "1")
    with open_ledger(data_dir(), Settings()) as ledger:
        Prices(ledger, data_dir())
        assert ledger.prices.card_for("claude-opus-5-5", NOW_MS, "") is not None


def test_prices_that_could_not_be_read_are_asked_for_at_the_next_start(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> book.Book:
        raise book.CompileError("Prices were not ready.")

    write_log(root, "-home/s-1.jsonl", a_line(model="claude-opus-4-1", usage=a_usage(input=0, output=1000)))
    with monkeypatch.context() as broken:
        broken.setattr(book, "run_compile", fail)
        main(["report", "day", "--json"])
    assert json.loads(capsys.readouterr().out)["totals"]["unpriced_requests"] == 1
    main(["report", "day", "--json"])
    assert json.loads(capsys.readouterr().out)["totals"]["unpriced_requests"] == 0


# -- weight


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "day", "--json"],
        ["report", "session"],
        ["scan", "--json"],
        ["report", "day", "--no-scan"],
        ["--version"],
    ],
)
def test_the_shell_loads_nothing_heavy(root: Path, arguments: list[str]) -> None:
    path = write_log(root, "-home/s-1.jsonl", a_line())
    main(["scan"])
    with path.open("ab") as stream:
        stream.write(a_line(id="msg_2", uuid="u-2", at=NOW_MS + 5) + b"\n")
    code = f"import sys; from tallylight.cli import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=30)
    loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
    assert not loaded & set(HEAVY)


def test_a_closed_pipe_is_no_error(root: Path) -> None:
    write_log(root, "-home/s-1.jsonl", a_line())
    command = f"{shlex.quote(sys.executable)} -m tallylight report day --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=30, check=False)
    assert done.stderr == b""
