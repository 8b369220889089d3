"""The table of storage.md §3.2: what Telegram or the network answers, and what becomes of a message.

Of every message: the state it ends in, how often Telegram carried it out, how many attempts counted.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from bot.wire import Patience
from kernel.ids import ChatId, MessageId
from kernel.message import Call, Kind, MessageClass, Outgoing, Text
from storage.uow import SqlUow
from tests.world import IMPATIENT, World

Ends = tuple[str, int, int]  # state, times carried out, attempts
KINDS = ("answer", "notice", "receipt", "edit", "call")
METHODS = {"edit": "editMessageText", "call": "getChatAdministrators"}
WELL: Ends = ("sent", 1, 1)
REFUSED: Ends = ("failed", 0, 1)


def all_kinds(ends: Ends) -> dict[str, Ends]:
    return dict.fromkeys(KINDS, ends)


def ambiguous(carried_out: int, *, edits: int) -> dict[str, Ends]:
    """What may have arrived is parked, and what is harmless twice is done again."""
    parked, again = ("unknown", carried_out, 1), ("sent", carried_out + 1, 2)
    return {"answer": parked, "notice": parked, "receipt": again, "edit": ("sent", edits, 2), "call": again}


@dataclass(frozen=True)
class Case:
    name: str
    ends: dict[str, Ends]
    fault: dict[str, Any] = field(default_factory=dict)
    place: str = "usual"
    waits: float = 0.0  # at least so many seconds by the clock of the pace


CASES = (
    Case("200", all_kinds(WELL)),
    *(
        Case(
            f"429 for {seconds} s", all_kinds(WELL), {"kind": "flood", "retry_after": seconds}, waits=seconds
        )
        for seconds in (1, 35, 600)
    ),
    Case("429 three times", all_kinds(WELL), {"kind": "flood", "retry_after": 7, "times": 3}, waits=21),
    Case("403", all_kinds(REFUSED), place="closed"),
    Case("400", all_kinds(REFUSED), place="nowhere"),
    Case("chat moved", all_kinds(WELL), place="moved"),
    Case("dropped before", ambiguous(0, edits=1), {"kind": "drop"}),
    # of an edit that arrived, the second try changes nothing, which Telegram refuses and we take as done
    Case("dropped after", ambiguous(1, edits=1), {"kind": "drop_after"}),
    Case("reset in the answer", ambiguous(1, edits=1), {"kind": "reset"}),
    Case("another page answers", ambiguous(1, edits=1), {"kind": "garbage"}),
    Case("502", ambiguous(0, edits=1), {"kind": "status", "status": 502}),
    Case("hangs, then 504", ambiguous(0, edits=1), {"kind": "hang", "seconds": 0.1}),
    Case("hangs too long", ambiguous(0, edits=1), {"kind": "hang", "seconds": 600}),
    Case("slow", all_kinds(WELL), {"kind": "slow", "seconds": 0.2}),
    Case("stale connections", ambiguous(0, edits=1), {"kind": "stale"}),
    Case(
        "502 for ever",
        {
            "answer": ("unknown", 0, 1),
            "notice": ("unknown", 0, 1),
            "receipt": ("unknown", 0, 2),
            "edit": ("failed", 0, 8),
            "call": ("failed", 0, 8),
        },
        {"kind": "status", "status": 502, "times": 100},
    ),
)


@pytest.fixture
def patience() -> Patience:
    """Less than the product's own: every kind of message meets a Telegram that hangs."""
    return IMPATIENT


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_every_kind_of_message_ends_as_the_table_says(town: World, case: Case) -> None:
    chats, target = await _place(town, case.place)
    found = {}
    for number, kind in enumerate(KINDS):
        method = METHODS.get(kind, "sendMessage")
        await _arrange(town, method, case.fault)
        found[kind] = await _ends(town, _message(kind, chats[kind], number, target), case.waits)
        town.sandbox.clear_faults()
    assert found == case.ends


async def _ends(world: World, message: Outgoing, waits: float) -> Ends:
    """Let a message leave and return what became of it."""
    seen, monotonic = len(world.sandbox.calls()), world.runtime.monotonic
    began, row = monotonic.seconds(), await _put(world, message)
    await world.settle()
    assert monotonic.seconds() - began >= waits
    carried_out = [call for call in world.sandbox.calls()[seen:] if call["ok"] and _is_of(message, call)]
    ((state, attempts),) = world.rows("SELECT state, attempts FROM outbox WHERE id = ?", row)
    return state, len(carried_out), attempts


def _is_of(message: Outgoing, call: dict[str, Any]) -> bool:
    if message.text is None:
        return bool(call["method"] == METHODS["call"])
    return str(message.text.params["points"]) in call["params"].get("text", "")


async def _put(world: World, message: Outgoing) -> int:
    def unit(uow: SqlUow) -> int:
        uow.outbox.put(message)
        return int(uow.connection.exec_driver_sql("SELECT max(id) FROM outbox").scalar_one())

    return await world.runtime.db.run(unit)


def _message(kind: str, chat: int, number: int, target: int) -> Outgoing:
    """Return a message that can be told apart by its number of points."""
    if kind == "call":
        return Outgoing(Kind.CALL, ChatId(chat), MessageClass.UPKEEP, call=Call.ADMINISTRATORS)
    text = Text("growth.expiring", {"points": 700 + number, "on": date(2027, 1, 31)})
    if kind == "edit":
        own = MessageId(target)
        return Outgoing(Kind.EDIT, ChatId(chat), MessageClass.ANSWER, text=text, message=own)
    return Outgoing(Kind.SEND, ChatId(chat), MessageClass(kind), text=text)


async def _arrange(world: World, method: str, fault: dict[str, Any]) -> None:
    if fault.get("kind") != "stale":
        if fault:
            world.sandbox.fault(**{"method": method, **fault})
        return
    wire = world.runtime.wires[0]
    await wire.shutdown()  # so that there is one connection, and the message goes over it
    await wire.initialize()
    world.sandbox.fault("stale", method="getMe")
    await world.runtime.bot.get_me()


async def _place(world: World, place: str) -> tuple[dict[str, int], int]:
    """Return the chat for each kind, and the message there that can be edited."""
    if place == "moved":
        leader = await world.person("林姐")
        group = int(world.sandbox.add_group("老群", leader, kind="group")["id"])
        await world.does(leader, "add", chat=group, user=world.bot)
        await world.does(leader, "promote", chat=group, user=world.bot)
        target = await _said(world, group)
        await world.does(leader, "migrate", chat=group)
        return dict.fromkeys(KINDS, group), target
    group = await world.opens_group()
    member = await world.member()
    if place == "nowhere":
        return dict.fromkeys(KINDS, 424242) | {"call": -100424242}, 5
    target = await _said(world, member)
    if place == "closed":
        await world.does(member, "block")
        await world.does(world.leader, "kick", chat=group, user=world.bot)
    return dict.fromkeys(KINDS, member) | {"call": group}, target


async def _said(world: World, chat: int) -> int:
    row = await _put(world, _message("notice", chat, 999, 0))
    await world.settle()
    ((message,),) = world.rows("SELECT sent_message FROM outbox WHERE id = ?", row)
    return int(message)
