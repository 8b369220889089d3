"""Pure decisions about names and payloads."""

import hashlib
import hmac
import re
import unicodedata
from typing import TypeGuard

from features.members.model import Group, GroupState, NotListening
from kernel.ids import GroupId, UserId

_GROUP_PAYLOAD = re.compile(r"g([0-9]{1,18})")
_WIDE = ("W", "F")
_EMOJI_STYLE = "\ufe0f"  # shows nothing by itself
_BLANKS = ("BRAILLE PATTERN BLANK", "HANGUL FILLER", "HALFWIDTH HANGUL FILLER")
_JAMO_BLANKS = ("HANGUL CHOSEONG FILLER", "HANGUL JUNGSEONG FILLER")
_BLANK_LETTERS = frozenset(map(unicodedata.lookup, _BLANKS + _JAMO_BLANKS))  # empty names are made of them


def clean_name(first: str, last: str | None, *, columns: int, fallback: str) -> str:
    """Return a name that is safe to show: no control, format, or direction marks, at most `columns` wide.

    Zero-width and right-to-left marks can hide text or turn a line around; they are dropped. A wide
    character (Chinese) takes two columns. `fallback` stands in for a name with nothing visible.
    """
    joined = unicodedata.normalize("NFC", f"{first} {last or ''}")
    visible = "".join(" " if c.isspace() else c for c in joined if _is_shown(c))
    words = (word.lstrip(_EMOJI_STYLE) for word in visible.split())
    return _cut(" ".join(word for word in words if word), columns) or fallback


def _is_shown(character: str) -> bool:
    if character in _BLANK_LETTERS:
        return False
    return character.isspace() or unicodedata.category(character)[0] not in "CM" or character == _EMOJI_STYLE


def _cut(text: str, columns: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in _WIDE else 1
        if used > columns:
            return text[:index].rstrip() + "…"
    return text


def group_payload(group: GroupId) -> str:
    """Return the Start payload that names a group. It only selects: membership is always checked."""
    return f"g{group}"


def group_of_payload(payload: str) -> GroupId | None:
    """Return the group named by a Start payload, or None."""
    match = _GROUP_PAYLOAD.fullmatch(payload)
    return GroupId(int(match[1])) if match else None


def tombstone(user: UserId, key: str) -> str:
    """Return the keyed hash by which somebody erased is recognised: without `key` it leads to nobody."""
    return hmac.new(key.encode(), str(user).encode(), hashlib.sha256).hexdigest()


def is_listening(group: Group | None) -> TypeGuard[Group]:
    """Tell whether the bot hears and speaks in `group`."""
    return group is not None and group.state is GroupState.ENABLED


def check_listening(group: Group | None) -> Group:
    """Return `group`, or raise NotListening unless it is enabled."""
    if not is_listening(group):
        raise NotListening
    return group
