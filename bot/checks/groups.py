"""The enabled groups: does the bot hear them, and may it do there what it must?"""

from collections.abc import Sequence
from http import HTTPStatus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.checks.asking import Asker, Trouble, Unreachable
from bot.checks.finding import Check, Finding, good, skipped, wrong
from bot.checks.telegram import Json
from kernel.message import Param, Text
from storage.look import EnabledGroup

HEARING = (Check.PRIVACY, Check.RIGHTS)
_ADMINISTRATORS = ("creator", "administrator")
_MEMBERS = ("member", "restricted")
_ABOUT_THE_GROUP = (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)
_OUTSIDE = ("left", "kicked")


async def hearing(asker: Asker, token: str, me: Json, groups: Sequence[EnabledGroup] | None) -> list[Finding]:
    """Look at privacy mode, and at the bot's standing in each enabled group; None: they cannot be read."""
    if not groups:
        return [skipped(check, _no_groups(groups)) for check in HEARING]
    standings = [(group, await _standing(asker, token, me.get("id", 0), group)) for group in groups]
    is_private = not me.get("can_read_all_group_messages", False)
    deaf = [group for group, standing in standings if is_private and standing in _MEMBERS]
    return [
        _privacy(is_private=is_private, deaf=deaf),
        *(_rights(group, standing, is_deaf=group in deaf) for group, standing in standings),
    ]


async def _standing(asker: Asker, token: str, bot: int, group: EnabledGroup) -> str:
    """Return the bot's status in a group, or what Telegram said instead. Raises Unreachable."""
    answer = await asker.ask(token, "getChatMember", chat_id=group.chat, user_id=bot)
    if answer.code not in _ABOUT_THE_GROUP:
        raise Unreachable(Trouble.OTHER, f"{answer.code} {answer.said}")
    return str(answer.result.get("status", "") if answer.result else answer.said)


def _privacy(*, is_private: bool, deaf: Sequence[EnabledGroup]) -> Finding:
    if deaf:
        names = ", ".join(group.title for group in deaf)
        return wrong(Check.PRIVACY, Text("doctor.privacy_deaf", {"groups": names}))
    return good(Check.PRIVACY, Text("doctor.privacy_on" if is_private else "doctor.privacy_off"))


def _rights(group: EnabledGroup, standing: str, *, is_deaf: bool) -> Finding:
    named: dict[str, Param] = {"group": group.title, "chat": group.chat}
    if standing in _ADMINISTRATORS:
        return good(Check.RIGHTS, Text("doctor.rights_good", named))
    if is_deaf:
        return skipped(Check.RIGHTS, Text("doctor.rights_deaf", named))
    if standing in _MEMBERS:
        return wrong(Check.RIGHTS, Text("doctor.rights_member", named))
    if standing in _OUTSIDE:
        return wrong(Check.RIGHTS, Text("doctor.rights_outside", named))
    return wrong(Check.RIGHTS, Text("doctor.rights_unknown", named | {"reason": standing}))


def _no_groups(groups: Sequence[EnabledGroup] | None) -> Text:
    return Text("doctor.not_read" if groups is None else "doctor.groups_none")


def zones(groups: Sequence[EnabledGroup] | None) -> Finding:
    """Look whether this machine knows the time zone of every enabled group."""
    if not groups:
        return skipped(Check.ZONES, _no_groups(groups))
    unknown = [group for group in groups if not _is_known(group.zone)]
    if unknown:
        where = {"group": unknown[0].title, "zone": unknown[0].zone}
        return wrong(Check.ZONES, Text("doctor.zones_unknown", where))
    return good(Check.ZONES, Text("doctor.zones_good"))


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True
