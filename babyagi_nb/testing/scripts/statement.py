"""Lines of a bank statement become a report by month: the build of notebook 06_self_build.

The plan has four functions. The first is one that the person has already, under another name; the
third is wrong at first, in the way such code often is.
"""

from __future__ import annotations

from babyagi_nb.testing.request import Request
from babyagi_nb.testing.script import Rule
from babyagi_nb.testing.scripts.part import Part, build_rules, fenced

__all__ = ["RULES"]

_AMOUNT = Part(
    signature="parse_amount(text: str) -> float",
    description=(
        "Read a written amount of money as a number: '-1.234,50' is -1234.5. ValueError for text "
        "that is no amount."
    ),
    cases=[
        ("small", "assert parse_amount('3,20') == 3.2", ""),
        ("spent", "assert parse_amount('-54,10') == -54.1", ""),
        ("thousands", "assert parse_amount('1.234,50') == 1234.5", ""),
        ("round", "assert parse_amount('20,00') == 20.0", ""),
        ("no amount", "parse_amount('twelve')", "ValueError"),
        ("nothing", "parse_amount('')", "ValueError"),
    ],
    code='''
def parse_amount(text: str) -> float:
    """Read a written amount as a number."""
    whole, comma, cents = text.strip().rpartition(",")
    if not comma or len(cents) != 2:
        raise ValueError(f"no amount: {text!r}")
    return float(f"{whole.replace('.', '')}.{cents}")
''',
    phrases=["read an amount of money", "number with a decimal comma"],
)

_LINE_CODE = '''
from datetime import datetime


def parse_line(line: str) -> dict:
    """One line of a statement: its month, who was paid, and how much."""
    fields = [each.strip() for each in line.split(";")]
    if len(fields) != 3:
        raise ValueError(f"{len(fields)} fields instead of 3: {line!r}")
    day, payee, amount = fields
    month = datetime.strptime(day, "%d.%m.%Y").strftime("%Y-%m")
    return {"month": month, "payee": payee, "amount": parse_amount(amount)}
'''


def _line_code(request: Request) -> str:
    """With the function that the prompt offers for amounts."""
    known = "euros" if "euros(" in request.last else "parse_amount"
    return fenced(_LINE_CODE.replace("parse_amount", known))


_LINE = Part(
    signature="parse_line(line: str) -> dict",
    description=(
        "One line 'day;payee;amount' of a statement, such as '02.03.2026;Corner Market;-54,10', as "
        "{'month': '2026-03', 'payee': 'Corner Market', 'amount': -54.1}, blanks around the fields "
        "left out. ValueError for any other number of fields, a day that does not exist, or no "
        "amount."
    ),
    uses=["parse_amount"],
    cases=[
        (
            "spent",
            "assert parse_line('02.03.2026;Corner Market;-54,10') == "
            "{'month': '2026-03', 'payee': 'Corner Market', 'amount': -54.1}", "",
        ),
        (
            "earned",
            "assert parse_line('31.12.2025;Employer;2.500,00') == "
            "{'month': '2025-12', 'payee': 'Employer', 'amount': 2500.0}", "",
        ),
        ("blanks", "assert parse_line('01.04.2026; Rail ; -9,90 ')['payee'] == 'Rail'", ""),
        ("month", "assert parse_line('09.10.2026;Rent;-800,00')['month'] == '2026-10'", ""),
        ("two fields", "parse_line('02.03.2026;Rent')", "ValueError"),
        ("four fields", "parse_line('02.03.2026;a;b;-1,00')", "ValueError"),
        ("no such day", "parse_line('31.02.2026;Rent;-1,00')", "ValueError"),
    ],
    code=_line_code,
    phrases=["read a line of a bank statement", "split a booking into its fields"],
)  # fmt: skip

_CATEGORY = Part(
    signature="category_of(payee: str, amount: float) -> str",
    description=(
        "The category of a booking: 'income' for an amount above zero; else by words of the payee, "
        "in capitals or not: 'groceries' for market or bakery, 'home' for rent or power, 'travel' "
        "for rail or fuel, and 'other' for the rest. ValueError for an empty payee."
    ),
    cases=[
        ("food", "assert category_of('Corner Market', -54.1) == 'groceries'", ""),
        ("capitals", "assert category_of('CITY BAKERY 12', -3.2) == 'groceries'", ""),
        ("rent", "assert category_of('Rent March', -800.0) == 'home'", ""),
        ("small letters", "assert category_of('city power', -61.5) == 'home'", ""),
        ("fuel", "assert category_of('FUEL STOP', -70.0) == 'travel'", ""),
        ("train", "assert category_of('national rail', -9.9) == 'travel'", ""),
        ("unknown", "assert category_of('Cinema', -11.0) == 'other'", ""),
        ("earned", "assert category_of('Market Research Ltd', 250.0) == 'income'", ""),
        ("nothing", "assert category_of('Cinema', 0.0) == 'other'", ""),
        ("no payee", "category_of('', -1.0)", "ValueError"),
    ],
    first='''
_WORDS = {
    "groceries": ("Market", "Bakery"), "home": ("Rent", "Power"), "travel": ("Rail", "Fuel"),
}


def category_of(payee: str, amount: float) -> str:
    """The category of a booking, by its payee."""
    if not payee:
        raise ValueError("no payee")
    if amount > 0:
        return "income"
    for category, words in _WORDS.items():
        if any(word in payee for word in words):
            return category
    return "other"
''',
    code='''
_WORDS = {
    "groceries": ("market", "bakery"), "home": ("rent", "power"), "travel": ("rail", "fuel"),
}


def category_of(payee: str, amount: float) -> str:
    """The category of a booking, by its payee."""
    if not payee:
        raise ValueError("no payee")
    if amount > 0:
        return "income"
    said = payee.lower()
    for category, words in _WORDS.items():
        if any(word in said for word in words):
            return category
    return "other"
''',
    phrases=["what kind of spending", "label a payment", "sort expenses into groups"],
)

_REPORT = Part(
    signature="monthly_report(text: str) -> dict",
    description=(
        "The sums of a bank statement by month and category, months and categories in alphabetical "
        "order, rounded to cents: {'2026-03': {'groceries': -54.1, 'income': 2500.0}}. Blank lines "
        "are left out; {} for no lines. ValueError for a line that cannot be read."
    ),
    uses=["parse_line", "category_of"],
    cases=[
        (
            "two of a kind",
            "assert monthly_report('02.03.2026;Market;-4,10\\n05.03.2026;Bakery;-0,20') == "
            "{'2026-03': {'groceries': -4.3}}", "",
        ),
        (
            "two months",
            "found = monthly_report('02.04.2026;Rent;-8,00\\n02.03.2026;Rent;-7,00')\n"
            "assert list(found.items()) == "
            "[('2026-03', {'home': -7.0}), ('2026-04', {'home': -8.0})]", "",
        ),
        (
            "categories in order",
            "found = monthly_report('01.05.2026;Rent;-9,00\\n01.05.2026;Pay;9,50')\n"
            "assert list(found['2026-05'].items()) == [('home', -9.0), ('income', 9.5)]\n"
            "found = monthly_report('01.05.2026;Rail;-9,00\\n01.05.2026;Market;-9,50')\n"
            "assert list(found['2026-05']) == ['groceries', 'travel']", "",
        ),
        ("blank lines", "assert monthly_report('\\n \\n01.05.2026;Zoo;-1,00\\n') == "
         "{'2026-05': {'other': -1.0}}", ""),
        ("cents", "assert monthly_report('01.05.2026;Zoo;-0,10\\n01.05.2026;Zoo;-0,20') == "
         "{'2026-05': {'other': -0.3}}", ""),
        ("nothing", "assert monthly_report('') == {}", ""),
        ("bad line", "monthly_report('no booking')", "ValueError"),
    ],
    code='''
def monthly_report(text: str) -> dict:
    """The sums of a bank statement by month and category."""
    found: dict[str, dict[str, float]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        booking = parse_line(line)
        month = found.setdefault(booking["month"], {})
        category = category_of(booking["payee"], booking["amount"])
        month[category] = round(month.get(category, 0.0) + booking["amount"], 2)
    return {month: dict(sorted(found[month].items())) for month in sorted(found)}
''',
    phrases=["where does my money go", "expenses by month", "summarise a bank statement"],
)  # fmt: skip

RULES: tuple[Rule, ...] = tuple(
    build_rules("bank statement", "monthly_report", [_AMOUNT, _LINE, _CATEGORY, _REPORT])
)
