"""What is overlooked in files of the original's form, so that they load as they are.

A file that breaks off behind a decorator loads without it. A key that was declared for ``litellm``
alone is not asked for: the stand-in knows the key of the server that is asked, and a function that
does not hold a key cannot lose it. A module that stands among the dependencies is left out there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from babyagi_nb.packs.recorder import CLIENT_MODULES

__all__ = ["finished", "without_client_keys", "without_modules"]

_CLIENT_KEYS = frozenset(
    f"{each}_api_key"
    for each in ("anthropic", "azure", "cohere", "gemini", "groq", "mistral", "openai")
)


def finished(text: str) -> tuple[str, int | None]:
    r"""*text* without a decorator at its end that decorates nothing, and the line it began in.

    >>> finished("def f():\n    pass\n\n@register(\n    1)\n")
    ('def f():\n    pass\n\n', 4)
    >>> finished("x = 1\n")
    ('x = 1\n', None)
    """
    lines = text.splitlines(keepends=True)
    last = max((at for at, line in enumerate(lines) if line[:1].strip()), default=-1)
    for at in range(last, -1, -1):
        if lines[at].startswith("@"):
            tail = "".join(lines[at:])
            if _parses(f"{tail.rstrip()}\ndef f(): ...\n") and not _parses(tail):
                return "".join(lines[:at]), at + 1
            break
        if lines[at].startswith(("def ", "class ", "async ")):
            break
    return text, None


def without_client_keys(
    declared: Mapping[str, Any], name: str, tree: ast.Module
) -> Mapping[str, Any]:
    """What the function *name* was declared with, without keys that only a client library needs."""
    keys = declared.get("key_dependencies")
    if isinstance(keys, str):
        keys = [each.strip() for each in keys.split(",")]
    node = next((each for each in tree.body if getattr(each, "name", None) == name), None)
    if not keys or node is None or not _uses_client(declared.get("imports"), node, tree):
        return declared
    decorators = {each for top in getattr(node, "decorator_list", ()) for each in ast.walk(top)}
    known = {word for part in ast.walk(node) if part not in decorators for word in _words(part)}
    kept = [each for each in keys if each.lower() not in _CLIENT_KEYS or each in known]
    return {**declared, "key_dependencies": kept}


def without_modules(declared: Mapping[str, Any], modules: Iterable[str]) -> Mapping[str, Any]:
    """What was declared, without dependencies that are no functions but *modules* the file imports.

    >>> without_modules({"dependencies": ["func", "gpt_call", "litellm.completion"]}, ["func"])
    {'dependencies': ['gpt_call']}
    """
    given = declared.get("dependencies")
    if not isinstance(given, list | tuple):
        return declared
    other = {*modules, *CLIENT_MODULES}
    kept = [each for each in given if str(each).partition(".")[0] not in other]
    return {**declared, "dependencies": kept}


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _uses_client(imports: Any, node: ast.AST, tree: ast.Module) -> bool:
    listed = imports if isinstance(imports, list | tuple) else [imports]
    named = [each.get("name") if isinstance(each, Mapping) else each for each in listed]
    statements: Iterable[ast.AST] = (*ast.walk(node), *tree.body)
    for each in statements:
        if isinstance(each, ast.Import):
            named += [alias.name for alias in each.names]
        elif isinstance(each, ast.ImportFrom):
            named.append(each.module or "")
    return any(str(each).partition(".")[0] in CLIENT_MODULES for each in named)


def _words(node: ast.AST) -> list[str]:
    """Names and texts: a key may be read as ``globals()['name']``."""
    if isinstance(node, ast.Name):
        return [node.id]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
