"""The world `caiboshi sandbox` starts with, read from data/world.toml."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from sandbox.sandbox import Sandbox
from sandbox.witness import Witness


@dataclass(frozen=True, slots=True)
class Seeded:
    """A sandbox with somebody in it: one bot, one supergroup, its owner and members."""

    sandbox: Sandbox
    token: str
    bot: int
    group: int
    owner: int
    user: int
    members: tuple[int, ...]


def seeded(
    *,
    seed: int = 1,
    start: datetime | None = None,
    frozen: bool = False,
    pace: float = 1.0,
    witness: Witness | None = None,
) -> Seeded:
    """Build the seeded world, with no update waiting: `user` pressed Start long ago."""
    plan = tomllib.loads(files("sandbox").joinpath("data/world.toml").read_text("utf-8"))
    sandbox = Sandbox(seed=seed, start=start, frozen=frozen, pace=pace, witness=witness)
    bot = sandbox.add_bot(**plan["bot"])
    owner = sandbox.add_user(**plan["owner"])["id"]
    group = sandbox.add_group(plan["group"]["title"], owner)["id"]
    sandbox.act(owner, "promote", chat=group, user=bot["id"])
    members = tuple(sandbox.add_user(**person)["id"] for person in plan["member"])
    for member in members:
        sandbox.act(member, "join", chat=group)
    sandbox.settle(started=members[:1])
    return Seeded(sandbox, bot["token"], bot["id"], group, owner, members[0], members)
