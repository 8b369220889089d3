"""The command line as an operator meets it: what is wrong is said in one line, with the cure."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from storage import migrate

READY = ("running", "database", "schema", "writer", "telegram")
PLAIN = {key: value for key, value in os.environ.items() if not key.startswith("CAIBOSHI")}


def caiboshi(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=PLAIN | {"PYTHONPATH": str(Path(__file__).parents[2])} | env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["run"], {}, "no bot token: set CAIBOSHI__TELEGRAM__TOKEN"),
        (
            ["run"],
            {"CAIBOSHI__TELEGRAM__TOKEN": "1:x", "CAIBOSHI__TELEGRAM__BASE_URL": "http://127.0.0.1:9/bot"},
            "Telegram cannot be reached at http://127.0.0.1:9/bot",
        ),
        (
            ["run"],
            {"CAIBOSHI__STORAGE__URL": "mysql://a:secret@b/c"},
            "environment variable CAIBOSHI__STORAGE__URL [storage] url = 'mysql:…': expected one",
        ),
        (["run", "--config", "absent.toml"], {}, "absent.toml: no such file; copy config.example.toml there"),
        (["demo"], {"CAIBOSHI__TELEGRAM__TOKEN": "1:x"}, "the demo never uses a real bot: unset"),
        (["demo", "--host", "0.0.0.0"], {}, "the demo is for this machine only"),
        (["demo", "--host", "192.168.1.7"], {}, "the demo is for this machine only"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, words: list[str], env: dict[str, str], said: str
) -> None:
    ended = caiboshi(*words, folder=tmp_path, **env)

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"caiboshi: {said}")
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_a_taken_port_gets_one_line(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = caiboshi(command, "--port", str(port), folder=tmp_path)

    assert ended.returncode == 2
    assert f"port {port} cannot be used (Address already in use); choose another" in ended.stderr.replace(
        ":", ";"
    )
    assert ended.stderr.count("\n") == 1


def test_migrate_makes_the_database_once(tmp_path: Path) -> None:
    first = caiboshi("migrate", folder=tmp_path)
    second = caiboshi("migrate", folder=tmp_path)

    every = ", ".join(migrate.beyond(None))
    assert (first.stdout, second.stdout) == (f"applied: {every}\n", "nothing to do\n")
    assert (tmp_path / "data" / "caiboshi.db").exists()


def test_the_sandbox_alone_prints_one_line_that_a_client_can_use(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True, env=PLAIN
    ) as sandbox:
        assert sandbox.stdout is not None
        line = json.loads(sandbox.stdout.readline())
        me = httpx.get(f"{line['base']}{line['token']}/getMe").json()["result"]
        there = httpx.post(
            f"{line['base']}{line['token']}/getChatMember",
            json={"chat_id": line["group"], "user_id": line["user"]},
        )
        started = httpx.post(
            f"{line['base']}{line['token']}/sendMessage", json={"chat_id": line["user"], "text": "hello"}
        )
        world = httpx.get(f"{line['control']}/world").json()["result"]
        sandbox.send_signal(signal.SIGTERM)

    assert sorted(line) == ["base", "control", "group", "token", "user"]
    assert me["is_bot"] is True
    assert there.json()["result"]["status"] == "member"
    assert started.json()["ok"] is True
    assert [bot["id"] for bot in world["bots"]] == [me["id"]]
    assert sandbox.returncode == 0


def test_a_second_process_on_one_database_is_refused(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True, env=PLAIN
    ) as sandbox:
        assert sandbox.stdout is not None
        line = json.loads(sandbox.stdout.readline())
        env = {
            "CAIBOSHI__TELEGRAM__TOKEN": line["token"],
            "CAIBOSHI__TELEGRAM__BASE_URL": line["base"],
            "CAIBOSHI__STORAGE__URL": f"sqlite:///{tmp_path / 'one.db'}",
            "CAIBOSHI__WEB__PORT": "0",
        }
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], stdout=subprocess.PIPE, text=True, env=PLAIN | env
        ) as first:
            assert first.stdout is not None
            health = first.stdout.readline().split()[-1]

            second = caiboshi("run", folder=tmp_path, **env)
            alive = httpx.get(health).text
            ready = httpx.get(health.replace("healthz", "readyz"))
            metrics = httpx.get(health.replace("healthz", "metrics")).text
            first.send_signal(signal.SIGTERM)
        sandbox.send_signal(signal.SIGTERM)

    assert second.returncode == 2
    assert "one.db is in use by another caiboshi process; stop that one first" in second.stderr
    assert (alive, ready.json()) == ("ok\n", dict.fromkeys(READY, True))
    assert "caiboshi_updates_taken_in_total 0.0\n" in metrics
    assert first.returncode == 0
