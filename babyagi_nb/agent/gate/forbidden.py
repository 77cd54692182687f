"""What no candidate may write: calls, attributes and modules that reach for the interpreter.

This list is hygiene, and no boundary: code can hide what it calls, and the sandbox is what holds.
It is here because code on it is never what was asked for, and because a model is told in one line
what to write instead, before anything runs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Collection, Iterator

from babyagi_nb.agent.gate.report import Finding

__all__ = ["forbidden", "imported"]

_CALLS = {
    "exec": "write the code itself",
    "eval": "use ast.literal_eval for data",
    "compile": "write the code itself",
    "__import__": "write an import statement",
    "globals": "pass values as arguments",
    "locals": "name the variables",
    "breakpoint": "leave it out",
    "input": "take it as a parameter",
    "exit": "return or raise",
    "quit": "return or raise",
    "help": "leave it out",
    "get_ipython": "it does not exist where the function runs",
    "get_func_instance": "call the stored functions by name",
    "__builtins__": "use the builtins by name",
    "__loader__": "leave it out",
    "__spec__": "leave it out",
}

_MODULES_WORDS = """
    subprocess ctypes gc inspect builtins importlib imp signal faulthandler multiprocessing pty
    socket socketserver unittest pytest doctest code codeop pdb bdb trace runpy pickle marshal
    shelve dill cloudpickle mmap atexit resource sysconfig site pkgutil zipimport tracemalloc
    cffi cProfile profile dis opcode symtable traceback fcntl termios tty nt posix msvcrt winreg
    webbrowser antigravity this turtle tkinter idlelib lib2to3 ensurepip venv pip timeit pydoc
    py_compile compileall modulefinder rlcompleter test xmlrpc wsgiref
"""
_MODULES = frozenset(_MODULES_WORDS.split())
"""Modules that reach into the interpreter, start processes, or load what is not source."""

_SYS = frozenset({"maxsize", "float_info", "int_info", "version_info", "byteorder", "getsizeof",
                  "maxunicode", "platform", "version", "getrecursionlimit", "intern",
                  "set_int_max_str_digits", "hash_info", "getdefaultencoding"})  # fmt: skip
"""The members of ``sys`` that say something and change nothing."""

_OS_WORDS = """
    system popen fork forkpty kill killpg _exit abort write read dup dup2 fdopen putenv unsetenv
    setuid setgid chroot startfile pipe close open openpty sendfile nice setsid waitpid
    register_at_fork add_dll_directory posix_spawn posix_spawnp closerange pwrite writev pwritev
    pread readv preadv splice copy_file_range memfd_create eventfd eventfd_write ftruncate
"""
_OS = frozenset(_OS_WORDS.split())

_ATTRIBUTES_WORDS = """
    __globals__ __builtins__ __code__ __closure__ __subclasses__ __mro__ __bases__ __base__
    __loader__ __spec__ __self__ __func__ __wrapped__ __getattribute__ __reduce__ __reduce_ex__
    __import__ __traceback__ with_traceback tb_frame tb_next f_back f_locals f_globals
    f_builtins f_code gi_frame cr_frame ag_frame gi_code cr_code ag_code gi_yieldfrom cr_await
    _getframe _current_frames settrace setprofile mro __subclasshook__ __defaults__
    __kwdefaults__ addaudithook excepthook unraisablehook displayhook meta_path path_hooks
    get_objects get_referrers get_referents FunctionType CodeType FrameType TracebackType
    __get__ __match_args__ __instancecheck__ __subclasscheck__ get_stack get_type_hints
    ForwardRef get_field
"""
_ATTRIBUTES = frozenset(_ATTRIBUTES_WORDS.split())

_REACHED = _MODULES - {"code", "this", "site", "profile", "trace", "signal"} | {"sys", "os"}
"""Modules as members of others, where the name can hardly mean anything else."""

_FAMILIES = ("exec", "spawn")
_ANSWERS = frozenset({"__eq__", "__ne__", "__lt__", "__gt__", "__le__", "__ge__", "__bool__",
                      "__contains__", "__instancecheck__"})  # fmt: skip


def forbidden(
    tree: ast.Module, *, declared: Collection[str], installed: Callable[[str], bool], about: str
) -> Iterator[Finding]:
    """Everything in a module text that no candidate may write, in the order of its lines.

    *declared* are the modules beyond the standard library that the plan names, and *installed*
    says whether one is there; *about* is ``code`` or ``tests``.
    """
    return _Reader(tree, frozenset(declared), installed, about).read()


def imported(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str, str]]:
    """Each import with the module and the name that it binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield node, each.name, each.asname or each.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield node, "." * node.level + (node.module or ""), each.asname or each.name


class _Reader:
    def __init__(
        self,
        tree: ast.Module,
        declared: frozenset[str],
        installed: Callable[[str], bool],
        about: str,
    ) -> None:
        self._tree = tree
        self._declared = {each.partition(".")[0] for each in declared}
        self._installed = installed
        self._about = about
        names = tuple(imported(tree))
        self._modules = {
            name: module.partition(".")[0]
            for node, module, name in names
            if isinstance(node, ast.Import)
        }
        self._taken = {name for _, _, name in names} - self._modules.keys()
        """Names of what is taken from modules: a module itself, perhaps, such as ``os.path``."""
        self._bases = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    def read(self) -> Iterator[Finding]:
        for node in ast.walk(self._tree):
            yield from self._look(node)

    def _look(self, node: ast.AST) -> Iterator[Finding]:
        match node:
            case ast.Import(names=names):
                for each in names:
                    yield from self._module(node, each.name, None)
            case ast.ImportFrom(module=module, names=names, level=level):
                for each in names:
                    yield from self._module(node, "." * level + (module or ""), each.name)
            case ast.Name(id=name) if name in _CALLS:
                yield self._find("call-banned", node, f"{name} is not allowed; {_CALLS[name]}")
            case ast.Name(id=name, ctx=ast.Load()) if name in self._modules:
                if id(node) not in self._bases:
                    yield self._find("module-value", node, f"use {name} only as in {name}.member")
            case ast.Attribute():
                yield from self._attribute(node)
            case ast.MatchClass(kwd_attrs=names):
                for name in set(names) & _ATTRIBUTES:
                    yield self._find("attribute-banned", node, f".{name} is not allowed")
            case ast.Constant(value=str(text)):
                yield from self._text(node, text)
            case ast.BinOp(op=ast.Add()):
                yield from self._joined(node)
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:
                    yield from self._target(target)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                yield from self._target(target)
            case ast.Call():
                yield from self._call(node)
            case ast.ExceptHandler():
                yield from self._handler(node)
            case ast.Name(id=name) | ast.arg(arg=name) if name in _ATTRIBUTES:
                yield self._find("attribute-banned", node, f"{name} is not allowed; rename it")
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if name in _ATTRIBUTES:
                yield self._find("attribute-banned", node, f"{name} is not allowed; rename it")
            case ast.FunctionDef() if node.name in _ANSWERS:
                yield from self._answer(node)

    def _module(self, node: ast.AST, module: str, attribute: str | None) -> Iterator[Finding]:
        root = module.partition(".")[0]
        if attribute == "*":
            yield self._find("import-star", node, f"import from {module} by name")
        if module.startswith("."):
            yield self._find("import-unknown", node, "there is no package to import from here")
        elif root in ("babyagi", "babyagi_nb", "functionz"):
            yield self._find(
                "import-host", node, f"{root} is not there; call the stored functions by name"
            )
        elif root in _MODULES or (root.startswith("_") and root != "__future__"):
            yield self._find("import-banned", node, f"{module} is not allowed; do without it")
        elif root in sys.stdlib_module_names:
            if attribute is not None:
                yield from self._member(node, root, attribute)
        elif root not in self._declared:
            yield self._find(
                "import-undeclared", node,
                f"{root} is not in the plan; use the standard library or what the plan declares",
            )  # fmt: skip
        elif not self._installed(root):
            yield self._find("import-missing", node, f"{root} is not installed; do without it")

    def _member(self, node: ast.AST, root: str, name: str) -> Iterator[Finding]:
        """What is taken from a module: by import, or as an attribute."""
        reaches = (
            (root == "sys" and name not in _SYS)
            or (root == "os" and (name in _OS or name.startswith(_FAMILIES)))
            or (root == "io" and name in ("open", "FileIO", "open_code"))
            or (root == "threading" and name in ("settrace", "setprofile"))
            or (root == "operator" and name in ("attrgetter", "methodcaller"))
            or (root == "asyncio" and "subprocess" in name)
        )
        if reaches or name in _ATTRIBUTES:
            yield self._find("call-banned", node, f"{root}.{name} is not allowed; do without it")
        elif name.startswith("_") and not name.startswith("__"):
            yield self._find("attribute-banned", node, f"{root}.{name} is no public part of {root}")
        elif name in _REACHED:
            yield self._find("import-banned", node, f"{name} may not be reached through {root}")

    def _attribute(self, node: ast.Attribute) -> Iterator[Finding]:
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        if node.attr in _ATTRIBUTES or (node.attr == "__dict__" and not own):
            yield self._find("attribute-banned", node, f".{node.attr} is not allowed")
        elif isinstance(node.value, ast.Name) and node.value.id in self._modules:
            yield from self._member(node, self._modules[node.value.id], node.attr)
        elif node.attr in _REACHED and _root(node) in self._taken | self._modules.keys():
            yield self._find("import-banned", node, f"{node.attr} may not be reached so")

    def _text(self, node: ast.AST, text: str) -> Iterator[Finding]:
        if len(text) < 400 and any(
            each in text for each in _ATTRIBUTES if each.startswith("__") and each.endswith("__")
        ):
            yield self._find("attribute-banned", node, f"the text {text[:40]!r} is not allowed")

        if "/proc/" in text or "/dev/fd" in text:
            yield self._find("path-banned", node, f"the path {text[:40]!r} is not allowed")

    def _joined(self, node: ast.BinOp) -> Iterator[Finding]:
        text = _folded(node)
        if text is not None:
            yield from self._text(node, text)

    def _target(self, target: ast.expr) -> Iterator[Finding]:
        base = target
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if base is not target and isinstance(base, ast.Name) and base.id in self._modules:
            yield self._find(
                "module-changed", target, f"{ast.unparse(target)} changes a module for everybody"
            )

    def _call(self, node: ast.Call) -> Iterator[Finding]:
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("setattr", "delattr", "vars"):
            first = node.args[0] if node.args else None
            if first is None or (isinstance(first, ast.Name) and first.id in self._modules):
                yield self._find(
                    "module-changed",
                    node,
                    f"{function.id} of a module or of nothing is not allowed",
                )
        if (
            isinstance(function, ast.Name)
            and function.id == "open"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and type(node.args[0].value) is int
        ):
            yield self._find("call-banned", node, "open takes a path; give it no number")

    def _handler(self, node: ast.ExceptHandler) -> Iterator[Finding]:
        names = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if (
            node.type
        ) else {"BaseException"}  # fmt: skip
        raises = any(isinstance(each, ast.Raise) for each in ast.walk(node))
        if not raises and names & {"BaseException", "BaseExceptionGroup"}:
            yield self._find("catches-all", node, "write `except Exception` or something narrower")

    def _answer(self, node: ast.FunctionDef) -> Iterator[Finding]:
        last = node.body[-1]
        if (
            isinstance(last, ast.Return)
            and isinstance(last.value, ast.Constant)
            and last.value.value is True
            and not any(isinstance(each, ast.If) for each in ast.walk(node))
        ):
            yield self._find("always-equal", node, f"{node.name} must compare something")

    def _find(self, rule: str, node: ast.AST, words: str) -> Finding:
        line = f"line {getattr(node, 'lineno', 1)}"
        return Finding(rule=rule, model=words, people=words, where=line, about=self._about)


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _folded(node: ast.expr) -> str | None:
    """The text that a sum of texts makes."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _folded(node.left), _folded(node.right)
        return left + right if left is not None and right is not None else None
    return None
