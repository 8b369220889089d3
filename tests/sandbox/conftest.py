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
    # Nothing is replaced: the sandbox's own functions run, and the court reads what they return. It listens
    # here because every town of every test comes by; a court handed around would miss those that forget it.
    monkeypatch.setattr(BotApi, "answer", found.answers(BotApi.answer))  # what bots are told
    monkeypatch.setattr("sandbox.courier.push", found.updates(push))  # what webhooks are brought
    monkeypatch.setattr(view, "_messages", found.shown(view._messages))  # what people see
    yield found
    assert found.found == []
