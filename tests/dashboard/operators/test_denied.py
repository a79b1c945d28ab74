"""An act that was denied is not offered for ten minutes, however the clock is set."""

from time import time

import pytest
from django.http import HttpRequest

from dashboard.operators import denied


@pytest.mark.parametrize(("until", "found"), [(599, {"split"}), (-1, set()), (20 * 365 * 86400, set())])
def test_denied_act_is_left_out_for_ten_minutes_at_most(until: float, found: set[str]) -> None:
    request = HttpRequest()
    request.session = {denied.KEY: {"split": time() + until}}  # type: ignore[assignment]
    assert denied.acts(request) == found
