"""Names of goods inside longer words, and the one of several kinds that a message picks."""

from collections.abc import Sequence

from features.jielong.lexicon import CODE, FOOD, GOOD, Lexicon
from features.jielong.plain import Plain
from features.jielong.sounds import spoken
from features.jielong.tokens import ADDR, COUNT, NAME, PICKED, QTY, RANGE, SPACE, TEXT, Token

_EDIBLE = frozenset({GOOD, FOOD})
_WORDS = frozenset({TEXT, FOOD, "cooked"})
_LONGEST = 6  # characters of a strange word before a quantity
_WISHES = frozenset({"verb", "please", "add"})
_NOT_OF_ITEMS = _WISHES | {TEXT, FOOD, "plain", "past", "other", "stock", "complaint", "cooked", "paid"}
_OTHERWISE = {"left": "verb", "have": "filler"}
_OPEN = frozenset({"left", "have", "choice", "fetch", "weak"})
_PARTS = frozenset({GOOD, FOOD, TEXT})


def glue(tokens: Sequence[Token], source: Plain, lexicon: Lexicon) -> list[Token]:
    """Return the tokens with goods that are parts of other words taken for those words."""
    made: list[Token] = []
    for token in _named(_counting(_depending(_bought_for(tokens), source, lexicon), source)):
        last = made[-1] if made else None
        if last and last.end == token.start and _makes_another(last, token, source, lexicon):
            made[-1] = Token(FOOD, last.start, token.end)
        else:
            made.append(token)
    return _picked(_callers(made), source, lexicon)


def _callers(tokens: list[Token]) -> list[Token]:
    """Take a strange word that begins a line of goods, apart from them, for whom they are."""
    made = list(tokens)
    called = sum(_calls(made, at) for at in range(len(made)))
    for at, token in enumerate(made):
        begins = at == 0 or made[at - 1].kind == "line"
        rest = [each.kind for each in made[at + 1 : at + 4]]
        is_line = (rest[:1] == [SPACE] or (called > 1 and rest[:1] == ["colon"])) and (
            rest[1:3] in ([GOOD, QTY], [CODE, QTY], [QTY, GOOD])
        )
        if token.kind in _EDIBLE and _titles(made, at):
            made[at] = token._replace(kind="cooked")
        elif token.kind == TEXT and begins and is_line and token.end - token.start <= _LONGEST:
            made[at] = token._replace(kind=NAME)
    return made


def _calls(tokens: list[Token], at: int) -> bool:
    """Tell whether a line begins here with somebody, or a strange word, and goods behind a colon."""
    kinds = [each.kind for each in tokens[at : at + 3]]
    begins = at == 0 or tokens[at - 1].kind == "line"
    return begins and kinds in ([NAME, "colon", GOOD], [TEXT, "colon", GOOD])


def _bought_for(tokens: Sequence[Token]) -> list[Token]:
    """What was [bought for somebody] is still to be ordered, not a thing of the past."""
    made = list(tokens)
    for at in range(2, len(made)):
        if made[at].kind == "past" and made[at - 1].kind == NAME and made[at - 2].kind == "give":
            made[at] = made[at]._replace(kind="filler")
    return made


def _depending(tokens: list[Token], source: Plain, lexicon: Lexicon) -> list[Token]:
    """Settle words that say one thing or another by what stands at their side."""
    made = list(tokens)
    for at, token in enumerate(made):
        after = made[at + 1] if at + 1 < len(made) and made[at + 1].start == token.end else None
        before = made[at - 1] if at and made[at - 1].end == token.start else None
        if token.kind in _OPEN:
            made[at] = token._replace(kind=_either(token, made[:at], made[at + 1 : at + 3]))
        elif token.kind == "gift":
            made[at] = token._replace(kind="stock" if after and after.kind == QTY else "filler")
        elif token.kind == "got":
            is_told = (after and after.kind in (QTY, GOOD)) or (before and before.kind in (QTY, GOOD))
            made[at] = token._replace(kind="past" if is_told else "filler")
        elif token.kind == TEXT and before and before.kind == QTY and token.end - token.start == 1:
            made[at - 1], made[at] = _slipped_unit(before, token, source, lexicon)
        elif (
            token.kind == TEXT
            and after
            and after.kind == GOOD
            and source.text[token.start : token.end] in lexicon.units
        ):
            made[at] = token._replace(kind="filler")
        elif token.kind == "isnt":
            made[at] = token._replace(kind="filler" if after and after.kind in (GOOD, QTY) else "correct")
            _forget(made, at)
    return made


def _either(token: Token, before: list[Token], after: list[Token]) -> str:
    """Return what a word does that asks for goods, or tells what is left of them, or votes for one."""
    kinds = [each.kind for each in after]
    last = before[-1] if before else None
    if token.kind in ("left", "have"):
        counts = kinds[:1] in ([QTY], [RANGE], [ADDR]) and kinds[1:] != [GOOD]
        is_left = last is not None and last.kind == GOOD and counts
        return "other" if is_left else _OTHERWISE[token.kind]
    if token.kind == "weak":
        return "filler" if last and last.kind == TEXT and last.end == token.start else "verb"
    if token.kind == "fetch":
        return "other" if kinds[:1] in ([GOOD], [FOOD]) else "verb"
    is_counted = kinds[:1] == [QTY] and after[0].held.unit is not None
    return "verb" if is_counted or kinds in ([CODE, QTY], [GOOD, QTY], [QTY, GOOD]) else "other"


def _counting(tokens: list[Token], source: Plain) -> list[Token]:
    """Settle pinches of a cook, and numbers that count or number something else than goods."""
    made = list(tokens)
    for at, token in enumerate(made):
        after = made[at + 1] if at + 1 < len(made) and made[at + 1].start == token.end else None
        if token.kind == "pinch":
            made[at] = token._replace(kind="vague" if _follows_goods(made, at) else "cooked")
        elif (
            token.kind == QTY and token.held.unit is None and _counts_strange(made[:at], token, after, source)
        ):
            made[at] = token._replace(kind=COUNT, held=None)
        elif token.kind == CODE and token.end - token.start > 1 and _numbers_other(made, at, source):
            made[at] = token._replace(kind="time", held=None)
    return made


def _titles(tokens: list[Token], at: int) -> bool:
    """Tell whether a dish begins a line and, behind a colon, what it is made of."""
    begins = at == 0 or tokens[at - 1].kind == "line"
    end = at
    while (
        end < len(tokens)
        and tokens[end].kind in _PARTS
        and (end == at or tokens[end].start == tokens[end - 1].end)
    ):
        end += 1
    kinds = [each.kind for each in tokens[end : end + 2]]
    is_dish = tokens[at].kind == FOOD or end > at + 1
    return begins and is_dish and kinds in (["colon", GOOD], ["colon", FOOD])


def _follows_goods(tokens: list[Token], at: int) -> bool:
    """Tell whether goods on offer stand right before, but for a space."""
    before = next((each for each in reversed(tokens[:at]) if each.kind != SPACE), None)
    return before is not None and before.kind == GOOD


def _counts_strange(before: list[Token], qty: Token, after: Token | None, source: Plain) -> bool:
    """Tell whether a number without a unit, behind goods, counts a strange word that follows it."""
    if not any(each.kind in (GOOD, CODE) for each in before):
        return False
    if after is None or after.kind != TEXT or qty.held.is_signed:
        return False
    return after.end - after.start > 1 or not source.text[qty.start].isascii()


def _numbers_other(tokens: list[Token], at: int, source: Plain) -> bool:
    """Tell whether a number is of a day, a gate or a plan: what follows at once is no order."""
    if not source.text[tokens[at].start].isascii() or source.text[tokens[at].start].isalpha():
        return False
    after = tokens[at + 1 : at + 3]
    if not after or after[0].start != tokens[at].end or after[0].kind not in _NOT_OF_ITEMS:
        return False
    return after[0].kind not in _WISHES or not (len(after) > 1 and after[1].kind in (QTY, RANGE, "line"))


def _slipped_unit(qty: Token, strange: Token, source: Plain, lexicon: Lexicon) -> tuple[Token, Token]:
    """Take a character behind a quantity for the unit that it repeats, or that it sounds like."""
    typed = source.text[strange.start : strange.end]
    if typed == qty.held.unit:
        return qty, strange._replace(kind="filler")
    sound = spoken(typed)
    alike = [unit for unit in sorted(lexicon.offered) if sound and spoken(unit) == sound]
    if qty.held.unit or len(alike) != 1:
        return qty, strange
    return qty._replace(held=qty.held._replace(unit=alike[0])), strange._replace(kind="filler")


def _forget(tokens: list[Token], at: int) -> None:
    """Take out the goods and quantities that stand right behind a word of what something is not."""
    for place in range(at + 1, len(tokens)):
        if tokens[place].kind not in (GOOD, QTY) or tokens[place].start != tokens[place - 1].end:
            return
        tokens[place] = tokens[place]._replace(kind=PICKED)


def _named(tokens: list[Token]) -> list[Token]:
    """Take a stretch of words before a quantity for one strange word, whatever its parts may say."""
    made: list[Token] = []
    for token in tokens:
        if token.kind == QTY and token.held.unit:
            first = len(made)
            while (
                first
                and made[first - 1].kind in _WORDS
                and (first == len(made) or made[first - 1].end == made[first].start)
            ):
                first -= 1
            run = made[first:]
            length = run[-1].end - run[0].start if run else 0
            if (
                len(run) > 1
                and any(each.kind == TEXT for each in run)
                and length <= _LONGEST
                and run[-1].end == token.start
            ):
                made[first:] = [Token(TEXT, run[0].start, run[-1].end)]
        made.append(token)
    return made


def _makes_another(left: Token, right: Token, source: Plain, lexicon: Lexicon) -> bool:
    """Tell whether two stretches side by side are one word for other goods: tomato + sauce."""
    if left.kind == GOOD and right.kind == FOOD:
        return True
    if left.kind in (GOOD, CODE) and right.kind == TEXT:
        short = left.end - left.start == 1 or left.kind == CODE
        return short or (source.text[right.start] in lexicon.manners.endings and right.end - right.start <= 2)
    if left.kind == FOOD and right.kind == TEXT and left.end - left.start > 0:
        return right.end - right.start == 1 and source.text[right.start] in lexicon.manners.endings
    is_unit = source.text[left.start : left.end] in lexicon.units
    return left.kind == TEXT and not is_unit and right.kind in _EDIBLE and right.end - right.start == 1


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
    kept = (
        each if at not in picks or each in chosen else each._replace(kind=PICKED)
        for at, each in enumerate(made)
    )
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
        sku = None
        if any(each.kind == GOOD for each in tokens[at:end]) and not _is_a_kind(tokens, end):
            end = at
        while end > at and not sku:
            sku = _meant(source.text[tokens[at].start : tokens[end - 1].end], kinds, lexicon)
            end -= not sku
        if sku:
            picks.append(len(made))
            made.append(Token(GOOD, tokens[at].start, tokens[end - 1].end, (sku,)))
            at = end
        else:
            made.append(tokens[at])
            at += 1
    return made, picks


def _is_a_kind(tokens: list[Token], end: int) -> bool:
    """Tell whether a particle follows, as it does behind the word for a kind."""
    return end < len(tokens) and tokens[end].kind == "filler" and tokens[end].start == tokens[end - 1].end


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
    after = next(
        (each for each in tokens[at + 1 :] if each.kind not in (SPACE, "filler", "verb", "please")), None
    )
    before = tokens[at - 1] if at else None
    return (after is not None and after.kind == QTY) or (
        before is not None and before.kind == QTY and before.end == tokens[at].start
    )
