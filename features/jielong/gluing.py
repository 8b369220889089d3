"""Names of goods inside longer words, and the one of several kinds that a message picks."""

from collections.abc import Sequence

from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.lexing import QTY, SPACE, TEXT, Token
from features.jielong.plain import Plain

_EDIBLE = frozenset({GOOD, FOOD})
PICKED = "picked"  # a word that told which kind, and said all it had to say
_PARTS = frozenset({GOOD, FOOD, TEXT})


def glue(tokens: Sequence[Token], source: Plain, lexicon: Lexicon) -> list[Token]:
    """Return the tokens with goods that are parts of other words taken for those words."""
    made: list[Token] = []
    for token in tokens:
        last = made[-1] if made else None
        if last and last.end == token.start and _makes_another(last, token, source, lexicon):
            made[-1] = Token(FOOD, last.start, token.end)
        else:
            made.append(token)
    return _picked(made, source, lexicon)


def _makes_another(left: Token, right: Token, source: Plain, lexicon: Lexicon) -> bool:
    """Tell whether two stretches side by side are one word for other goods: tomato + sauce."""
    if left.kind == GOOD and right.kind == FOOD:
        return True
    if left.kind in (GOOD, CODE) and right.kind == TEXT:
        short = left.end - left.start == 1 or left.kind == CODE
        return short or (source.text[right.start] in lexicon.manners.endings and right.end - right.start <= 2)
    if left.kind == FOOD and right.kind == TEXT and left.end - left.start > 0:
        return right.end - right.start == 1 and source.text[right.start] in lexicon.manners.endings
    return left.kind == TEXT and right.kind in (GOOD, FOOD) and right.end - right.start == 1


def _picked(tokens: list[Token], source: Plain, lexicon: Lexicon) -> list[Token]:
    """Where a name means several goods and a word tells which, let the word stand for the one."""
    several = [each for each in tokens if each.kind == GOOD and len(each.held) > 1]
    if not several:
        return tokens
    kinds = several[0].held
    made, picks = _with_picks(tokens, kinds, source, lexicon)
    if not picks:
        return tokens
    chosen = [made[at] for at in picks if not _is_refused(made, at)]
    if len(chosen) == 1 and not _is_counted(made, made.index(chosen[0])):
        return _one_kind(made, kinds, chosen[0], picks)
    kept = (each if at not in picks or each in chosen else each._replace(kind=PICKED) for at, each in enumerate(made))
    return [each for each in kept if not (each.kind == GOOD and each.held == kinds)]


def _one_kind(made: list[Token], kinds: tuple[str, ...], chosen: Token, picks: list[int]) -> list[Token]:
    found: list[Token] = []
    for at, each in enumerate(made):
        if each.kind == GOOD and each.held == kinds:
            found.append(each._replace(held=chosen.held))
        else:
            found.append(each if at not in picks else each._replace(kind=PICKED))
    return found


def _with_picks(
    tokens: list[Token], kinds: tuple[str, ...], source: Plain, lexicon: Lexicon
) -> tuple[list[Token], list[int]]:
    made: list[Token] = []
    picks: list[int] = []
    at = 0
    while at < len(tokens):
        end = _run(tokens, at, kinds)
        sku = _meant(source.text[tokens[at].start : tokens[end - 1].end], kinds, lexicon) if end > at else None
        if sku:
            picks.append(len(made))
            made.append(Token(GOOD, tokens[at].start, tokens[end - 1].end, (sku,)))
            at = end
        else:
            made.append(tokens[at])
            at += 1
    return made, picks


def _run(tokens: list[Token], at: int, kinds: tuple[str, ...]) -> int:
    """Return where the glued run of words that may pick a kind ends."""
    end = at
    while end < len(tokens) and tokens[end].kind in _PARTS and tokens[end].held != kinds:
        if end > at and tokens[end].start != tokens[end - 1].end:
            break
        end += 1
    return end


def _meant(word: str, kinds: tuple[str, ...], lexicon: Lexicon) -> str | None:
    fitting = [sku for sku in kinds if any(word in name for name in lexicon.called[sku])]
    return fitting[0] if len(fitting) == 1 and word not in lexicon.called[fitting[0]] else None


def _is_refused(tokens: list[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].kind in ("not", "remove", "decline")


def _is_counted(tokens: list[Token], at: int) -> bool:
    """Tell whether a quantity stands beside the word that picks."""
    after = next((each for each in tokens[at + 1 :] if each.kind not in (SPACE, "filler", "verb", "please")), None)
    before = tokens[at - 1] if at else None
    return (after is not None and after.kind == QTY) or (before is not None and before.kind == QTY and before.end == tokens[at].start)
