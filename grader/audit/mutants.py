"""Automatic mutants of an answer: every small slip of the pen that a check must notice.

A mutant changes one node of the answer's syntax tree inside the solution marks: drops a term, swaps an operator, operands or
two parameters, adds or removes a transpose, strips a nonlinearity, shifts a whole number by one, flips a comparison,
turns `+=` into `=`, negates a condition, or leaves a statement out.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.build.text import BEGIN, END

NONLINEARITIES = {"tanh", "sigmoid", "relu", "exp", "log", "log2", "sqrt", "abs"}
SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


@dataclass(frozen=True)
class Mutant:
    """A changed answer. `label` is "old -> new" in source text, numbered when the same change occurs twice."""

    label: str
    source: str


def mutants(source: str, name: str) -> list[Mutant]:
    """All mutants of an exercise cell's source; `name` is the function or class whose parameters are swapped too."""
    tree = ast.parse(source)
    inside = _solution_lines(source)
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if getattr(node, "lineno", 0) in inside:
            for change in _replacements(node):
                replacement = ast.fix_missing_locations(ast.copy_location(change, node))
                found.append((_label(node, replacement), _replaced(tree, node, replacement)))
    found += _parameter_swaps(tree, name)
    counts: Counter[str] = Counter()
    made = []
    for label, text in found:
        counts[label] += 1
        made.append(Mutant(label if counts[label] == 1 else f"{label} #{counts[label]}", text))
    return made


def _solution_lines(source: str) -> set[int]:
    lines: set[int] = set()
    start = 0
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() == BEGIN:
            start = number
        elif line.strip() == END:
            lines.update(range(start + 1, number))
    return lines


def _label(old: ast.AST, new: ast.AST) -> str:
    after = ast.unparse(new)
    return f"{_one_line(ast.unparse(old))} -> {'(left out)' if after == 'pass' else _one_line(after)}"


def _one_line(text: str) -> str:
    first = text.splitlines()[0]
    return first if first == text else first + " ..."


def _replaced(tree: ast.Module, node: ast.AST, replacement: ast.AST) -> str:
    """The source of `tree` with `node` replaced. The tree itself is left as it was."""

    class Put(ast.NodeTransformer):
        def visit(self, current: ast.AST) -> ast.AST:
            return replacement if current is node else self.generic_visit(current)

    memo = {id(node): node, id(replacement): replacement}
    return ast.unparse(ast.fix_missing_locations(Put().visit(copy.deepcopy(tree, memo))))


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    for make in MAKERS:
        yield from make(node)


def _terms(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Add, ast.Sub)):
            yield node.left
            yield node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
        swapped = SWAPPED.get(type(node.op))
        if swapped is not None:
            yield ast.BinOp(node.left, swapped(), node.right)
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(node.right, ast.MatMult(), node.left)


def _transposes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not (isinstance(operand, ast.Attribute) and operand.attr == "T"):
                turned = copy.copy(node)
                setattr(turned, side, ast.Attribute(operand, "T", ast.Load()))
                yield turned


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in NONLINEARITIES:
            yield node.args[0]


def _constants(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        if node.value > 0:
            yield ast.Constant(node.value - 1)


def _comparisons(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        flipped = FLIPPED.get(type(node.ops[0]))
        if flipped is not None:
            yield ast.Compare(node.left, [flipped()], node.comparators)


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        negated = copy.copy(node)
        negated.test = ast.UnaryOp(ast.Not(), node.test)
        yield negated


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    if isinstance(node, (ast.Assign, ast.AugAssign)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()


MAKERS: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    _terms,
    _transposes,
    _calls,
    _constants,
    _comparisons,
    _conditions,
    _statements,
)


def _parameter_swaps(tree: ast.Module, name: str) -> list[tuple[str, str]]:
    """The function with two neighbouring parameters without defaults exchanged."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            plain = len(node.args.args) - len(node.args.defaults)
            return [_swapped(tree, node, first) for first in range(plain - 1)]
    return []


def _swapped(tree: ast.Module, node: ast.FunctionDef, first: int) -> tuple[str, str]:
    names = [argument.arg for argument in node.args.args]
    swapped = copy.deepcopy(node)
    arguments = swapped.args.args
    arguments[first], arguments[first + 1] = arguments[first + 1], arguments[first]
    return f"parameters {names[first]}, {names[first + 1]} exchanged", _replaced(tree, node, swapped)
