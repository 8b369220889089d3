"""Where a name or a door may stand in a text, and how far it goes."""

import re
from collections.abc import Sequence

from features.jielong import people
from features.jielong.known import Known
from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.tokens import (
    ADDR,
    COUNT,
    LISTED,
    MARKS,
    NAME,
    PRICE,
    QTY,
    RANGE,
    SPACE,
    SPEC,
    TEL,
    TIME,
    Token,
)

_SINGLE = 1
_DOOR = re.compile(r"(?<!\d)\d{3,4}(?![\d.:%])", re.ASCII)
_NEUTRAL = frozenset({"text", "other", "plain"})
_SEPARATORS = frozenset({"line", "comma", "end", "mark", "open", "close", "colon", "dash", "at", "join"})
_CHANGES = frozenset({"add", "sub", "set", "swap", "remove", "decline", "spare", "not", "correct"})
_WISHES = frozenset({"verb", "please", "give", "copy", "alike", "history", "each", "all"})
_ACTS = _CHANGES | _WISHES | {"paid", "past", "complaint", "ask", FOOD, "stock"}
_BEFORE_NAME = (_SEPARATORS - {"mark"}) | {SPACE, "give", LISTED, ADDR, TEL, "self"}
_AFTER_NAME = (
    _SEPARATORS
    | _CHANGES - {"correct"}
    | _WISHES
    | {"both", GOOD, FOOD, CODE, "done", "paid", "polite", "self", "adjective", "past", "stock", "proxy"}
    | {QTY, RANGE, ADDR, TEL, "filler"}
)
_NO_NICKNAME = (_WISHES - {"each", "all", "give"}) | {
    QTY, RANGE, PRICE, TIME, SPEC, COUNT, FOOD, ADDR,
    "decline", "spare", "set", "remove", "complaint", "stock",
}  # fmt: skip


class Naming:
    """Finds names in one text; `tokens` are those cut so far."""

    def __init__(self, text: str, lexicon: Lexicon, known: Known, tokens: Sequence[Token]) -> None:
        self._text = text
        self._lexicon = lexicon
        self._known = known
        self._tokens = tokens

    def named(self, place: int) -> Token | None:
        """Return the name that begins at `place`, where one may."""
        end = self.name(place) if self._may_be_name(place) else None
        return Token(NAME, place, end) if end else None

    def _may_be_name(self, place: int) -> bool:
        if not self._tokens or self._tokens[-1].kind in _BEFORE_NAME:
            return True
        last = self._tokens[-1]
        if last.kind == QTY and last.held.unit and last.end == place:
            return True
        return (
            len(self._tokens) > 1
            and self._text[last.start : last.end] == self._lexicon.manners.of
            and self._tokens[-2].kind == ADDR
        )

    def name(self, place: int) -> int | None:
        """Return where a name ends that begins at `place`, None if none does."""
        names = self._lexicon.manners.names
        if self._is_word(place):
            return None
        last = self._tokens[-1].kind if self._tokens else ""
        if last == QTY:
            return self._sure_before_goods(place)
        if last in (LISTED, ADDR, "at", "dash") and (whole := self._nickname(place, is_whole=True)):
            return whole
        found = names.at(self._text, place, self._ends_name)
        if found and last != "give" and names.kin.fullmatch(self._text, place, found):
            found = None
        return self._nickname(place) if found is None and last in (LISTED, ADDR, "at") else found

    def _is_word(self, place: int) -> bool:
        """Tell whether goods or an ordinary word begin here, and no longer name that is sure."""
        word = self._known.word(place)
        if not word or (
            word.kind not in (GOOD, CODE) and (word.end - place <= _SINGLE or word.kind in _NEUTRAL)
        ):
            return False
        sure = self._lexicon.manners.names.sure.match(self._text, place)
        return word.kind in (GOOD, CODE) or not sure or sure.end() <= word.end

    def door(self, place: int) -> Token | None:
        """Return a bare house number: three or four figures beside a name, or before or behind goods."""
        found = _DOOR.match(self._text, place) if self._may_be_name(place) else None
        if not found:
            return None
        end = found.end()
        if self._known.has_unit(end + (self._text[end : end + 1] == " ")):
            return None
        return Token(ADDR, place, end) if self._is_apart(end) or self._is_of_somebody(end) else None

    def _is_apart(self, end: int) -> bool:
        last = next((each for each in reversed(self._tokens) if each.kind != SPACE), None)
        begins_or_ends = last is None or last.kind in ("line", LISTED, QTY, NAME)
        return begins_or_ends and self._text[end : end + 1] in ("", "\n", " ")

    def _is_of_somebody(self, end: int) -> bool:
        rest = end + (self._text[end : end + 1] == " ")
        rest += self._text[rest : rest + 1] == self._lexicon.manners.of
        names = self._lexicon.manners.names
        return rest < len(self._text) and names.at(self._text, rest, self._ends_name) is not None

    def _sure_before_goods(self, place: int) -> int | None:
        """A name right behind a quantity is one only where goods follow it."""
        found = self._lexicon.manners.names.sure.match(self._text, place)
        after = self._known.word(found.end()) if found and found.end() < len(self._text) else None
        return found.end() if found and after and after.kind == GOOD else None

    def _ends_name(self, place: int) -> bool:
        """Tell whether what stands at `place` may follow a name."""
        if place >= len(self._text):
            return True
        if self._text[place] in " \t\n":
            return True
        token = self._known.known(place)
        if token is None:
            return self._text[place] in MARKS
        return token.kind in _AFTER_NAME

    def _nickname(self, place: int, *, is_whole: bool = False) -> int | None:
        """After a list number or an address, whatever stands alone before goods is a name."""
        end = people.chunk(self._text, place)
        if is_whole and (self._text[end : end + 1] not in (" ", ":", "\n") or self._acts_inside(place, end)):
            return None
        if (
            end == place
            or self._text[place] in MARKS
            or self._lexicon.manners.names.never.match(self._text, place)
        ):
            return None
        if self._tokens[-1].kind == ADDR and self._lexicon.manners.names.never.search(self._text, place, end):
            return None
        cut = next((at for at in range(place, end) if self._known.begins_goods(at)), end)
        token = self._known.known(place)
        is_numeral = (
            token
            and token.kind == QTY
            and not token.held.unit
            and token.end < cut
            and is_whole
            and self._tokens[-1].kind == LISTED
        )
        if cut == place or (token and token.kind in _NO_NICKNAME and not is_numeral):
            return None
        return self._without_verb(place, cut)

    def _acts_inside(self, place: int, end: int) -> bool:
        """Tell whether goods, or a word of ordering longer than one character, stand in a stretch."""
        for at in range(place, end):
            word = self._known.word(at)
            if (
                word
                and (word.kind in _ACTS or word.kind == GOOD)
                and (word.end - at > _SINGLE or word.end == end)
            ):
                return True
        return False

    def _without_verb(self, place: int, cut: int) -> int:
        """Cut off an ordering word between a nickname and goods or a figure."""
        for start in range(max(cut - 2, place + 1), cut):
            word = self._known.word(start)
            if word and word.kind in ("verb", "please") and word.end == cut:
                return start
        return cut
