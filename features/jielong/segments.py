"""Which stretches of a message belong together, and what each of them says besides goods and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from features.jielong.gluing import PICKED
from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.lexing import LISTED, NAME, QTY, SPACE, Token
from features.jielong.plain import Plain

NOTE, BREAK = "note", "break"
_HARD = frozenset({"line", "comma", "end", "ask", LISTED})
_SOFT = frozenset({SPACE, "open", "close"})
_GOODS = frozenset({GOOD, CODE, FOOD})
_WHOLE = _GOODS | {PICKED}
_OPINIONS = frozenset({"ask", "judged"})
_TALK = frozenset({"past", "cooked", "judged", "other", "doubt", "stock", "complaint"})
_SHORTEST_QUESTION = 3


@dataclass(slots=True)
class Stretch:
    """Tokens from `first` up to, not including, `last`; `says` are the categories among them."""

    first: int
    last: int
    hard: int
    says: set[str] = field(default_factory=set)
    asks: bool = False


@dataclass(slots=True)
class Segments:
    """The stretches between separators; those of one clause share their `hard` number."""

    tokens: list[Token]
    stretches: list[Stretch]
    of_token: list[int]  # token -> its stretch

    def clause(self, token: int) -> list[Stretch]:
        """Return the stretches of the clause that holds `token`."""
        hard = self.stretches[self.of_token[token]].hard
        return [each for each in self.stretches if each.hard == hard]


def cut(tokens: Sequence[Token], source: Plain, lexicon: Lexicon) -> Segments:
    """Return the stretches of `tokens`, remarks folded into one token each."""
    parts = _stretches(tokens)
    folded: list[Token] = []
    for first, last in parts:
        folded.extend(_with_remark(list(tokens[first:last]), folded, source, lexicon))
    made = _numbered(folded)
    _listen(made, source, lexicon)
    return made


def _stretches(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    first = 0
    for place, token in enumerate(tokens):
        if token.kind in _HARD or token.kind in _SOFT:
            found.append((first, place))
            found.append((place, place + 1))
            first = place + 1
    found.append((first, len(tokens)))
    return [(start, end) for start, end in found if end > start]


def _with_remark(tokens: list[Token], before: list[Token], source: Plain, lexicon: Lexicon) -> list[Token]:
    if tokens[0].kind in _HARD or tokens[0].kind in _SOFT:
        return tokens
    start, end = tokens[0].start, tokens[-1].end
    for found in lexicon.manners.remark.finditer(source.text, start, end):
        kept = _remark_at(tokens, found.start(), found.end(), before)
        if kept is not None:
            return kept
    return tokens


def _remark_at(tokens: list[Token], start: int, end: int, before: list[Token]) -> list[Token] | None:
    """Return the tokens with a remark that begins at `start` folded, None if it would swallow goods."""
    head = [each for each in tokens if each.end <= start]
    inside = [each for each in tokens if each.end > start]
    if not inside or any(each.kind in _WHOLE and each.start < end for each in inside):
        return None
    open_goods = _waits_for_quantity([*before, *head])
    stop = next((at for at, each in enumerate(inside) if each.start >= end and _ends_remark(each, open_goods)), len(inside))
    rest = inside[stop:]
    if any(each.kind in _GOODS for each in rest) and not any(each.kind == QTY for each in rest):
        return None
    note = Token(NOTE, min(start, inside[0].start) if inside[0].start >= start else start, inside[stop - 1].end)
    cut_off = [each._replace(end=start) for each in inside[:1] if each.start < start]
    return [*head, *cut_off, note, *rest]


def _ends_remark(token: Token, open_goods: bool) -> bool:
    return token.kind in _GOODS or token.kind == NAME or (token.kind == QTY and open_goods) or token.kind in ("paid", "polite", "ask")


def _waits_for_quantity(tokens: list[Token]) -> bool:
    for each in reversed(tokens):
        if each.kind in _GOODS:
            return True
        if each.kind == QTY or each.kind == "line":
            return False
    return False


def _numbered(tokens: list[Token]) -> Segments:
    made = Segments(tokens, [], [])
    hard, first = 0, 0
    for place, token in enumerate(tokens):
        is_break = token.kind in _HARD
        if is_break or token.kind in _SOFT or _turns(made, token, place, first):
            hard = _close(made, first, place, hard)
            first = place
            if is_break or token.kind not in _SOFT:
                hard += 1
    _close(made, first, len(tokens), hard)
    return made


def _close(made: Segments, first: int, last: int, hard: int) -> int:
    if last > first:
        stretch = Stretch(first, last, hard, {made.tokens[place].kind for place in range(first, last)})
        made.stretches.append(stretch)
        made.of_token.extend([len(made.stretches) - 1] * (last - first))
    return hard


def _turns(made: Segments, token: Token, place: int, first: int) -> bool:
    """Tell whether talk without separators turns into an order here: ...so sweet [again two boxes]."""
    if token.kind not in ("add", "verb", "please") or (token.kind == "add" and token.end - token.start < 2):
        return False
    said = {each.kind for each in made.tokens[first:place]}
    needed = _OPINIONS | {"past"} if token.kind == "add" else _OPINIONS
    after = made.tokens[place + 1].kind if place + 1 < len(made.tokens) else ""
    return bool(said & needed) and after in (QTY, GOOD, CODE)


def _listen(made: Segments, source: Plain, lexicon: Lexicon) -> None:
    for place, stretch in enumerate(made.stretches):
        words = source.text[made.tokens[stretch.first].start : made.tokens[stretch.last - 1].end].strip(" .,!;?")
        if ("ask" in stretch.says and not lexicon.manners.asks_nothing.search(words)) or _ends_asking(stretch, words, lexicon):
            _ask(made, place, words, lexicon)


def _ends_asking(stretch: Stretch, words: str, lexicon: Lexicon) -> bool:
    return (
        len(words) >= _SHORTEST_QUESTION
        and not stretch.says & {QTY, NOTE, "remove", "not", "decline", "polite"}
        and bool(lexicon.manners.asks.search(words))
    )


def _ask(made: Segments, place: int, words: str, lexicon: Lexicon) -> None:
    stretch = made.stretches[place]
    stretch.asks = True
    mark_alone = not words
    if mark_alone or lexicon.manners.tag.match(words.strip()):
        before = place - 1
        while before >= 0 and not _says_something(made.stretches[before]):
            before -= 1
        if before >= 0 and "line" not in made.stretches[before + 1].says:
            made.stretches[before].asks = True
            _ask_back(made, before)


def _ask_back(made: Segments, place: int) -> None:
    """A question mark after a quantity that stands apart from its goods reaches back to them."""
    stretch = made.stretches[place]
    if stretch.says & _GOODS:
        return
    for each in made.stretches[:place]:
        if each.hard == stretch.hard or each.hard == stretch.hard - 1:
            each.asks = True


def _says_something(stretch: Stretch) -> bool:
    return bool(stretch.says - _HARD - _SOFT - {"filler", "polite"})


def talk(stretches: Sequence[Stretch]) -> set[str]:
    """Return what besides an order is said in `stretches`."""
    return {word for each in stretches for word in each.says} & _TALK
