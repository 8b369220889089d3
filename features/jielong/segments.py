"""Which stretches of a message belong together, and what each of them says besides goods and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.plain import Plain
from features.jielong.tokens import ADDR, COUNT, LISTED, NAME, NOTE, PICKED, QTY, RANGE, SPACE, Token

_HARD = frozenset({"line", "comma", "end", "mark", LISTED})
_SOFT = frozenset({SPACE, "open", "close"})
_GOODS = frozenset({GOOD, CODE, FOOD})
_WHOLE = _GOODS | {PICKED}
_OPINIONS = frozenset({"ask", "judged"})
TALK = frozenset({"past", "cooked", "judged", "other", "doubt", "stock", "complaint", "except", "never"})
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
    clauses: dict[int, list[Stretch]] = field(default_factory=dict)

    def clause(self, token: int) -> list[Stretch]:
        """Return the stretches of the clause that holds `token`."""
        return self.clauses[self.stretches[self.of_token[token]].hard]


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
        kept = _remark_at(tokens, found.start(), found.end(), before, is_told=bool(found["told"]))
        if kept is not None and not _is_done(kept, source, lexicon):
            return kept
    return tokens


def _is_done(tokens: list[Token], source: Plain, lexicon: Lexicon) -> bool:
    """Tell whether what looks like a remark tells what was done already."""
    note = next(each for each in tokens if each.kind == NOTE)
    return bool(lexicon.manners.remark_done.search(source.text[note.start : note.end]))


def _remark_at(
    tokens: list[Token], start: int, end: int, before: list[Token], *, is_told: bool
) -> list[Token] | None:
    """Return the tokens with a remark that begins at `start` folded, None if it would swallow goods."""
    if is_told:
        return [*(each for each in tokens if each.end <= start), Token(NOTE, end, tokens[-1].end)]
    head = [each for each in tokens if each.end <= start]
    inside = [each for each in tokens if each.end > start]
    if (
        not inside
        or (inside[0].kind in (NAME, ADDR) and inside[0].start < start)
        or any(each.kind in _WHOLE and each.start < end for each in inside)
        or (inside[0].kind == QTY and inside[0].start < start)
    ):
        return None
    open_goods = _waits_for_quantity([*before, *head])
    stop = next(
        (at for at, each in enumerate(inside) if each.start >= end and _ends_remark(each, open_goods)),
        len(inside),
    )
    rest = inside[stop:]
    if any(each.kind in _GOODS for each in rest) and not any(each.kind == QTY for each in rest):
        return None
    note = Token(
        NOTE, min(start, inside[0].start) if inside[0].start >= start else start, inside[stop - 1].end
    )
    cut_off = [each._replace(end=start) for each in inside[:1] if each.start < start]
    return [*head, *cut_off, note, *rest]


def _ends_remark(token: Token, open_goods: bool) -> bool:
    return (
        token.kind in _GOODS
        or token.kind == NAME
        or (token.kind == QTY and open_goods)
        or token.kind in ("paid", "polite", "ask", "mark")
    )


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
        made.clauses.setdefault(hard, []).append(stretch)
        made.of_token.extend([len(made.stretches) - 1] * (last - first))
    return hard


def _turns(made: Segments, token: Token, place: int, first: int) -> bool:
    """Tell whether talk without separators turns into an order here: ...so sweet [again two boxes]."""
    if token.kind not in ("add", "verb", "please") or (token.kind == "add" and token.end - token.start < 2):
        return False
    said = {each.kind for each in made.tokens[first:place]}
    if "doubt" in said:
        return False
    needed = _OPINIONS | {"past"} if token.kind == "add" else _OPINIONS
    after = made.tokens[place + 1].kind if place + 1 < len(made.tokens) else ""
    is_short = token.kind == "verb" and token.end - token.start == 1
    return bool(said & needed) and (after == QTY or (after in (GOOD, CODE) and not is_short))


def _listen(made: Segments, source: Plain, lexicon: Lexicon) -> None:
    for stretch in made.stretches:
        _weigh(made, stretch, source, lexicon)
    for place, stretch in enumerate(made.stretches):
        words = source.text[made.tokens[stretch.first].start : made.tokens[stretch.last - 1].end].strip(
            " .,!;?"
        )
        if (
            (stretch.says & {"ask", "mark", "offer"} or _asks_how_many(made, stretch, source, lexicon))
            and not lexicon.manners.asks_nothing.search(words)
        ) or _ends_asking(stretch, words, lexicon):
            _ask(made, place, words, lexicon)


def _weigh(made: Segments, stretch: Stretch, source: Plain, lexicon: Lexicon) -> None:
    """Note a complaint that no single word makes, and take back one that is about something else."""
    manners = lexicon.manners
    words = "".join(
        source.text[each.start : each.end]
        for each in made.tokens[stretch.first : stretch.last]
        if each.kind != NOTE or not manners.wish.match(source.text, each.start)
    )
    if "cooked" in stretch.says and manners.occasion.search(words):
        stretch.says.discard("cooked")
    if "complaint" in stretch.says or manners.complains.search(words):
        is_elsewhere = not stretch.says & _GOODS and manners.complains_elsewhere.search(words)
        (stretch.says.discard if is_elsewhere else stretch.says.add)("complaint")
        if is_elsewhere:
            stretch.says.add("other")


def _asks_how_many(made: Segments, stretch: Stretch, source: Plain, lexicon: Lexicon) -> bool:
    """Tell whether a quantity left open is asked for, where nothing says that it is wanted."""
    kinds = [made.tokens[at].kind for at in range(stretch.first, stretch.last)]
    is_listed = [each for each in kinds if each not in _HARD] == [GOOD, RANGE]
    if is_listed and any(QTY in each.says for each in made.stretches if each is not stretch):
        return False
    is_told = any(pair in (("verb", "done"), ("please", "done")) for pair in pairwise(kinds))
    if stretch.says & {"verb", "please", "give", "each", "add"} and not is_told:
        return False
    return "vague" not in stretch.says and any(
        token.kind in (RANGE, COUNT) and source.text[token.start] == lexicon.manners.several
        for token in made.tokens[stretch.first : stretch.last]
    )


def _ends_asking(stretch: Stretch, words: str, lexicon: Lexicon) -> bool:
    if lexicon.manners.asks_either.search(words):
        return True
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
    if stretch.says & (_GOODS | {"ask"}):
        return
    for each in made.stretches[:place]:
        if each.hard == stretch.hard or each.hard == stretch.hard - 1:
            each.asks = True


def _says_something(stretch: Stretch) -> bool:
    return bool(stretch.says - _HARD - _SOFT - {"filler", "polite"})
