"""`python -m sandbox`: one line of JSON, served until a signal, a taken port told clearly."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.sandbox.judge import ROOT


@contextmanager
def _program(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_line_serves_and_ends_at_a_signal(number: signal.Signals) -> None:
    with _program("--port", "0") as (process, line):
        assert list(line) == ["base", "token", "group", "user", "control"]
        me = httpx.post(f"{line['base']}{line['token']}/getMe").json()
        member = httpx.post(
            f"{line['base']}{line['token']}/getChatMember",
            json={"chat_id": line["group"], "user_id": line["user"]},
        ).json()
        hello = httpx.post(
            f"{line['base']}{line['token']}/sendMessage", json={"chat_id": line["user"], "text": "hello"}
        ).json()
        pending = httpx.get(f"{line['control']}/pending").json()

        process.send_signal(number)

        assert process.wait(5) == 0
        assert me["result"]["is_bot"] is True
        assert member["result"]["status"] == "member"
        assert hello["ok"] is True
        assert pending["result"] == {"updates": 0}


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        ended = subprocess.run(
            [sys.executable, "-m", "sandbox", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=20,
        )

        assert ended.returncode == 2
        assert ended.stdout == ""
        assert ended.stderr.startswith(f"sandbox: port {port} cannot be used")
        assert ended.stderr.count("\n") == 1
