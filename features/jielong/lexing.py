"""From a plain text to tokens: goods, quantities, people, places, and what words say."""

import re
from fractions import Fraction
from typing import Any

from features.jielong import people
from features.jielong.known import Known
from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.naming import Naming
from features.jielong.plain import Plain
from features.jielong.tokens import ADDR, LISTED, MARKS, NAME, QTY, RANGE, SPACE, TEXT, Qty, Token

_SINGLE = 1
_SPACES = re.compile(r"[ \t\f\v\x1c-\x1f\x85\xa0]+")
_LISTED = re.compile(
    r"[ \t]*(?:\(\s*\d{1,3}\s*\)|no\.?\s*\d{1,3}[.:]?"
    r"|#?\d{1,3}\s*[.)&:,](?!\d{2}(?!\d)|\d+\s*:)|\d{1,3}\.(?=\d{2,4}\b))[ \t]*",
    re.ASCII,
)
_NUMBERED = re.compile(r"[ \t]*\d{1,3}[ \t]+(?=[^\d\s+*x\-.,/])", re.ASCII)
_POINTED = re.compile(r"(?m)^\s*\d{1,3}\.", re.ASCII)
_DOOR_FIGURES, _FEW_POINTS = 3, 2


class Lexer:
    """Cuts one text."""

    def __init__(self, source: Plain, lexicon: Lexicon) -> None:
        self._text = source.text
        self._lexicon = lexicon
        self._tokens: list[Token] = []
        self._known = Known(source.text, lexicon, self._tokens)
        self._naming = Naming(source.text, lexicon, self._known, self._tokens)
        self._has_list = False

    def tokens(self) -> list[Token]:
        """Return the tokens in order; together they cover the text, without gaps but spaces."""
        place, text = 0, self._text
        while place < len(text):
            if place == 0 or text[place - 1] == "\n":
                place = self._list_number(place)
                if place >= len(text):
                    break
            place = self._next(place)
        return self._tokens

    def _next(self, place: int) -> int:
        first = self._text[place]
        if first in " \t":
            return self._space(place)
        found = self._unusual(place)
        if found:
            self._tokens.append(found)
            return found.end
        token = self._known.known(place)
        if token:
            return self._keep(token)
        return self._put(MARKS[first], place, place + 1) if first in MARKS else self._unknown(place)

    def _unusual(self, place: int) -> Token | None:
        """Return what a look-up alone does not find: slips, a unit without a number, a name, a door."""
        return (
            self._misheard(place)
            or self._spaced(place)
            or self._one_of(place)
            or self._naming.named(place)
            or self._naming.door(place)
        )

    def _one_of(self, place: int) -> Token | None:
        """Return a unit that stands for one of it: bring [box] strawberries."""
        last = self._tokens[-1] if self._tokens else None
        if not last or last.end != place or last.kind not in ("verb", "please", "add"):
            return None
        for length in (2, 1):
            end = place + length
            if self._text[place:end] in self._lexicon.units and self._is_one(end):
                unit = self._text[place:end]
                is_any = unit in self._lexicon.manners.common and self._ends_goods(end)
                return Token(QTY, place, end, Qty(Fraction(1), None if is_any else unit))
        return None

    def _is_one(self, place: int) -> bool:
        """Tell whether goods without a quantity behind them begin at `place`."""
        goods = self._known.word(place) if self._known.begins_goods(place) else None
        after = self._known.known(goods.end) if goods and goods.end < len(self._text) else None
        return goods is not None and (after is None or after.kind not in (QTY, RANGE))

    def _ends_goods(self, place: int) -> bool:
        """Tell whether something known, or nothing, follows the goods at `place`."""
        goods = self._known.word(place)
        end = goods.end if goods else place
        return end >= len(self._text) or self._text[end] in MARKS or bool(self._known.known(end))

    def _keep(self, token: Token) -> int:
        """Keep a token, unless it begins with a word of giving and somebody's name follows that word."""
        giving = self._lexicon.words.get(self._text[token.start])
        if giving and giving.category == "give" and token.kind != GOOD:
            end = self._naming.name(token.start + 1) if token.start + 1 < len(self._text) else None
            if end and end >= token.end:
                self._put("give", token.start, token.start + 1)
                return self._put(NAME, token.start + 1, end)
        self._tokens.append(token)
        return token.end

    def _space(self, place: int) -> int:
        found = _SPACES.match(self._text, place)
        return self._put(SPACE, place, found.end() if found else place + 1)

    def _put(self, kind: str, start: int, end: int, held: Any = None) -> int:
        self._tokens.append(Token(kind, start, end, held))
        return end

    def _spaced(self, place: int) -> Token | None:
        """Return the goods whose name is typed with a space between each two characters."""
        text, words = self._text, self._lexicon.words
        if text[place + 1 : place + 2] != " ":
            return None
        for length in self._lexicon.lengths.get(text[place], ()):
            end = place + 2 * length - 1
            entry = words.get(text[place:end:2]) if length > 1 else None
            if entry and entry.category == GOOD and set(text[place + 1 : end : 2]) == {" "}:
                return Token(GOOD, place, end, entry.skus)
        return None

    def _unknown(self, place: int) -> int:
        end = place + 1
        if self._text[place].isascii() and self._text[place].isalnum():
            end = max(end, people.latin(self._text, place))
        last = self._tokens[-1] if self._tokens else None
        if last and last.kind == TEXT and last.end == place:
            self._tokens[-1] = Token(TEXT, last.start, end)
            return end
        return self._put(TEXT, place, end)

    def _list_number(self, place: int) -> int:
        found = _LISTED.match(self._text, place)
        if not found and (found := _NUMBERED.match(self._text, place)):
            after = self._known.known(found.end())
            if self._known.has_unit(found.end()) or (
                after and after.kind in (GOOD, CODE, FOOD) and not self._has_list
            ):
                found = None
        if not found or self._is_quantity(found.end()):
            return place
        self._has_list = True
        return self._put(LISTED, place, found.end())

    def _is_quantity(self, end: int) -> bool:
        """Tell whether a figure at the beginning counts what follows, or is its price: 1.5 of it."""
        text = self._text
        if text[end - 1] != "." or not text[end : end + 1].isdigit() or self._has_list:
            return False
        is_door = text[end : end + 3].isdigit() and len(text[end : end + 3]) == _DOOR_FIGURES
        token = None if is_door else self._known.known(end)
        is_door = is_door or (token is not None and token.kind == ADDR)
        return not is_door and len(_POINTED.findall(text)) < _FEW_POINTS

    def _misheard(self, place: int) -> Token | None:
        """Return the goods that sound like what is typed, where a quantity stands at its side."""
        if not self._lexicon.ear.may_begin(self._text[place]):
            return None
        word = self._known.word(place)
        known = word.end - place if word else 0
        if word and (word.kind == GOOD or (known > _SINGLE and word.kind != FOOD)):
            return None
        for length in self._lexicon.ear.lengths:
            if length <= known:
                return None
            typed = self._text[place : place + length]
            heard = self._lexicon.ear.heard(typed) if len(typed) == length else None
            if heard and self._counts_beside(place, place + length, is_alike=heard[1]):
                return Token(GOOD, place, place + length, self._lexicon.words[heard[0]].skus)
        return None

    def _counts_beside(self, start: int, end: int, *, is_alike: bool) -> bool:
        last = self._tokens[-1] if self._tokens else None
        before = last is not None and last.kind in (QTY, "verb", "please") and last.end == start and is_alike
        after = (
            self._known.known(end + (self._text[end : end + 1] in (" ", "+", "*", ":")))
            if end < len(self._text) - 1
            else None
        )
        follows = (
            after is not None and after.kind in (QTY, RANGE) and (is_alike or after.held.unit is not None)
        )
        alone = last is None or last.end < start or last.kind not in (TEXT, NAME)
        return before or (follows and alone)
