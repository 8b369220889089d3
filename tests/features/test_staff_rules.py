"""Who may do what, and who may give which role: properties of the tables."""

from hypothesis import given
from hypothesis import strategies as st

from features.staff import rules
from features.staff.model import Act, Role

ROLES = st.frozensets(st.sampled_from(Role))


def test_every_act_has_somebody_and_the_owner_may_everything() -> None:
    assert set(rules.MAY) == set(Act)
    assert all(Role.OWNER in roles for roles in rules.MAY.values())


@given(roles=ROLES, more=ROLES, act=st.sampled_from(Act))
def test_more_roles_never_mean_less(roles: frozenset[Role], more: frozenset[Role], act: Act) -> None:
    assert not rules.may(roles, act) or rules.may(roles | more, act)


@given(roles=ROLES, act=st.sampled_from(Act))
def test_telegram_adds_three_acts_and_nothing_else(roles: frozenset[Role], act: Act) -> None:
    by_role, by_both = rules.may(roles, act), rules.may(roles, act, by_telegram=True)
    assert by_both == (by_role or act in {Act.SETUP, Act.PANIC, Act.HEALTH})


@given(roles=ROLES)
def test_nobody_gives_what_stands_as_high_as_their_own(roles: frozenset[Role]) -> None:
    ranks = list(Role)
    highest = min((ranks.index(role) for role in roles), default=len(ranks))
    assert all(ranks.index(role) > highest for role in rules.givable(roles))
    assert Role.OWNER not in rules.givable(roles)


@given(roles=ROLES)
def test_who_may_give_roles_may_change_them(roles: frozenset[Role]) -> None:
    assert bool(rules.givable(roles)) == rules.may(roles, Act.ROLES)
