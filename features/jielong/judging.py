"""Which mentions are meant as an order, and which are talk: when in doubt, they are not."""

from features.jielong.lexicon import CODE, FOOD, GOOD
from features.jielong.lexing import LISTED, NAME, PRICE, QTY, SPACE, SPEC, TEXT
from features.jielong.mentions import Bare, Mention, Mentions
from features.jielong.model import Op
from features.jielong.segments import Segments, Stretch, talk

_ASKED = frozenset({"verb", "please", "self"})
_STRONG = frozenset({"please", "add", "set", "swap"})
_HEAVY = frozenset({"complaint", "judged", "past", "cooked", "other", "stock"})
_MOST_STORY = 20  # ... in a whole message with a line that has some itself
_MOST_TALK = 15  # strange characters in a whole message with a plain line
_CLEARING = frozenset({"remove", "decline", "not", "self", "all", "order", "each", "filler", "done", "polite", "please", "give", "space", "line", "end", "comma", NAME, "addr", "at", "past", "verb", "back", "open", "close", "join", "doubt"})
_EXCUSED_BY_CHANGE = frozenset({"past", "doubt", "other", "judged"})
_MOST_STRANGE = 3  # characters nobody knows that may stand in a clause without an ordering word
_MOST_STRANGE_ASKED = 8
_GOODS = frozenset({GOOD, CODE, FOOD})


class Judge:
    """Judges the mentions of one message."""

    def __init__(self, segments: Segments, found: Mentions) -> None:
        self._segments = segments
        self._found = found
        self._tokens = segments.tokens
        self._named = {segments.tokens[at] for each in found.goods if each.is_strange for at in (each.first, each.last)}
        self._lists = any(each.kind == LISTED for each in self._tokens)
        said = {word for each in segments.stretches for word in each.says}
        self._is_advertised = "stock" in said and bool(said & {PRICE, SPEC})
        self._says_price = sum(each.kind == PRICE for each in self._tokens)

    def accepts(self, mention: Mention) -> bool:
        """Tell whether the sender orders what is mentioned."""
        stretches = self._stretches(mention.first, mention.last)
        if any(each.asks for each in stretches) or self._is_offer(mention):
            return False
        clause = self._segments.clause(mention.last)
        if not self._is_free_of_talk(mention, clause):
            return False
        if self._strange(clause) > self._bearable(mention, clause) or not self._fits(mention, clause):
            return False
        return bool(mention.quantities) or self._needs_no_quantity(mention, stretches, clause)

    def accepts_bare(self, bare: Bare) -> bool:
        """Tell whether a quantity, or a word for a whole order, is meant without goods beside it."""
        stretch = self._segments.stretches[self._segments.of_token[bare.token]]
        clause = self._segments.clause(bare.token)
        said = talk(clause)
        return not stretch.asks and not said and self._strange([stretch]) == 0

    def _fits(self, mention: Mention, clause: list[Stretch]) -> bool:
        """Tell whether the rest of the message lets a line be meant that nothing strong announces."""
        around = talk(self._segments.stretches)
        strange, everywhere = self._strange(clause), self._strange(self._segments.stretches)
        if everywhere > _MOST_STORY and strange:
            return False
        if "complaint" in around and (strange or everywhere > _MOST_TALK or mention.op is Op.ORDER):
            return False
        if mention.is_explicit or any(each.says & _STRONG for each in clause):
            return True
        if not around & _HEAVY:
            return True
        is_plain = bool(mention.quantities) and not self._strange(clause) and "plain" not in self._said(clause)
        return is_plain and "complaint" not in around and self._strange(self._segments.stretches) <= _MOST_TALK

    def _said(self, stretches: list[Stretch]) -> set[str]:
        return {word for each in stretches for word in each.says}

    def _stretches(self, first: int, last: int) -> list[Stretch]:
        of_token = self._segments.of_token
        return self._segments.stretches[of_token[first] : of_token[last] + 1]

    def clears(self, bare: Bare) -> bool:
        """Tell whether a word of cancelling without goods takes the whole order back, and nothing else."""
        clause = self._segments.clause(bare.token)
        said = self._said(clause)
        around = self._said(self._segments.stretches)
        if any(each.asks for each in clause) or said - _CLEARING or around & {"complaint", "cooked", "stock"}:
            return False
        if "remove" not in said and said & {"verb", "please", "past"}:
            return False
        if said & {"all", "order"} or ("each" in said and "remove" in said):
            return True
        if self._strange(self._segments.stretches):
            return "self" in said and "doubt" not in said and self._strange(self._segments.stretches) <= _MOST_STRANGE_ASKED
        return "remove" in said or "self" in said

    def _is_free_of_talk(self, mention: Mention, clause: list[Stretch]) -> bool:
        said = talk(clause)
        if mention.op in (Op.SET, Op.REMOVE) or (mention.op is Op.ADD and mention.is_explicit):
            said -= _EXCUSED_BY_CHANGE if mention.op is not Op.ADD else {"past", "judged"} - self._done(clause)
        if not said and not mention.is_explicit and self._tells(clause):
            return False
        return not said

    def _done(self, clause: list[Stretch]) -> set[str]:
        return {"past"} if self._tells(clause) else set()

    def _tells(self, clause: list[Stretch]) -> bool:
        """Tell whether a doing word is told as done: bought [le] two."""
        for stretch in clause:
            for place in range(stretch.first, stretch.last - 2):
                if self._tokens[place].kind in ("verb", "please", "add", "sub", "each") and self._tokens[place + 1].kind == "done":
                    return True
        return False

    def _is_offer(self, mention: Mention) -> bool:
        """Tell whether it stands in a list of prices."""
        if not mention.owner.is_sender:
            return False
        near = [each for each in self._tokens if each.kind in (PRICE, SPEC)]
        if self._is_advertised and not mention.is_explicit:
            return True
        return self._says_price > 1 and bool(near) and not mention.is_explicit and not mention.quantities

    def _strange(self, stretches: list[Stretch]) -> int:
        return sum(
            token.end - token.start
            for each in stretches
            for token in self._tokens[each.first : each.last]
            if token.kind == TEXT and token not in self._named
        )

    def _bearable(self, mention: Mention, clause: list[Stretch]) -> int:
        if any(self._tokens[at].kind == CODE for at in range(mention.first, mention.last + 1)):
            return 0
        asked = mention.is_explicit or any(each.says & _ASKED for each in clause) or not mention.owner.is_sender
        return _MOST_STRANGE_ASKED if asked else _MOST_STRANGE

    def _needs_no_quantity(self, mention: Mention, stretches: list[Stretch], clause: list[Stretch]) -> bool:
        if mention.op is not Op.ORDER or mention.is_explicit:
            return True
        if self._strange(stretches):
            return False
        if any(each.says & {"verb", "please"} for each in clause) or not mention.owner.is_sender:
            return True
        return self._stands_in_list(mention)

    def _stands_in_list(self, mention: Mention) -> bool:
        """Tell whether other goods with quantities stand beside it, and nothing but goods."""
        return any(
            each is not mention and each.quantities and abs(each.line - mention.line) <= 1 for each in self._found.goods
        )

    # ---- the message as a whole

    def is_payment(self, *, is_order: bool) -> bool:
        """Tell whether a word of paying is a claim of having paid."""
        if not is_order and self._strange(self._segments.stretches) > _MOST_STRANGE:
            return False
        return any(
            "paid" in stretch.says and not stretch.asks and not stretch.says & {"unpaid", "doubt"} and self._strange([stretch]) <= _MOST_STRANGE
            for stretch in self._segments.stretches
        )

    def is_wanted(self, mention: Mention) -> bool:
        """Tell whether goods that are not on offer are asked for, in a message that asks for nothing else."""
        clause = self._segments.clause(mention.last)
        units = [each.unit for each in mention.quantities if each.unit]
        if self._strange(self._segments.stretches) > _MOST_STRANGE or "plain" in self._said(clause):
            return False
        verb = any(each.says & {"verb", "please"} for each in clause)
        if mention.is_strange:
            return bool(units) and any("please" in each.says for each in clause)
        return bool(units) or mention.is_explicit or verb

    def is_meant(self, bare: Bare) -> bool:
        """Tell whether a quantity alone asks for something: signed, behind a verb, or all that is said."""
        if bare.qty is None or not self._is_pure():
            return False
        said = self._said(self._segments.stretches)
        if bare.qty.is_signed or said & {"verb", "please", "add"}:
            return bare.qty.number is not None
        return bare.qty.unit is not None and said <= {QTY, SPACE, "polite", "line", NAME, "addr", LISTED, "end"}

    def _is_pure(self) -> bool:
        """Tell whether nothing is said in the whole message that is not about an order."""
        said = self._said(self._segments.stretches)
        return not (said & _HEAVY or said & {"plain", "count", "doubt", "tel"} or self._strange(self._segments.stretches))

    def may_be_of(self, bare: Bare) -> bool:
        """Tell whether a quantity alone may be of goods named before: behind a verb, or in a list."""
        clause = self._segments.clause(bare.token)
        return bare.is_explicit or not bare.owner.is_sender or any(each.says & {"verb", "please", "add", "set", "sub"} for each in clause)

    def complains(self) -> bool:
        """Tell whether something is wrong with what came."""
        return any("complaint" in each.says and not (each.says & {"doubt"}) for each in self._segments.stretches)

    def is_small_talk(self) -> bool:
        """Tell whether a question is none about buying."""
        return False
