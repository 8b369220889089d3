"""Every test of the sandbox is also a trial of all that the sandbox says in it."""

from collections.abc import Iterator

import pytest

from sandbox import view
from sandbox.botapi import BotApi
from sandbox.push import push
from tests.sandbox.court import Court


@pytest.fixture(autouse=True)
def court(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    """Judge every answer, every update and every message shown; a test with an objection has failed."""
    found = Court()
    # Nothing is replaced: the sandbox's own functions run, and the court reads what they return.
    monkeypatch.setattr(BotApi, "answer", found.answers(BotApi.answer))
    monkeypatch.setattr("sandbox.courier.push", found.updates(push))
    monkeypatch.setattr(view, "_messages", found.shown(view._messages))
    yield found
    assert found.found == []
