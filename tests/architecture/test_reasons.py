"""Whatever the bot says by itself says why, so that /why can tell."""

import ast

from tests.architecture.product import nodes


def test_every_notice_has_a_reason() -> None:
    silent = [
        f"{path}:{node.lineno}"
        for path, node in nodes("features", "handlers")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Outgoing"
        if any(isinstance(each, ast.Attribute) and each.attr == "NOTICE" for each in node.args)
        if not any(keyword.arg == "reason" for keyword in node.keywords)
    ]
    assert silent == []
