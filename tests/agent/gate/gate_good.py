"""All honest candidates."""

from __future__ import annotations

import gate_good_calls
import gate_good_data
import gate_good_numbers
import gate_good_text
import gate_good_ways

GOOD = (
    *gate_good_text.GOOD,
    *gate_good_numbers.GOOD,
    *gate_good_data.GOOD,
    *gate_good_calls.GOOD,
    *gate_good_ways.GOOD,
)
