"""Honest candidates about data: documents, files, tables."""

from __future__ import annotations

from gate_corpus import good

GOOD = (
    good('''
def tokenize_expression(text: str):
    """Numbers, names and signs of an expression, one at a time."""
    import re

    pattern = re.compile(r"\\s*(?:(\\d+(?:\\.\\d+)?)|([a-z_]\\w*)|([-+*/()]))", re.I)
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise SyntaxError(f"unexpected {text[at]!r}")
        number, name, sign = match.groups()
        yield float(number) if number else name or sign
        at = match.end()

# tests
assert list(tokenize_expression("1 + x")) == [1.0, "+", "x"]
assert list(tokenize_expression("")) == []
assert list(tokenize_expression("(a1*2.5) ")) == ["(", "a1", "*", 2.5, ")"]
!SyntaxError list(tokenize_expression("1 ? 2"))
'''),
    good('''
def redact(text: str, words: list[str]) -> str:
    """Replace whole words by a mark."""
    import re

    if not words:
        return text
    if any(not each for each in words):
        raise ValueError("an empty word")
    pattern = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    return re.sub(rf"\\b(?:{pattern})\\b", "[…]", text, flags=re.IGNORECASE)

# tests
assert redact("tell Bob and bobby", ["bob"]) == "tell […] and bobby"
assert redact("as is", []) == "as is"
assert redact("a.b axb", ["a.b"]) == "[…] axb"
assert redact("New York", ["new", "new york"]) == "[…]"
!ValueError redact("x", [""])
'''),
    good('''
def xml_titles(document: str) -> list[str]:
    """Texts of all title elements."""
    import xml.etree.ElementTree as tree

    try:
        root = tree.fromstring(document)
    except tree.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    return [(each.text or "").strip() for each in root.iter("title")]

# tests
assert xml_titles("<a><title> x </title><b><title>y</title></b></a>") == ["x", "y"]
assert xml_titles("<a/>") == []
assert xml_titles("<title/>") == [""]
!ValueError xml_titles("<a>")
'''),
    good('''
def moving_average(values: list[float], window: int) -> list[float]:
    """Means of neighbours."""
    from collections import deque

    if window < 1:
        raise ValueError("no window")
    recent: deque[float] = deque(maxlen=window)
    found = []
    for each in values:
        recent.append(each)
        if len(recent) == window:
            found.append(sum(recent) / window)
    return found

# tests
assert moving_average([1, 2, 3, 4], 2) == [1.5, 2.5, 3.5]
assert moving_average([1], 2) == []
assert moving_average([5, 5], 1) == [5, 5]
assert moving_average([3, 6, 9], 3) == [6]
!ValueError moving_average([1], 0)
'''),
    good('''
def quadratic_roots(a: float, b: float, c: float) -> list[float]:
    """Real roots in order."""
    import math

    if a == 0:
        raise ValueError("not quadratic")
    inner = b * b - 4 * a * c
    if inner < 0:
        return []
    root = math.sqrt(inner)
    return sorted({(-b - root) / (2 * a), (-b + root) / (2 * a)})

# tests
assert quadratic_roots(1, -3, 2) == [1, 2]
assert quadratic_roots(1, 2, 1) == [-1]
assert quadratic_roots(1, 0, 1) == []
assert quadratic_roots(-2, 0, 8) == [-2, 2]
!ValueError quadratic_roots(0, 1, 1)
'''),
    good('''
def summarize(values: list[float]) -> dict[str, float]:
    """A few figures about numbers."""
    import statistics

    if len(values) < 2:
        raise ValueError("two numbers at least")
    return {
        "mean": statistics.fmean(values),
        "spread": round(statistics.stdev(values), 6),
        "low": min(values),
        "high": max(values),
    }

# tests
assert summarize([1, 2, 3]) == {"mean": 2.0, "spread": 1.0, "low": 1, "high": 3}
assert summarize([4, 4])["spread"] == 0
assert summarize([-1, 5])["mean"] == 2.0
!ValueError summarize([1])
'''),
)
