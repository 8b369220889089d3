"""Words and figures at a place of a text: always the longest match."""

import re
from collections.abc import Sequence

from features.jielong import people
from features.jielong.lexicon import CODE, FOOD, GOOD, Entry, Lexicon
from features.jielong.tokens import COUNT, QTY, RANGE, SPEC, TEL, Qty, Token

_SINGLE = 1


class Known:
    """Looks up what a lexicon knows in one text; `tokens` are those cut so far."""

    def __init__(self, text: str, lexicon: Lexicon, tokens: Sequence[Token]) -> None:
        self._text = text
        self._lexicon = lexicon
        self._tokens = tokens

    def known(self, place: int) -> Token | None:
        """Return the word or the figure at `place`, None if none is known."""
        word = self.word(place)
        figure = self._figure(place) if self._text[place] in self._lexicon.figure_starts else None
        if figure and (
            not word
            or figure.end > word.end
            or (word.kind != GOOD and figure.kind == QTY and word.end - place == 1)
        ):
            return figure
        return word

    def word(self, place: int) -> Token | None:
        """Return the longest known word at `place`."""
        text, words = self._text, self._lexicon.words
        for length in self._lexicon.lengths.get(text[place], ()):
            entry = words.get(text[place : place + length])
            if entry and place + length <= len(text) and self._stands(entry, place, place + length):
                return Token(entry.category, place, place + length, entry.skus or None)
        return None

    def has_unit(self, place: int) -> bool:
        """Tell whether a unit of quantity begins at `place`."""
        text = self._text
        return any(text.startswith(unit, place) for unit in self._lexicon.units)

    def begins_goods(self, place: int) -> bool:
        """Tell whether the name of goods, longer than a character, begins at `place`."""
        token = self.word(place) if place < len(self._text) else None
        return bool(token) and token is not None and token.kind == GOOD and token.end - place > _SINGLE

    def _figure(self, place: int) -> Token | None:
        found = self._lexicon.figures.match(self._text, place)
        if not found:
            return None
        kind = str(found.lastgroup)
        kind = (
            kind
            if kind.startswith("k_")
            else next(name for name, value in found.groupdict().items() if value and name.startswith("k_"))
        )
        return self._made(kind[2:], found)

    def _stands(self, entry: Entry, start: int, end: int) -> bool:
        """Tell whether Latin letters stand for themselves here, no part of something longer."""
        text = self._text
        if not text[start].isascii():
            return True
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if before.isascii() and before.isalnum() and entry.category != GOOD:
            return (
                before.isdigit()
                and bool(self._tokens)
                and self._tokens[-1].kind == QTY
                and not after.isalpha()
            )
        goes_on = after.isalpha() or (after.isdigit() and text[end - 1].isdigit())
        return not (after.isascii() and goes_on)

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
        if (
            found["unit"] is None
            and not found["post"]
            and self._text[end : end + 1].isascii()
            and self._text[end : end + 1].isalpha()
            and not self._is_code(end)
        ):
            return Token(COUNT, found.start(), people.latin(self._text, end))
        if found["tail"]:
            return Token(SPEC, found.start(), end)
        unit = found["unit"]
        if unit and self._begins_another(found.start("unit"), unit):
            unit, end = None, found.end("num")
        return Token(QTY, found.start(), end, Qty(number, unit, bool(found["pre"]), bool(found["half"])))

    def _begins_another(self, start: int, unit: str) -> bool:
        """Tell whether what looks like a unit begins a word in Latin letters, a code, or goods."""
        end = start + len(unit)
        after = self._text[end : end + 1]
        if unit[-1].isascii() and after.isascii() and after.isalpha():
            return True
        if unit[-1].isascii() and after.isdigit():
            return self._text[start - 1] == " " and self._is_code(start)
        word = self.word(start)
        return word is not None and word.kind == GOOD and word.end > end

    def _is_code(self, place: int) -> bool:
        entry = self._lexicon.words.get(self._text[place])
        return entry is not None and entry.category == CODE and self._text[place + 1 : place + 2].isdigit()

    def _begins_goods_after(self, found: re.Match[str]) -> bool:
        """Tell whether a list goes on with goods behind a second number: eggs 1, [2 kilos] tomatoes."""
        is_list = self._text[found.end("low")] == "&" and self.begins_goods(found.end())
        return is_list and any(each.kind == GOOD for each in self._tokens[-2:])

    def _ranged(self, found: re.Match[str]) -> Token | None:
        unit = found["ru"] or found["tu"]
        read = self._lexicon.manners.numerals.read
        if found["low"]:
            low, high = read(found["low"]), read(found["high"])
            if low is None or high is None or low >= high or self._begins_goods_after(found):
                plain = self._lexicon.quantity.match(self._text, found.start())
                return self._quantity(plain) if plain else None
        return Token(RANGE, found.start(), found.end(), Qty(None, unit))
