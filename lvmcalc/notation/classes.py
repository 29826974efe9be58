"""Classes round an answer: the method that is the answer alone, with what it needs of the others.

    class Model:
        def kernel(self, X):
            return self.alpha * X @ X.T            K = (self.alpha * X @ X.T)
        def grad(self, X):
            K = self.kernel(X)
"""

import ast
import re
from collections.abc import Iterable, Iterator
from textwrap import dedent

from lvmcalc.notation.inlining import inlined
from lvmcalc.notation.name_resolution import Unreadable

_CLASS = re.compile(r"^class\s+\w+[^\n]*:", re.MULTILINE)
_ANSWER = re.compile(r"grad|backward|deriv|^d[A-Z_]")
Method = ast.FunctionDef


def without_class(text: str, asked: str) -> str:
    """Return the statements of the method of a class that is the answer, and another text as it is.

    What is set to a name of its own, as in self.x = x, is left out, and a method that is called
    gives way to its formula. Of several for a gradient it is that for what is `asked`.

    Raises
    ------
    Unreadable
        If it is not clear which method is the answer, or one that is called cannot be read.
    """
    if not _CLASS.search(text):
        return text
    text = re.sub(r"^\s*```\w*", "", text, flags=re.MULTILINE)
    try:
        module = ast.parse(text)
    except SyntaxError:
        return text
    classes = [it for it in module.body if isinstance(it, ast.ClassDef)]
    front = [it for it in module.body if isinstance(it, Method)]
    others = [it for it in module.body if not isinstance(
        it, ast.ClassDef | Method | ast.Import | ast.ImportFrom) and not _is_text(it)]
    if len(classes) != 1 or others:
        return text
    methods = {it.name: it for it in classes[0].body if isinstance(it, Method)}
    if not {*methods} - {"__init__"}:
        return text
    answer = _answer(methods, asked)
    written = [it for it in answer.body if not _is_text(it)]
    used = {name for name in _names(written) if name.startswith("self.")}
    init = [*filter(None, [methods.get("__init__")])]
    setting = [it for it in methods.values() if it not in (answer, *init)
               and {*_names(it.body, ast.Store)} & used]
    if len(setting) > 1:
        raise Unreadable(f"What `{answer.name}` uses is set in {_listed(setting)}: leave only one.")
    before: list[ast.stmt] = []
    for method in (*setting, *init):
        own = {*used}
        for line in reversed(method.body):
            if {*_names([line], ast.Store)} & own and not _renames(line):
                before.insert(0, line)
                own |= {*_names([line])}
        used |= {name for name in own if name.startswith("self.")}
    helpers = [*_helpers([*before, *written], methods)]
    _refuse_pairs(answer, before, [*setting, *init, *helpers])
    code = "\n".join([*(_source(text, [it]) for it in front), *(
        f"def {it.name}({', '.join(_arguments(it))}):\n"
        + re.sub("^", "    ", _source(text, it.body), flags=re.MULTILINE) for it in helpers),
        _source(text, [*before, *written])])
    for name in {it.name for it in helpers}:
        bare = _is_property(methods[name])
        code = re.sub(rf"\bself\.{name}\b(?{'!' if bare else '='}\()", name + "()" * bare, code)
    code = inlined(code)
    for it in helpers:
        if re.search(rf"(?<![\w.]){it.name}\(", code):
            raise Unreadable(f"`self.{it.name}` is a method that is not read: write its formula "
                             "where it is used.")
    return code


def _answer(methods: dict[str, Method], asked: str) -> Method:
    """Return the method that is the answer, grad_U of several if U is asked for."""
    every = {name: it for name, it in methods.items() if name != "__init__"}
    called = {name for own, it in methods.items() for name in _of_self(it.body) if name != own}
    named = {name for name in every if _ANSWER.search(name)}
    alone = {*every} - called
    found = {it for it in named if it.endswith((f"_{asked}", f"d{asked}"))} or (
        named & alone or named or alone)
    if len(found) != 1:
        raise Unreadable(f"This class has the methods {_listed(every.values())}: leave only the "
                         "one that is the answer.")
    return every[found.pop()]


def _helpers(lines: Iterable[ast.AST], methods: dict[str, Method]) -> Iterator[Method]:
    """Yield the methods that some lines call, each behind those that it calls itself."""
    for line in lines:
        for node in ast.walk(line):
            if isinstance(node, ast.Call) and (name := _attribute(node.func)) and (
                    name not in methods):
                raise Unreadable(f"`{ast.unparse(node)}` calls a method that does not stand here: "
                                 "write its formula where it is used.")
            if (helper := methods.get(_attribute(node))) and line not in helper.body:
                yield from _helpers(helper.body, {name: it for name, it in methods.items()
                                                  if it is not helper})
                yield helper


def _refuse_pairs(answer: Method, before: list[ast.stmt], others: list[Method]) -> None:
    """Refuse self.X beside another X, as both are read as X."""
    kept = [line for method in (answer, *others) for line in method.body if not _renames(line)]
    given = {name for line in (*before, *answer.body) if not _renames(line)
             for name in _names([line], ast.Store)}
    pairs = given & (_of_self(kept) | ({*_arguments(answer)} & {*_names(before, ast.Store)}))
    for method in (answer, *others):
        lines = [line for line in method.body if line in (*before, *answer.body)]
        pairs |= {*_arguments(method)} & _of_self(it for it in lines if not _renames(it))
    if pairs:
        name = min(pairs)
        raise Unreadable(f"`self.{name}` and `{name}` would be read as one: write only one of "
                         "them.")


def _arguments(method: Method) -> list[str]:
    return [it.arg for it in method.args.args if it.arg != "self"]


def _renames(line: ast.stmt) -> bool:
    """Return whether a line sets names to themselves, as self.a, self.b = a, b, or to None."""
    if not isinstance(line, ast.Assign) or len(line.targets) != 1:
        return False
    sides = [it.elts if isinstance(it, ast.Tuple) else [it] for it in (line.targets[0], line.value)]
    left, right = ([_attribute(it) or getattr(it, "id", None) for it in side] for side in sides)
    none = isinstance(line.value, ast.Constant) and line.value.value is None
    return none or (left == right and None not in left)


def _names(lines: Iterable[ast.AST], context: type = ast.Load) -> Iterator[str]:
    """Yield the names in some lines that are read, or set; those of self with it."""
    for node in (it for line in lines for it in ast.walk(line)):
        if isinstance(node, ast.AugAssign):
            yield from _names([node.target], ast.Store)
        if isinstance(getattr(node, "ctx", None), context):
            if name := _attribute(node):
                yield f"self.{name}"
            elif isinstance(node, ast.Name):
                yield node.id


def _of_self(lines: Iterable[ast.AST]) -> set[str]:
    return {name for line in lines for node in ast.walk(line) if (name := _attribute(node))}


def _attribute(node: ast.AST) -> str:
    """Return x of self.x, and "" of anything else."""
    own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return node.attr if own and node.value.id == "self" else ""


def _is_property(method: Method) -> bool:
    return any(getattr(it, "id", "") == "property" for it in method.decorator_list)


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _source(text: str, lines: Iterable[ast.stmt]) -> str:
    """Return the lines of some statements as they are written, without what indents them."""
    rows = text.splitlines()
    places = dict.fromkeys((it.lineno, it.end_lineno) for it in lines)
    return "\n".join(dedent("\n".join(rows[start - 1:end])) for start, end in places)


def _listed(methods: Iterable[Method]) -> str:
    return ", ".join(f"`{it.name}`" for it in methods)
