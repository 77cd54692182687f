"""Honest candidates about text and data formats."""

from __future__ import annotations

from gate_corpus import good

GOOD = (
    good('''
def slugify(title: str) -> str:
    """Make a title fit for an address."""
    import re
    import unicodedata

    if not title.strip():
        raise ValueError("the title is empty")
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")

# tests
assert slugify("Hello, World!") == "hello-world"
assert slugify("  Café au lait ") == "cafe-au-lait"
assert slugify("a--b") == "a-b"
assert slugify("Über 100%") == "uber-100"
!ValueError slugify("   ")
'''),
    good('''
import re

_WORD = re.compile(r"[^\\W\\d_]+")

def word_frequencies(text: str) -> dict[str, int]:
    """Count words, whatever their case, most frequent first."""
    from collections import Counter

    counted = Counter(each.casefold() for each in _WORD.findall(text))
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

# tests
assert word_frequencies("a b A") == {"a": 2, "b": 1}
assert word_frequencies("") == {}
assert list(word_frequencies("z y y x")) == ["y", "x", "z"]
assert word_frequencies("Größe GRÖSSE 12") == {"grösse": 2}
!TypeError word_frequencies(None)
'''),
    good('''
def is_palindrome(text: str) -> bool:
    """Whether the letters read the same both ways."""
    if not isinstance(text, str):
        raise TypeError("text wanted")
    letters = [each.lower() for each in text if each.isalnum()]
    return letters == letters[::-1]

# tests
assert is_palindrome("A man, a plan, a canal: Panama") is True
assert is_palindrome("abca") is False
assert is_palindrome("") is True
assert is_palindrome("No") is False
!TypeError is_palindrome(121)
'''),
    good('''
def caesar(text: str, shift: int) -> str:
    """Move each Latin letter by so many places."""
    made = []
    for char in text:
        if char.isascii() and char.isalpha():
            first = ord("a") if char.islower() else ord("A")
            made.append(chr((ord(char) - first + shift) % 26 + first))
        else:
            made.append(char)
    return "".join(made)

# tests
assert caesar("abc", 1) == "bcd"
assert caesar("xyz", 3) == "abc"
assert caesar("Hello, World!", 5) == "Mjqqt, Btwqi!"
assert caesar(caesar("Round trip", 7), -7) == "Round trip"
assert caesar("É1", 4) == "É1"
!TypeError caesar("abc", None)
'''),
    good('''
def parse_query(query: str) -> dict[str, list[str]]:
    """Read the query part of an address."""
    from urllib.parse import unquote_plus

    found: dict[str, list[str]] = {}
    for part in query.lstrip("?").split("&"):
        if not part:
            continue
        name, equals, value = part.partition("=")
        if not name:
            raise ValueError("a value without a name")
        found.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return found

# tests
assert parse_query("a=1&b=2") == {"a": ["1"], "b": ["2"]}
assert parse_query("?q=x+y&q=%41") == {"q": ["x y", "A"]}
assert parse_query("") == {}
assert parse_query("flag&&b=") == {"flag": [""], "b": [""]}
!ValueError parse_query("=1")
'''),
    good('''
def csv_rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a table with a head, as dictionaries."""
    import csv
    import io

    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    rows = list(reader)
    if reader.fieldnames is None:
        raise ValueError("there is no head")
    for row in rows:
        if None in row or None in row.values():
            raise ValueError("a row has another length than the head")
    return rows

# tests
assert csv_rows("a,b\\n1,2\\n") == [{"a": "1", "b": "2"}]
assert csv_rows("a;b\\n1;2", ";") == [{"a": "1", "b": "2"}]
assert csv_rows("a\\n") == []
!ValueError csv_rows("")
!ValueError csv_rows("a,b\\n1\\n")
'''),
    good('''
def flatten_json(value, prefix: str = "") -> dict:
    """Paths of all leaves of a JSON value."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    elif not prefix:
        raise TypeError("an object or array is wanted")
    else:
        return {prefix: value}
    found = {}
    for key, part in items:
        path = f"{prefix}.{key}" if prefix else str(key)
        found.update(flatten_json(part, path))
    return found

# tests
assert flatten_json({"a": {"b": 1}}) == {"a.b": 1}
assert flatten_json([1, [2, 3]]) == {"0": 1, "1.0": 2, "1.1": 3}
assert flatten_json({"a": {}, "b": [None]}) == {"b.0": None}
assert flatten_json({}) == {}
!TypeError flatten_json(7)
'''),
    good('''
def roman(number: int) -> str:
    """A number in Roman digits."""
    if not 0 < number < 4000:
        raise ValueError("there is no Roman number for it")
    digits = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
              (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
    made = ""
    for worth, sign in digits:
        while number >= worth:
            made += sign
            number -= worth
    return made

# tests
assert roman(1994) == "MCMXCIV"
assert roman(3999) == "MMMCMXCIX"
assert roman(1) == "I"
assert roman(548) == "DXLVIII"
assert roman(449) == "CDXLIX"
!ValueError roman(0)
!ValueError roman(4000)
'''),
    good('''
def template_fill(template: str, values: dict[str, str]) -> str:
    """Replace each {{name}} by its value."""
    import re

    def replace(match: "re.Match[str]") -> str:
        name = match.group(1)
        if name not in values:
            raise KeyError(name)
        return str(values[name])

    return re.sub(r"\\{\\{\\s*(\\w+)\\s*\\}\\}", replace, template)

# tests
assert template_fill("Dear {{name}}", {"name": "Ada"}) == "Dear Ada"
assert template_fill("{{ a }}-{{b}}", {"a": 1, "b": 2}) == "1-2"
assert template_fill("{x}", {}) == "{x}"
!KeyError template_fill("{{a}}", {"b": 1})
'''),
    good('''
def wrap_lines(text: str, width: int) -> list[str]:
    """Break a text between words."""
    if width < 1:
        raise ValueError("too narrow")
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines

# tests
assert wrap_lines("aa bb cc", 5) == ["aa bb", "cc"]
assert wrap_lines("", 5) == []
assert wrap_lines("toolong a", 4) == ["toolong", "a"]
assert wrap_lines("a b c d", 3) == ["a b", "c d"]
!ValueError wrap_lines("a", 0)
'''),
    good('''
def run_length(text: str) -> list[tuple[str, int]]:
    """Letters with how often each comes in a row."""
    from itertools import groupby

    if not isinstance(text, str):
        raise TypeError("text wanted")
    return [(letter, len(list(group))) for letter, group in groupby(text)]

# tests
assert run_length("aabccc") == [("a", 2), ("b", 1), ("c", 3)]
assert run_length("") == []
assert run_length("aba") == [("a", 1), ("b", 1), ("a", 1)]
!TypeError run_length(["a"])
'''),
    good('''
def mask_email(address: str) -> str:
    """Hide most of the local part of an address."""
    local, at, domain = address.partition("@")
    if not (local and at and "." in domain):
        raise ValueError(f"no address: {address}")
    shown = local[0] + "*" * (len(local) - 1)
    return f"{shown}@{domain.lower()}"

# tests
assert mask_email("ada@Example.org") == "a**@example.org"
assert mask_email("b@x.io") == "b@x.io"
assert mask_email("charles@mail.example.com") == "c******@mail.example.com"
!ValueError mask_email("nobody")
!ValueError mask_email("@example.org")
'''),
    good('''
def ini_value(text: str, section: str, option: str) -> str:
    """One option of a configuration text."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    try:
        return parser[section][option]
    except KeyError:
        raise LookupError(f"no {option} in {section}") from None

# tests
assert ini_value("[a]\\nx = 1\\n", "a", "x") == "1"
assert ini_value("[a]\\nx: %s\\n[b]\\nx=2", "b", "x") == "2"
assert ini_value("[a]\\nx: %s\\n[b]\\nx=2", "a", "x") == "%s"
!LookupError ini_value("[a]\\n", "a", "x")
!LookupError ini_value("[a]\\n", "c", "x")
'''),
    good('''
from html.parser import HTMLParser


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def links_in(page: str) -> list[str]:
    """Where the links of a page lead."""
    parser = _Links()
    parser.feed(page)
    parser.close()
    return parser.found

# tests
assert links_in('<a href="/x">x</a>') == ["/x"]
assert links_in('<p>none</p>') == []
assert links_in('<a name="y"></a><A HREF=z>z</A>') == ["z"]
assert links_in('<a href="1"><img src="no"><a href="2">') == ["1", "2"]
!TypeError links_in(5)
'''),
    good('''
def hex_digest(text: str, method: str = "sha256") -> str:
    """A hash of a text."""
    import hashlib

    if method not in ("sha256", "md5"):
        raise ValueError("no such method")
    return hashlib.new(method, text.encode("utf-8")).hexdigest()

# tests
assert hex_digest("abc").startswith("ba7816bf")
assert hex_digest("", "md5") == "d41d8cd98f00b204e9800998ecf8427e"
assert len(hex_digest("ü")) == 64
assert hex_digest("a") != hex_digest("b")
!ValueError hex_digest("a", "crc")
'''),
    good('''
def initials(name: str) -> str:
    """Initial letters, of every alphabet."""
    parts = name.replace("-", " ").split()
    if not parts:
        raise ValueError("no name")
    return "".join(part[0].upper() + "." for part in parts)

# tests
assert initials("ada lovelace") == "A.L."
assert initials("Émile-Auguste Chartier") == "É.A.C."
assert initials("лев толстой") == "Л.Т."
assert initials("李 小龍") == "李.小."
!ValueError initials("")
'''),
    good('''
def diff_lines(before: str, after: str) -> list[str]:
    """Lines that were added and removed."""
    import difflib

    steps = difflib.ndiff(before.splitlines(), after.splitlines())
    return [each for each in steps if each[:2] in ("+ ", "- ")]

# tests
assert diff_lines("a\\nb", "a\\nc") == ["- b", "+ c"]
assert diff_lines("x", "x") == []
assert diff_lines("", "n") == ["+ n"]
assert diff_lines("o", "") == ["- o"]
!AttributeError diff_lines(1, "a")
'''),
    good('''
def parse_duration(text: str) -> int:
    """Seconds of a text like 1h30m."""
    import re

    units = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall(r"(\\d+)([hms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"no duration: {text!r}")
    return sum(int(number) * units[unit] for number, unit in parts)

# tests
assert parse_duration("1h30m") == 5400
assert parse_duration("45s") == 45
assert parse_duration("2h5s") == 7205
assert parse_duration("10m") == 600
!ValueError parse_duration("1x")
!ValueError parse_duration("")
'''),
)
