"""Which mentions are meant as an order, and which are talk: when in doubt, they are not."""

from features.jielong.lexicon import CODE
from features.jielong.mentions import Bare, Mention, Mentions
from features.jielong.model import Op
from features.jielong.overview import Overview, Summary
from features.jielong.segments import Segments
from features.jielong.tokens import COUNT, LISTED, NAME, PRICE, QTY, SPACE, SPEC, TEXT

_WISHES = frozenset({"verb", "please"})
_STRONG = frozenset({"please", "add", "set", "swap"})
_DOING = frozenset({"verb", "please", "add", "sub", "each"})
_CHANGED = frozenset({"verb", "please", "add", "set", "sub"})
_HEAVY = frozenset({"complaint", "judged", "past", "cooked", "other", "stock"})
_IMPURE = _HEAVY | {"plain", "count", "doubt", "tel"}
_WHOLE_CLAUSE = frozenset({"past", "doubt", "other", "stock", "complaint", "except", "never"})
_EXCUSED_BY_CHANGE = frozenset({"past", "doubt", "other", "judged"})
_EXCUSED_BY_MORE = frozenset({"past", "judged"})
_CLEARING = frozenset(
    {"remove", "decline", "not", "self", "all", "order", "each", "filler", "done", "polite", "please", "give"}
    | {
        SPACE,
        "line",
        "end",
        "comma",
        NAME,
        "addr",
        "at",
        "past",
        "verb",
        "back",
        "open",
        "close",
        "join",
        "adjective",
        "proxy",
    }
)
_GRIEVANCE = frozenset({"complaint", "never"})
_PAST = frozenset({"done", "aspect"})
_STORIES = frozenset({"cooked", "judged", "other", "past", "stock", "ask", "doubt"})
_SPOILS_CLEARING = frozenset({"complaint", "never", "cooked", "stock"})
# how many characters nobody knows a line bears ...
_MOST_STRANGE = 4  # in its clause, with an ordering word or a name
_MOST_APART = 3  # in its clause, apart from the goods
_MOST_STRANGE_ASKED = 8  # in its clause, with a plain wish
_MOST_TALK = 15  # in a message that says more than an order
_MORE_A_LINE = 12  # ... and for each line of it
_MOST_STORY = 20  # in any message, if some are in its clause


class Judge:
    """Judges the mentions of one message."""

    def __init__(self, segments: Segments, found: Mentions, offered: frozenset[str]) -> None:
        self._tokens = segments.tokens
        self._offered = offered  # units of the goods, but for those of anything
        self._overview = Overview(segments, found)
        self._whole = self._overview.whole
        self._first_listed = next((at for at, each in enumerate(self._tokens) if each.kind == LISTED), None)
        lines = sum(each.kind == "line" for each in self._tokens)
        self._is_story = self._whole.strange > _MOST_STORY + _MORE_A_LINE * lines or (
            len(self._whole.said & _STORIES) > 1 and self._whole.strange > _MOST_STRANGE_ASKED
        )
        self._is_list = lines > 0
        self._is_advertised = "stock" in self._whole.said and bool(self._whole.said & {PRICE, SPEC})
        self._prices = sum(each.kind == PRICE for each in self._tokens)
        self._counted_lines = {each.line for each in found.goods if each.quantities}

    def accepts(self, mention: Mention) -> bool:
        """Tell whether the sender orders what is mentioned."""
        own = self._overview.between(mention.first, mention.last)
        clause = self._overview.clause(mention.last)
        if own.asks or self._is_offer(mention):
            return False
        if mention.quantities and own.said & _WISHES and not clause.talk & _WHOLE_CLAUSE:
            hard = clause.stretches[0].hard
            clause = self._overview.of(each for each in own.stretches if each.hard == hard)
        if not self._is_free_of_talk(mention, clause) or not self._fits(mention, clause):
            return False
        if self._burden(clause, own) > self._bearable(mention, clause):
            return False
        return bool(mention.quantities) or self._needs_no_quantity(mention, own, clause)

    def accepts_bare(self, bare: Bare) -> bool:
        """Tell whether a quantity, or a word for a whole order, is meant without goods beside it."""
        own = self._overview.between(bare.token, bare.token)
        if self._whole.said & _GRIEVANCE or self._is_story:
            return False
        clause = self._overview.clause(bare.token)
        return not (own.asks or own.strange or clause.talk or "plain" in clause.said)

    # ---- one mention

    def _is_offer(self, mention: Mention) -> bool:
        """Tell whether it stands in a list of prices."""
        if not mention.owner.is_sender or mention.is_explicit:
            return False
        return self._is_advertised or (self._prices > 1 and not mention.quantities)

    def _is_free_of_talk(self, mention: Mention, clause: Summary) -> bool:
        said = set(clause.talk)
        if mention.op is Op.SUB and self._is_short(mention):
            return False
        if mention.op in (Op.SET, Op.REMOVE):
            said -= _EXCUSED_BY_CHANGE
        elif mention.op is Op.ADD and mention.is_explicit:
            said -= _EXCUSED_BY_MORE - ({"past"} if self._tells(clause) else set())
        return not said and (mention.is_explicit or not self._tells(clause))

    def _is_short(self, mention: Mention) -> bool:
        """Tell whether one is less than it should be: noodles [one less], counted twice."""
        is_bare = any(
            each.kind == "sub" and each.end - each.start == 1
            for each in self._tokens[mention.first : mention.last + 1]
        )
        return is_bare and any(each.kind == "past" for each in self._tokens[mention.last + 1 :])

    def _tells(self, clause: Summary) -> bool:
        """Tell whether a doing word is told as done: bought [le] two."""
        if "done" not in clause.said:
            return False
        return any(
            self._tokens[at].kind in _DOING and self._tokens[at + 1].kind == "done"
            for each in clause.stretches
            for at in range(each.first, each.last - 2)
        )

    def _is_told(self, mention: Mention) -> bool:
        """Tell whether strange words with a particle of the past say what became of the goods."""
        own = self._overview.between(mention.first, mention.last)
        if not own.said & _PAST or mention.is_explicit:
            return False
        for each in own.stretches:
            for at in range(each.first, each.last - 1):
                if self._tokens[at].kind in _WISHES:
                    break
                if self._tokens[at].kind == TEXT and self._tokens[at + 1].kind in _PAST:
                    return True
        return False

    def _fits(self, mention: Mention, clause: Summary) -> bool:
        """Tell whether the rest of the message lets a line be meant that nothing strong announces."""
        around = self._whole.talk
        if "offer" in self._whole.said and mention.owner.is_sender:
            return False
        if self._whole.strange > _MOST_STORY and clause.strange:
            return False
        if around & _GRIEVANCE or self._is_story or self._is_told(mention):
            return False
        if mention.is_explicit or clause.said & _STRONG or not around & _HEAVY:
            return True
        if "cooked" in around or ("stock" in around and mention.owner.is_sender):
            return False
        is_plain = bool(mention.quantities) and not clause.strange and "plain" not in clause.said
        return is_plain and self._whole.strange <= _MOST_TALK

    def _burden(self, clause: Summary, own: Summary) -> int:
        """Return how much strange text a mention bears; a little apart from the goods counts for nothing."""
        if len({each.hard for each in own.stretches}) > 1:
            return max(own.strange, clause.strange)
        return clause.strange if own.strange or clause.strange > _MOST_APART else 0

    def _spans_clauses(self, mention: Mention) -> bool:
        own = self._overview.between(mention.first, mention.last)
        return len({each.hard for each in own.stretches}) > 1

    def _bearable(self, mention: Mention, clause: Summary) -> int:
        if any(self._tokens[at].kind == CODE for at in range(mention.first, mention.last + 1)):
            return 0
        if mention.op in (Op.REMOVE, Op.SUB, Op.SET) and self._spans_clauses(mention):
            return _MOST_APART
        if mention.is_explicit or "please" in clause.said:
            return _MOST_STRANGE_ASKED
        return _MOST_STRANGE if "verb" in clause.said or not mention.owner.is_sender else 0

    def _needs_no_quantity(self, mention: Mention, own: Summary, clause: Summary) -> bool:
        if mention.op in (Op.ADD, Op.SUB, Op.SET):
            return False
        if mention.op is not Op.ORDER or mention.is_explicit:
            return True
        if own.strange or self._is_title(mention) or COUNT in clause.said:
            return False
        if self._whole.strange > _MOST_STRANGE_ASKED and not clause.said & _WISHES and not self._is_list:
            return False
        if self._tokens[mention.first].kind == CODE and not clause.said & _WISHES:
            return False
        if clause.said & _WISHES or not mention.owner.is_sender:
            return True
        return bool(self._counted_lines & {mention.line - 1, mention.line, mention.line + 1})

    def _is_title(self, mention: Mention) -> bool:
        """Tell whether it only says what a numbered list below is about."""
        return mention.owner.is_sender and self.is_heading(mention.first)

    def is_heading(self, token: int) -> bool:
        """Tell whether a token stands above the first entry of a numbered list."""
        return self._first_listed is not None and token < self._first_listed

    def is_footing(self, token: int) -> bool:
        """Tell whether a token stands below a numbered list, where it is said how to get the goods."""
        if self._first_listed is None or token < self._first_listed:
            return False
        kinds = [each.kind for each in self._tokens]
        first = max((at for at in range(token) if kinds[at] == "line"), default=0)
        last = next((at for at in range(token, len(kinds)) if kinds[at] == "line"), len(kinds))
        is_apart = first > 0 and kinds[first - 1] == "line"
        return not {LISTED, "good"} & set(kinds[first:last]) and (is_apart or "stock" in kinds[first:last])

    # ---- what stands without goods on offer

    def clears(self, bare: Bare, *, points: bool) -> bool:
        """Tell whether a word of cancelling without goods takes back the order, or what it `points` at."""
        clause, token = self._overview.clause(bare.token), self._tokens[bare.token]
        is_short = token.end - token.start == 1 and not clause.said & {"all", "order"}
        if (token.kind == "remove" and is_short) or clause.asks:
            return False
        if clause.said - _CLEARING or self._whole.said & _SPOILS_CLEARING:
            return False
        is_general = bool(clause.said & {"each", "all"})
        if "remove" not in clause.said and clause.said & {"verb", "please", "past"} and not is_general:
            return False
        if clause.said & {"all", "order"} or ("each" in clause.said and clause.said & {"remove", "decline"}):
            return True
        if self._whole.strange:
            return "self" in clause.said and self._whole.strange <= _MOST_STRANGE
        return points or bool(clause.said & {"remove", "self"})

    def is_wanted(self, mention: Mention) -> bool:
        """Tell whether goods not on offer are asked for, in a message that asks for nothing else."""
        clause = self._overview.clause(mention.last)
        units = {each.unit for each in mention.quantities if each.unit}
        if self._whole.strange > _MOST_STRANGE or "plain" in clause.said or self._whole.said & _GRIEVANCE:
            return False
        if mention.is_strange:
            is_all = self._whole.said <= {QTY, SPACE, TEXT, "polite", "filler", "line", "end"}
            return bool(units & self._offered) if is_all else bool(units) and "please" in clause.said
        is_counted = bool(mention.quantities) and self.is_pure()
        return bool(units) or mention.is_explicit or bool(clause.said & _WISHES) or is_counted

    def is_meant(self, bare: Bare) -> bool:
        """Tell whether a quantity alone asks for something: signed, behind a verb, or all that is said."""
        if bare.qty is None or not self.is_pure():
            return False
        if bare.qty.is_signed or self._whole.said & {"verb", "please", "add"}:
            return bare.qty.number is not None
        is_all = self._whole.said <= {QTY, SPACE, "polite", "line", NAME, "addr", LISTED, "end"}
        return bare.qty.unit is not None and is_all

    def is_told_of(self, mention: Mention, bare: Bare) -> bool:
        """Tell whether its clause tells a story, so that a quantity behind it is of that."""
        clause, said = self._overview.clause(mention.last), self._overview.clause(bare.token).said
        if not (said & _CHANGED or bare.is_explicit) and clause.strange:
            return True
        return clause.strange > _MOST_APART or self._is_told(mention)

    def may_be_of(self, bare: Bare) -> bool:
        """Tell whether a quantity alone may be of goods named before: behind a verb, or in a list."""
        said = self._overview.clause(bare.token).said
        return bare.is_explicit or not bare.owner.is_sender or bool(said & _CHANGED)

    # ---- the message as a whole

    def is_pure(self) -> bool:
        """Tell whether nothing is said in the whole message that is not about an order."""
        return not self._whole.strange and not self._whole.said & _IMPURE

    def just_wants(self) -> bool:
        """Tell whether the message says that its sender wants what it answers, and nothing else."""
        wants = bool(self._whole.said & (_WISHES | {"alike"}))
        return self.is_pure() and wants and not self._whole.said & {"ask", "mark", "not", "decline"}

    def is_only_goods(self) -> bool:
        """Tell whether the message names goods on offer and says nothing else."""
        return "good" in self._whole.said and self._whole.said <= {"good", SPACE, "join", "comma", "line"}

    def is_payment(self, *, is_order: bool) -> bool:
        """Tell whether a word of paying is a claim of having paid."""
        if not is_order and self._whole.strange > _MOST_STRANGE:
            return False
        said = (self._overview.of([each]) for each in self._whole.stretches if "paid" in each.says)
        return any(
            not each.asks and not each.said & {"unpaid", "doubt"} and each.strange <= _MOST_STRANGE
            for each in said
        )

    def complains(self) -> bool:
        """Tell whether something is wrong with what came."""
        return any("complaint" in each.says and "doubt" not in each.says for each in self._whole.stretches)

    def asks(self) -> bool:
        """Tell whether something is asked."""
        return self._whole.asks
