"""What the demo's inspector shows: plain JSON values, with words in every language of the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from bot.runtime import Runtime
from bot.story import Story
from kernel.message import Language, Text
from sandbox.sandbox import Sandbox
from scheduler.jobs import Job
from storage import views
from storage.message_codec import text_from_json

Row = Mapping[str, Any]

_ROWS = 60  # newest rows of each list
_DUE_ROWS = 5  # next rows of each job
_DUE: Mapping[str, Callable[[int], Select[Any]]] = {"growth.points_due": views.points_due_next}


@dataclass(frozen=True, slots=True)
class Panels:
    """Reads the running product, and the sandbox around it."""

    story: Story
    sandbox: Sandbox
    runtime: Runtime

    async def shown(self) -> Mapping[str, object]:
        """Return everything the inspector shows now."""
        now, rows = self.runtime.clock.now(), self.runtime.reader.rows
        return {
            "clock": {
                "now": now.isoformat(),
                "local": now.astimezone(self.story.zone).isoformat(),
                "zone": self.story.zone.key,
            },
            "people": await self._people(),
            "outbox": [self._message(row) for row in await rows(views.outbox_tail(_ROWS))],
            "journal": [self._fact(row) for row in await rows(views.journal_tail(_ROWS))],
            "jobs": [await self._job(job) for job in self.runtime.engine.jobs],
        }

    async def _people(self) -> list[dict[str, object]]:
        rows = self.runtime.reader.rows
        accounts = {row["user_id"]: row for row in await rows(views.standings())}
        states = {row["chat"]: row["state"] for row in await rows(views.group_states())}
        shown = []
        for person in self.story.people:
            standing = self._standing(person, accounts.get(person["id"]), states)
            plain = {key: person[key] for key in ("id", "role", "note_zh", "note_en")}
            key = standing.key.removeprefix("inspector.now_")
            shown.append(plain | {"standing": key, "now": self._says(standing)})
        return shown

    def _standing(self, person: Row, account: Row | None, states: Mapping[int, str]) -> Text:
        """Say how a person stands today, in the one thing that matters most for what they can try."""
        client = self.sandbox.standing(person["id"])
        if runs := self._what_they_run(person, states):
            return runs
        if client["blocked"]:
            return Text("inspector.now_blocked")
        if not client["groups"]:
            return Text("inspector.now_outside")
        if not client["started"]:
            return Text("inspector.now_unstarted")
        if account is None or account["service_consent_at"] is None:
            return Text("inspector.now_unasked")
        if account["expires_on"] is None:
            return Text("inspector.now_no_points")
        return Text("inspector.now_points", {"points": account["points"], "on": account["expires_on"]})

    def _what_they_run(self, person: Row, states: Mapping[int, str]) -> Text | None:
        """Say how a person's bot or group stands; None for who runs neither."""
        if person["role"] == "owner":
            return Text("inspector.now_owner", {"count": sum(state == "asked" for state in states.values())})
        for group in self.story.groups:
            if group["creator"] == person["key"]:
                state = states.get(group["id"])
                if state == "asked":
                    return Text("inspector.now_waits")
                return Text("inspector.now_enabled" if state == "enabled" else "inspector.now_not_enabled")
        return None

    async def _job(self, job: Job) -> dict[str, object]:
        log, next_at = self.runtime.engine.log[job.name], await self.runtime.engine.next_at(job)
        due = _DUE.get(job.name)
        return {
            "name": job.name,
            "says": self._says(Text(f"inspector.job_{job.name.replace('.', '_')}")),
            "next_due": next_at and next_at.isoformat(),
            "last_run": log.last_run and log.last_run.isoformat(),
            "done": log.done,
            "failed": log.failed,
            "due": [self._due(row) for row in await self.runtime.reader.rows(due(_DUE_ROWS))] if due else [],
        }

    def _due(self, row: Row) -> dict[str, object]:
        shown = _plain(row)
        return shown | {"what": self._says(Text(f"inspector.due_{shown.pop('kind')}"))}

    def _message(self, row: Row) -> dict[str, object]:
        shown = _plain(row)
        stored, call, language = shown.pop("text"), shown.pop("call"), Language(shown.pop("language"))
        if stored is None and call is None:
            return shown | {"text_key": None, "says": self._says(Text("inspector.words_gone"))}
        if stored is None:
            return shown | {"text_key": None, "says": self._says(Text(f"inspector.call_{call}"))}
        text = text_from_json(stored)
        sent = self._bare(text, language)  # as it was sent, whatever language the page speaks
        return shown | {"text_key": text.key, "says": {each.value[:2]: sent for each in Language}}

    def _fact(self, row: Row) -> dict[str, object]:
        action = str(row["action"]).replace(".", "_")
        params = row["params"].items()
        return _plain(row) | {
            "says": self._says(Text(f"inspector.journal_{action}")),
            "chips": [self._chip(name, value) for name, value in params if value is not None],
        }

    def _chip(self, name: str, value: int | str) -> dict[str, str]:
        """Put a parameter into words: the text of this value, of this name, or both as they are."""
        known = self.runtime.catalog.texts[Language.ZH_CN]
        key = f"inspector.param_{name}_{value}"
        if key not in known:
            key = f"inspector.param_{name}"
        if key not in known:
            return {language.value[:2]: f"{name} {value}" for language in Language}
        return self._says(Text(key, {"value": value}))

    def _says(self, text: Text) -> dict[str, str]:
        """Return what a text says in each language of the page."""
        return {language.value[:2]: self._bare(text, language) for language in Language}

    def _bare(self, text: Text, language: Language) -> str:
        return self.runtime.catalog.plain(text, language).strip()


def _plain(row: Row) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
