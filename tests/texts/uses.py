"""Which texts the product's code asks for, read from its syntax."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from tests.architecture.product import PACKAGES, modules

_NAMES = ("key", "text_key")


@dataclass(frozen=True)
class Use:
    """A text key in the code; `fields` are its parameters, None where not literal."""

    key: str
    place: str
    by: str
    fields: frozenset[str] | None = None


def uses() -> list[Use]:
    """Return every text key that stands in the product's code."""
    packages = [package for package in PACKAGES if package != "sandbox"]
    return [
        use
        for path, module in modules(*packages)
        for node in ast.walk(module)
        for use in _of_node(node, path)
    ]


def word_uses() -> set[str]:
    """Return the keys of words that the code asks for."""
    return {
        node.slice.value
        for _, module in modules("handlers", "bot")
        for node in ast.walk(module)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "words"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }


def _of_node(node: ast.AST, path: str) -> Iterator[Use]:
    match node:
        case ast.Call(func=ast.Name(id="Text"), args=[first, *rest]):
            yield from (Use(key, f"{path}:{node.lineno}", "Text", _of_dict(rest)) for key in _keys(first))
        case ast.Call(func=ast.Name(id="toast"), args=[_, second, *_], keywords=given):
            fields = frozenset(k.arg for k in given if k.arg not in (None, "alert"))
            known = fields if isinstance(second, ast.Constant) else None
            place = f"{path}:{node.lineno}"
            yield from (Use(key, place, "toast", known) for key in _keys(second))
        case ast.Call(func=ast.Name(id="partial"), args=[ast.Name(id="toast"), _, key, *_]):
            yield from (Use(key, f"{path}:{node.lineno}", "toast") for key in _keys(key))
        case ast.Call(func=ast.Name(id="Tap" | "Open"), args=[ast.Call(args=[label, *_]), *_]):
            yield from (Use(key, f"{path}:{node.lineno}", "button") for key in _keys(label))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _NAMES:
            yield from (Use(key, f"{path}:{node.lineno}", name) for key in _keys(value))


def _of_dict(rest: list[ast.expr]) -> frozenset[str] | None:
    match rest:
        case []:
            return frozenset()
        case [ast.Dict(keys=keys)]:
            return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))
        case _:
            return None


def _keys(value: ast.expr) -> Iterator[str]:
    """Yield the keys an expression may be: a literal, either side of an if, an f-string as its fixed head."""
    match value:
        case ast.Constant(value=str(key)) if key:
            yield key
        case ast.IfExp(body=body, orelse=orelse):
            yield from _keys(body)
            yield from _keys(orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), *_]):
            yield f"{head}*"


def placeholders(template: str) -> frozenset[str]:
    """Return the names a template wants filled."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
