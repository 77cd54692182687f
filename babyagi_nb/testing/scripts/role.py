"""Functions for a bookkeeper in a small shop: the builds of notebook 07_self_build_role.

Of five tasks that the model thinks of, one is done by a stored function and one it calls hardly
feasible. Of the three that are left it cannot do one: its code repeats the answers of the tests
that it is shown, as models do that are out of their depth. And it mends ``margin``, a function of
the person's.
"""

from __future__ import annotations

import re

from babyagi_nb.testing.request import Request
from babyagi_nb.testing.script import Rule
from babyagi_nb.testing.scripts.part import REPAIR, Part, build_rules, fenced

__all__ = ["RULES"]

_TASKS = {
    "tasks": [
        {"task": "Say whether a bank account number (IBAN) has the right check digits.",
         "feasible": 9},
        {"task": "Split a gross price into net price and tax, for a rate in percent.",
         "feasible": 9},
        {"task": "Write an amount of euros in words, as on a cheque.", "feasible": 7},
        {"task": "The margin of an article as a share of its price.", "feasible": 9},
        {"task": "Fetch the bank's exchange rates of today.", "feasible": 1},
    ]
}  # fmt: skip

_IBAN = Part(
    signature="iban_is_right(iban: str) -> bool",
    description=(
        "Whether an international bank account number has the right check digits: the first four "
        "characters moved to the end, letters as 10 to 35, the remainder by 97 is 1. Blanks and "
        "small letters do not matter. ValueError for fewer than 15 characters, or for others than "
        "letters and digits."
    ),
    cases=[
        ("right", "assert iban_is_right('DE89370400440532013000') is True", ""),
        ("blanks", "assert iban_is_right('GB82 WEST 1234 5698 7654 32') is True", ""),
        ("small letters", "assert iban_is_right('gb82west12345698765432') is True", ""),
        ("fifteen characters", "assert iban_is_right('NO9386011117947') is True", ""),
        ("wrong digits", "assert iban_is_right('DE88370400440532013000') is False", ""),
        ("two exchanged", "assert iban_is_right('DE89370400440532013003') is False", ""),
        ("too short", "iban_is_right('NO938601111794')", "ValueError"),
        ("other characters", "iban_is_right('DE89-3704-0044-0532-0130-00')", "ValueError"),
    ],
    code='''
def iban_is_right(iban: str) -> bool:
    """Whether an IBAN has the right check digits."""
    said = iban.replace(" ", "").upper()
    if len(said) < 15:
        raise ValueError(f"{len(said)} characters are too few")
    if not (said.isascii() and said.isalnum()):
        raise ValueError("letters and digits only")
    moved = said[4:] + said[:4]
    return int("".join(str(int(each, 36)) for each in moved)) % 97 == 1
''',
    phrases=["is this bank account number valid", "verify an account", "typing errors in an IBAN"],
)

_TAX = Part(
    signature="net_and_tax(gross: float, rate: float) -> dict",
    description=(
        "Net price and tax in a gross price for a rate in percent, rounded to cents: "
        "net_and_tax(119.0, 19) is {'net': 100.0, 'tax': 19.0}. The two always add up to the gross "
        "price. ValueError for a negative price or rate."
    ),
    cases=[
        ("usual", "assert net_and_tax(119.0, 19) == {'net': 100.0, 'tax': 19.0}", ""),
        ("lower rate", "assert net_and_tax(10.7, 7) == {'net': 10.0, 'tax': 0.7}", ""),
        ("rounded", "assert net_and_tax(1.0, 19) == {'net': 0.84, 'tax': 0.16}", ""),
        ("no tax", "assert net_and_tax(50.0, 0) == {'net': 50.0, 'tax': 0.0}", ""),
        ("nothing", "assert net_and_tax(0.0, 19) == {'net': 0.0, 'tax': 0.0}", ""),
        ("adds up", "found = net_and_tax(0.99, 7)\n"
         "assert found['net'] == 0.93 and found['tax'] == 0.06", ""),
        ("negative price", "net_and_tax(-0.01, 19)", "ValueError"),
        ("negative rate", "net_and_tax(1.0, -1)", "ValueError"),
    ],
    code='''
def net_and_tax(gross: float, rate: float) -> dict:
    """Net price and tax in a gross price."""
    if gross < 0 or rate < 0:
        raise ValueError("price and rate are not negative")
    net = round(gross / (1 + rate / 100), 2)
    return {"net": net, "tax": round(gross - net, 2)}
''',
    phrases=["price without VAT", "how much tax is in it", "gross to net"],
)  # fmt: skip


def _parrot(request: Request) -> str:
    """Code that knows the answers of the tests in its prompt, and nothing else."""
    shown = re.findall(r"assert amount_in_words\(([\d.]+)\) == '([^']*)'", request.last)
    known = "".join(f"        {amount}: {words!r},\n" for amount, words in shown)
    return fenced(
        "def amount_in_words(amount: float) -> str:\n"
        '    """An amount of euros in words."""\n'
        "    if amount < 0:\n"
        '        raise ValueError("negative")\n'
        f"    return {{\n{known}    }}[amount]\n"
    )


_WORDS = Part(
    signature="amount_in_words(amount: float) -> str",
    description=(
        "An amount of euros below a thousand in English words: 'twenty-one euros and five cents', "
        "'one euro' for one, cents left out where there are none. ValueError for a negative amount."
    ),
    cases=[
        ("one", "assert amount_in_words(1.0) == 'one euro'", ""),
        ("two", "assert amount_in_words(2.0) == 'two euros'", ""),
        ("cents", "assert amount_in_words(21.05) == 'twenty-one euros and five cents'", ""),
        ("tens", "assert amount_in_words(40.0) == 'forty euros'", ""),
        ("teens", "assert amount_in_words(13.5) == 'thirteen euros and fifty cents'", ""),
        ("hundreds", "assert amount_in_words(305.0) == 'three hundred five euros'", ""),
        ("negative", "amount_in_words(-1.0)", "ValueError"),
    ],
    code=_parrot,
    phrases=["spell out a number", "words for a cheque"],
)

_MARGIN = '''
def margin(cost: float, price: float) -> float:
    """The margin of an article as a share of its price; 0.0 for what is given away."""
    return round((price - cost) / price, 4) if price else 0.0
'''

RULES: tuple[Rule, ...] = (
    Rule(_TASKS, system="You think of tasks for Python functions.", times=None),
    *build_rules("IBAN", "iban_is_right", [_IBAN]),
    *build_rules("gross price", "net_and_tax", [_TAX]),
    *build_rules("in words", "amount_in_words", [_WORDS]),
    Rule(fenced(_MARGIN), system=REPAIR, contains="\ndef margin(", times=None),
)
