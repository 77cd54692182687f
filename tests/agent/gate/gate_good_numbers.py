"""Honest candidates about numbers, dates and collections."""

from __future__ import annotations

from gate_corpus import good

GOOD = (
    good('''
def gcd_all(numbers: list[int]) -> int:
    """The greatest common divisor of all."""
    if not numbers:
        raise ValueError("no numbers")
    found = 0
    for each in numbers:
        a, b = abs(each), found
        while b:
            a, b = b, a % b
        found = a
    return found

# tests
assert gcd_all([12, 18, 30]) == 6
assert gcd_all([-4, 6]) == 2
assert gcd_all([7]) == 7
assert gcd_all([0, 5]) == 5
!ValueError gcd_all([])
'''),
    good('''
def primes_below(limit: int) -> list[int]:
    """Primes by the sieve."""
    if limit < 0:
        raise ValueError("negative")
    sieve = bytearray([1]) * limit
    sieve[:2] = bytes(min(limit, 2))
    for n in range(2, int(limit**0.5) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, limit, n)))
    return [n for n in range(limit) if sieve[n]]

# tests
assert primes_below(20) == [2, 3, 5, 7, 11, 13, 17, 19]
assert primes_below(2) == []
assert primes_below(3) == [2]
assert len(primes_below(1000)) == 168
assert primes_below(0) == []
!ValueError primes_below(-1)
'''),
    good('''
def fibonacci(n: int) -> int:
    """The n-th number, from nothing and one."""
    if n < 0:
        raise ValueError("negative")
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a

# tests
assert fibonacci(0) == 0
assert fibonacci(1) == 1
assert fibonacci(10) == 55
assert fibonacci(50) == 12586269025
!ValueError fibonacci(-1)
'''),
    good('''
from functools import lru_cache


def count_ways(amount: int, coins: tuple[int, ...]) -> int:
    """Ways to pay an amount."""
    if amount < 0 or any(coin <= 0 for coin in coins):
        raise ValueError("amounts are positive")

    @lru_cache(maxsize=None)
    def ways(left: int, at: int) -> int:
        if left == 0:
            return 1
        if left < 0 or at == len(coins):
            return 0
        return ways(left - coins[at], at) + ways(left, at + 1)

    return ways(amount, 0)

# tests
assert count_ways(5, (1, 2, 5)) == 4
assert count_ways(3, (2,)) == 0
assert count_ways(0, ()) == 1
assert count_ways(10, (2, 5, 3, 6)) == 5
!ValueError count_ways(5, (0,))
'''),
    good('''
def add_months(day: str, months: int) -> str:
    """The same day of a later month, or its last one."""
    import calendar
    from datetime import date

    start = date.fromisoformat(day)
    whole = start.year * 12 + start.month - 1 + months
    year, month = divmod(whole, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).isoformat()

# tests
assert add_months("2024-01-31", 1) == "2024-02-29"
assert add_months("2023-11-15", 3) == "2024-02-15"
assert add_months("2024-03-30", -1) == "2024-02-29"
assert add_months("2024-12-01", 0) == "2024-12-01"
!ValueError add_months("2024-13-01", 1)
'''),
    good('''
def business_days(start: str, end: str) -> int:
    """Days from Monday to Friday, both ends included."""
    from datetime import date, timedelta

    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if last < first:
        raise ValueError("the end comes before the start")
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(1 for day in days if day.weekday() < 5)

# tests
assert business_days("2024-01-01", "2024-01-07") == 5
assert business_days("2024-01-06", "2024-01-07") == 0
assert business_days("2024-01-05", "2024-01-08") == 2
assert business_days("2024-02-28", "2024-02-29") == 2
!ValueError business_days("2024-01-02", "2024-01-01")
'''),
    good('''
def iso_week(day: str) -> str:
    """Year and week of a day."""
    from datetime import date

    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02d}"

# tests
assert iso_week("2024-01-01") == "2024-W01"
assert iso_week("2021-01-03") == "2020-W53"
assert iso_week("2024-12-30") == "2025-W01"
assert iso_week("2023-07-05") == "2023-W27"
!ValueError iso_week("yesterday")
'''),
    good('''
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def split_bill(total: str, people: int) -> list[str]:
    """Equal shares that add up; the first ones pay the odd cents."""
    if people < 1:
        raise ValueError("nobody pays")
    whole = Decimal(total).quantize(CENT, ROUND_HALF_UP)
    cents = int(whole / CENT)
    share, rest = divmod(cents, people)
    return [str((share + (at < rest)) * CENT) for at in range(people)]

# tests
assert split_bill("10.00", 3) == ["3.34", "3.33", "3.33"]
assert split_bill("1", 1) == ["1.00"]
assert split_bill("0.05", 2) == ["0.03", "0.02"]
assert split_bill("9.995", 2) == ["5.00", "5.00"]
!ValueError split_bill("1", 0)
'''),
    good('''
def matrix_product(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """The product of two matrices."""
    if not a or not b or len(a[0]) != len(b):
        raise ValueError("the shapes do not fit")
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]

# tests
assert matrix_product([[1, 2], [3, 4]], [[5, 6], [7, 8]]) == [[19, 22], [43, 50]]
assert matrix_product([[1, 2, 3]], [[1], [2], [3]]) == [[14]]
assert matrix_product([[2]], [[0.5]]) == [[1.0]]
!ValueError matrix_product([[1, 2]], [[1, 2]])
!ValueError matrix_product([], [])
'''),
    good('''
def median(numbers: list[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    if not numbers:
        raise ValueError("no numbers")
    ordered = sorted(numbers)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2

# tests
assert median([3, 1, 2]) == 2
assert median([4, 1, 3, 2]) == 2.5
assert median([7]) == 7
assert median([1, 1, 9, 9, 9]) == 9
!ValueError median([])
'''),
    good('''
import math


def haversine(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two places on Earth."""
    for latitude, longitude in (a, b):
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValueError("no place on Earth")
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, each)) for each in (a, b))
    inner = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(inner))

# tests
assert round(haversine((52.52, 13.405), (48.8566, 2.3522))) == 877
assert haversine((1, 1), (1, 1)) == 0
assert round(haversine((0, 0), (0, 180))) == 20015
assert round(haversine((90, 0), (0, 0))) == 10008
!ValueError haversine((91, 0), (0, 0))
'''),
    good('''
def to_base(number: int, base: int) -> str:
    """A number in another base."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    if not 2 <= base <= len(digits):
        raise ValueError("no such base")
    if number < 0:
        return "-" + to_base(-number, base)
    made = digits[number % base]
    while number >= base:
        number //= base
        made = digits[number % base] + made
    return made

# tests
assert to_base(10, 2) == "1010"
assert to_base(255, 16) == "ff"
assert to_base(0, 7) == "0"
assert to_base(-35, 36) == "-z"
!ValueError to_base(1, 1)
!ValueError to_base(1, 37)
'''),
    good('''
def group_by_month(entries: list[tuple[str, float]]) -> dict[str, float]:
    """Sums by month, in order."""
    from datetime import datetime

    sums: dict[str, float] = {}
    for day, amount in entries:
        month = datetime.strptime(day, "%Y-%m-%d").strftime("%Y-%m")
        sums[month] = sums.get(month, 0) + amount
    return dict(sorted(sums.items()))

# tests
assert group_by_month([("2024-02-01", 1), ("2024-02-03", 4)]) == {"2024-02": 5}
assert group_by_month([]) == {}
assert list(group_by_month([("2025-01-01", 1), ("2024-12-31", 1)])) == ["2024-12", "2025-01"]
!ValueError group_by_month([("01.02.2024", 1)])
'''),
    good('''
def chunked(items: list, size: int) -> list[list]:
    """Parts of at most so many items."""
    if size < 1:
        raise ValueError("a part has an item at least")
    return [items[at : at + size] for at in range(0, len(items), size)]

# tests
assert chunked([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
assert chunked([], 3) == []
assert chunked([1, 2], 5) == [[1, 2]]
!ValueError chunked([1], 0)
'''),
    good('''
def topological(edges: dict[str, list[str]]) -> list[str]:
    """Names so that each comes after what it needs."""
    done: list[str] = []
    state: dict[str, int] = {}

    def visit(name: str) -> None:
        if state.get(name) == 2:
            return
        if state.get(name) == 1:
            raise ValueError(f"a circle through {name}")
        state[name] = 1
        for other in edges.get(name, []):
            visit(other)
        state[name] = 2
        done.append(name)

    for each in sorted(edges):
        visit(each)
    return done

# tests
assert topological({"a": ["b"], "b": ["c"], "c": []}) == ["c", "b", "a"]
assert topological({}) == []
assert topological({"x": ["z"], "y": ["z"]}) == ["z", "x", "y"]
!ValueError topological({"a": ["b"], "b": ["a"]})
'''),
    good('''
import heapq


def shortest_path(graph: dict[str, dict[str, float]], start: str, end: str) -> float:
    """The cheapest way between two places."""
    if start not in graph:
        raise KeyError(start)
    best = {start: 0.0}
    waiting = [(0.0, start)]
    while waiting:
        cost, place = heapq.heappop(waiting)
        if place == end:
            return cost
        if cost > best[place]:
            continue
        for other, more in graph.get(place, {}).items():
            if cost + more < best.get(other, float("inf")):
                best[other] = cost + more
                heapq.heappush(waiting, (cost + more, other))
    raise ValueError("there is no way")

# tests
assert shortest_path({"a": {"b": 1, "c": 5}, "b": {"c": 2}}, "a", "c") == 3
assert shortest_path({"a": {}}, "a", "a") == 0
assert shortest_path({"a": {"b": 4, "c": 1}, "c": {"b": 1}, "b": {"d": 1}}, "a", "d") == 3
!ValueError shortest_path({"a": {}}, "a", "b")
!KeyError shortest_path({}, "a", "b")
'''),
    good('''
def knapsack(items: list[tuple[int, int]], capacity: int) -> int:
    """The most worth that fits; items are (weight, worth)."""
    if capacity < 0:
        raise ValueError("negative capacity")
    best = [0] * (capacity + 1)
    for weight, worth in items:
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + worth)
    return best[capacity]

# tests
assert knapsack([(1, 1), (3, 4), (4, 5), (5, 7)], 7) == 9
assert knapsack([], 5) == 0
assert knapsack([(2, 3)], 1) == 0
assert knapsack([(2, 3), (2, 3)], 4) == 6
!ValueError knapsack([], -1)
'''),
)
