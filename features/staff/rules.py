"""Who may do what, and who may give which role: pure data and decisions."""

from collections.abc import Mapping

from features.staff.model import Act, Role

_LEADING = frozenset({Role.OWNER, Role.MANAGER, Role.LEADER})
_CARING = _LEADING | {Role.SERVICE}

MAY: Mapping[Act, frozenset[Role]] = {
    Act.SETUP: _LEADING,
    Act.HEALTH: _CARING,
    Act.PANIC: _CARING,
    Act.WHO: _CARING,
    Act.PACK: _LEADING | {Role.PACKER},
    Act.AFTERSALES: _CARING,
    Act.POINTS: _CARING,
    Act.APPROVE_POINTS: _LEADING,
    Act.ROLES: _LEADING,
    Act.STAND_IN: _LEADING,
    Act.AUDIT: _LEADING | {Role.LEGAL},
    Act.COUPONS: _LEADING,
    Act.MONEY: _LEADING,
    Act.UNDO: _LEADING,
    Act.CATALOGUE: _LEADING,
    Act.DEALS: _LEADING,
    Act.APPROVE_GROUPS: frozenset({Role.OWNER}),
    Act.HAND_OVER: frozenset({Role.OWNER}),
}
"""The roles that each act needs one of."""

BY_TELEGRAM = frozenset({Act.SETUP, Act.PANIC, Act.HEALTH})
"""What an administrator of the group may do without a role of ours."""

_HELPERS = frozenset({Role.SERVICE, Role.REVIEWER, Role.LEGAL, Role.PACKER})
_MAY_GIVE: Mapping[Role, frozenset[Role]] = {
    Role.OWNER: _HELPERS | {Role.LEADER, Role.MANAGER},
    Role.MANAGER: _HELPERS | {Role.LEADER},
    Role.LEADER: _HELPERS,
}


def may(roles: frozenset[Role], act: Act, *, by_telegram: bool = False) -> bool:
    """Tell whether somebody with `roles` may do `act`; `by_telegram`: an administrator of the group."""
    return bool(roles & MAY[act]) or (by_telegram and act in BY_TELEGRAM)


def givable(roles: frozenset[Role]) -> tuple[Role, ...]:
    """Return the roles that somebody with `roles` may give and take back, in order of rank."""
    within: frozenset[Role] = frozenset().union(*(_MAY_GIVE.get(role, frozenset()) for role in roles))
    return tuple(role for role in Role if role in within)


def roles_for(act: Act) -> tuple[Role, ...]:
    """Return the roles that `act` needs one of, in order of rank."""
    return tuple(role for role in Role if role in MAY[act])
