"""From a plain text to tokens: goods, quantities, people, places, and what words say."""

import re
from fractions import Fraction
from typing import Any, NamedTuple

from features.jielong import people
from features.jielong.lexicon import CODE, FOOD, GOOD, Entry, Lexicon
from features.jielong.plain import Plain

_SPACES = re.compile(r"[ \t\f\v\x1c-\x1f\x85\xa0]+")
_LISTED = re.compile(
    r"[ \t]*(?:\(\s*\d{1,3}\s*\)|no\.?\s*\d{1,3}[.:]?|#?\d{1,3}\s*[.)&:](?!\d{2}(?!\d)|\d+\s*:)|\d{1,3}\.(?=\d{2,4}\b))[ \t]*",
    re.ASCII,
)
_NUMBERED = re.compile(r"[ \t]*\d{1,3}[ \t]+(?=[^\d\s+*x\-.,/])", re.ASCII)
_DOOR = re.compile(r"(?<!\d)(?P<figures>[a-z]?\d{3,4})(?![\d.:%])\s?", re.ASCII)
_BROKEN = {"\n": "line", ",": "comma", ";": "comma", ".": "end", "!": "end", "?": "ask", "(": "open", ")": "close",
           ":": "colon", "&": "join", "/": "join", "-": "dash", "~": "filler", "@": "at", "=": "colon", "#": "filler", "+": "join", "*": "filler", "<": "open", ">": "colon", "^": "filler"}  # fmt: skip
_SINGLE = 1
NAME, ADDR, TEL, QTY, RANGE, PRICE, TIME, COUNT, SPEC, TEXT = (
    "name", "addr", "tel", "qty", "range", "price", "time", "count", "spec", "text",
)  # fmt: skip
LISTED, SPACE = "listed", "space"
_BEFORE_NAME = frozenset({"line", "comma", "end", "open", "close", "space", "colon", "give", LISTED, ADDR, TEL, "at", "join", "dash", "self"})  # fmt: skip
_AFTER_NAME = frozenset({GOOD, FOOD, CODE, "verb", "please", "decline", "done", "colon", "comma", "line", "end", "open", "close", "dash", "at", "add", "sub",
                         "set", "remove", "not", "give", "copy", "history", "each", "all", "join", "paid", "polite", "self", "adjective", "swap"})  # fmt: skip


class Qty(NamedTuple):
    """A quantity as typed: None for the number where it is a range or vague."""

    number: Fraction | None
    unit: str | None
    is_signed: bool = False
    half: bool = False


class Token(NamedTuple):
    """A piece of the plain text: what it is, where it stands, what it holds."""

    kind: str
    start: int
    end: int
    held: Any = None


class Lexer:
    """Cuts one text. Everything after the first look-up is a longest match."""

    def __init__(self, source: Plain, lexicon: Lexicon) -> None:
        self._text = source.text
        self._lexicon = lexicon
        self._tokens: list[Token] = []
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
        text = self._text
        first = text[place]
        if first == " " or first == "\t":
            return self._space(place)
        if self._may_be_name():
            end = self._name(place)
            if end:
                return self._put(NAME, place, end)
        door = self._door(place) if first.isdigit() else None
        if door:
            return self._put(ADDR, place, door)
        token = self._known(place)
        if token:
            return self._keep(token)
        if first in _BROKEN:
            return self._put(_BROKEN[first], place, place + 1)
        return self._unknown(place)

    def _keep(self, token: Token) -> int:
        """Keep a token, unless it begins with a word of giving and somebody's name follows that word."""
        giving = self._lexicon.words.get(self._text[token.start])
        if giving and giving.category == "give" and token.kind != GOOD:
            end = self._name(token.start + 1) if token.start + 1 < len(self._text) else None
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

    def _unknown(self, place: int) -> int:
        end = place + 1
        if self._text[place].isascii() and self._text[place].isalnum():
            end = max(end, people.latin(self._text, place))
        misheard = self._misheard(place)
        if misheard:
            return self._put(GOOD, place, misheard.end, misheard.held)
        last = self._tokens[-1] if self._tokens else None
        if last and last.kind == TEXT and last.end == place:
            self._tokens[-1] = Token(TEXT, last.start, end)
            return end
        return self._put(TEXT, place, end)

    def _list_number(self, place: int) -> int:
        found = _LISTED.match(self._text, place)
        if not found and (found := _NUMBERED.match(self._text, place)):
            after = self._known(found.end())
            if self._has_unit(found.end()) or (after and after.kind in (GOOD, CODE, FOOD) and not self._has_list):
                found = None
        if not found or self._is_quantity(place, found.end()):
            return place
        self._has_list = True
        return self._put(LISTED, place, found.end())

    def _has_unit(self, place: int) -> bool:
        text = self._text
        return any(text.startswith(unit, place) for unit in self._lexicon.units)

    def _is_quantity(self, place: int, end: int) -> bool:
        """Tell whether a figure at the beginning counts what follows: 1.5 of something."""
        figure = self._text[place:end]
        return "." in figure and end < len(self._text) and self._text[end].isdigit() and not self._has_list and self._decimal(end)

    def _decimal(self, place: int) -> bool:
        end = place
        while end < len(self._text) and self._text[end].isdigit():
            end += 1
        return end - place == 1 and self._has_unit(end)

    # ---- words and figures

    def _known(self, place: int) -> Token | None:
        word = self._word(place)
        figure = self._figure(place) if self._text[place] in self._lexicon.figure_starts else None
        if figure and (not word or figure.end > word.end or (word.kind != GOOD and figure.kind == QTY and word.end - place == 1)):
            return figure
        return word

    def _word(self, place: int) -> Token | None:
        text, words = self._text, self._lexicon.words
        for length in self._lexicon.lengths.get(text[place], ()):
            entry = words.get(text[place : place + length])
            if entry and place + length <= len(text) and self._stands(entry, place, place + length):
                return Token(entry.category, place, place + length, entry.skus or None)
        return None

    def _stands(self, entry: Entry, start: int, end: int) -> bool:
        """Tell whether Latin letters stand for themselves here, and a code is not a part of something longer."""
        text = self._text
        if not text[start].isascii():
            return True
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if before.isascii() and before.isalnum() and entry.category != GOOD:
            return before.isdigit() and bool(self._tokens) and self._tokens[-1].kind == QTY and not after.isalpha()
        if after.isascii() and (after.isalpha() or (after.isdigit() and text[end - 1].isdigit())):
            return False
        return True

    def _figure(self, place: int) -> Token | None:
        found = self._lexicon.figures.match(self._text, place)
        if not found:
            return None
        kind = str(found.lastgroup)
        kind = kind if kind.startswith("k_") else next(name for name, value in found.groupdict().items() if value and name.startswith("k_"))
        return self._made(kind[2:], found)

    def _made(self, kind: str, found: re.Match[str]) -> Token | None:
        start, end = found.span()
        if kind == "qty":
            return self._quantity(found)
        if kind == "range":
            return self._ranged(found)
        if kind == "item_no":
            number = self._lexicon.manners.numerals.read(found["no"])
            skus = self._lexicon.numbers.get(int(number), ()) if number is not None else ()
            return Token(CODE if skus else FOOD, start, end, skus or None)
        if kind == "tel":
            return Token(TEL, start, end, found["t1"] or found["t2"] or found["t3"])
        return Token(kind, start, end) if end > start else None

    def _quantity(self, found: re.Match[str]) -> Token | None:
        number = self._lexicon.manners.numerals.read(found["num"])
        if number is None or (found["unit"] is None and found["num"] == self._lexicon.manners.numerals.half):
            return None
        end = found.end()
        if found["tail"]:
            return Token(SPEC, found.start(), end)
        unit = found["unit"]
        if unit and unit[-1].isascii() and end < len(self._text) and self._text[end : end + 1].isascii() and self._text[end].isalpha():
            unit, end = None, found.end("num")
        return Token(QTY, found.start(), end, Qty(number, unit, bool(found["pre"]), bool(found["half"])))

    def _ranged(self, found: re.Match[str]) -> Token | None:
        unit = found["ru"] or found["tu"]
        read = self._lexicon.manners.numerals.read
        if found["low"]:
            low, high = read(found["low"]), read(found["high"])
            if low is None or high is None or low >= high:
                return None
        return Token(RANGE, found.start(), found.end(), Qty(None, unit))

    def _misheard(self, place: int) -> Token | None:
        """Return the goods that sound like what is typed, where a quantity stands at its side."""
        for length in self._lexicon.ear.lengths:
            typed = self._text[place : place + length]
            heard = self._lexicon.ear.heard(typed) if len(typed) == length else None
            if heard and self._counts_beside(place, place + length, is_alike=heard[1]):
                return Token(GOOD, place, place + length, self._lexicon.words[heard[0]].skus)
        return None

    def _counts_beside(self, start: int, end: int, *, is_alike: bool) -> bool:
        last = self._tokens[-1] if self._tokens else None
        before = last is not None and last.kind in (QTY, "verb", "please") and last.end == start and is_alike
        after = self._known(end + (self._text[end : end + 1] in (" ", "+", "*", ":"))) if end < len(self._text) - 1 else None
        follows = after is not None and after.kind in (QTY, RANGE) and (is_alike or after.held.unit is not None)
        alone = last is None or last.end < start or last.kind not in (TEXT, NAME)
        return before or (follows and alone)

    # ---- people

    def _may_be_name(self) -> bool:
        if not self._tokens or self._tokens[-1].kind in _BEFORE_NAME:
            return True
        last = self._tokens[-1]
        return len(self._tokens) > 1 and self._text[last.start : last.end] == self._lexicon.manners.of and self._tokens[-2].kind == ADDR

    def _name(self, place: int) -> int | None:
        word = self._word(place)
        if word and (word.kind in (GOOD, CODE) or (word.end - place > _SINGLE and word.kind not in ("text", "other"))):
            sure = self._lexicon.manners.names.sure.match(self._text, place)
            if word.kind in (GOOD, CODE) or not sure or sure.end() <= word.end:
                return None
        found = self._lexicon.manners.names.at(self._text, place, self._ends_name)
        if found is None and self._tokens and self._tokens[-1].kind in (LISTED, ADDR, "at"):
            found = self._nickname(place)
        return found

    def _ends_name(self, place: int) -> bool:
        """Tell whether what stands at `place` may follow a name."""
        if place >= len(self._text):
            return True
        if self._text[place] in " \t\n":
            return True
        token = self._known(place)
        if token is None:
            return self._text[place] in _BROKEN
        return token.kind in _AFTER_NAME or token.kind in (QTY, RANGE, ADDR, TEL, "filler", "alike")

    def _door(self, place: int) -> int | None:
        """Return where a bare house number ends: three or four figures beside a name, or before or behind goods."""
        found = _DOOR.match(self._text, place)
        if not found or not self._may_be_name() or self._has_unit(found.end("figures") + (self._text[found.end("figures") : found.end("figures") + 1] == " ")):
            return None
        end = found.end("figures")
        last = next((each for each in reversed(self._tokens) if each.kind != SPACE), None)
        if self._text[end : end + 1] in ("", "\n", " ") and (last is None or last.kind in ("line", LISTED, QTY, NAME)):
            return end
        rest = found.end()
        if self._text[rest : rest + 1] == self._lexicon.manners.of:
            rest += 1
        is_named = rest < len(self._text) and self._lexicon.manners.names.at(self._text, rest, self._ends_name)
        return end if is_named else None

    def _nickname(self, place: int) -> int | None:
        """After a list number or an address, whatever stands alone before goods is a name."""
        end = people.chunk(self._text, place)
        if end == place or self._lexicon.manners.names.never.match(self._text, place):
            return None
        cut = next((at for at in range(place, end) if self._begins_goods(at)), end)
        token = self._known(place)
        if cut == place or (token and token.kind in (QTY, RANGE, PRICE, TIME, "verb", "please", "decline", "history", "copy", "alike", "set", "remove", "complaint", FOOD, SPEC, "stock", ADDR)):
            return None
        return self._without_verb(place, cut)

    def _without_verb(self, place: int, cut: int) -> int:
        """Cut off an ordering word between a nickname and goods or a figure."""
        for start in range(max(cut - 2, place + 1), cut):
            word = self._word(start)
            if word and word.kind in ("verb", "please") and word.end == cut:
                return start
        return cut

    def _begins_goods(self, place: int) -> bool:
        token = self._word(place)
        return bool(token) and token is not None and token.kind == GOOD and token.end - place > _SINGLE
