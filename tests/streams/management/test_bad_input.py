"""Bad input to `streams`, `consume` and `report` is met with one clear sentence, and nothing else."""

import pytest

from tests.commands import exit_code, own_store

__all__ = ["own_store"]  # a fixture
pytestmark = pytest.mark.django_db
UNKNOWN = "argument APPLICATION: There is no application 'weather'. There are: trades, orders, probes, quotes"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["streams", "create", "x", "--shards", "0"], 2, "argument --shards: '0' is not a whole number from 1"),
        (
            ["streams", "tail", "x", "--from", "noon"],
            2,
            "argument --from: 'noon' is neither trim-horizon, latest, a time such as",
        ),
        (
            ["streams", "tail", "nothing"],
            1,
            "There is no stream 'nothing'. Create it: .venv/bin/python manage.py streams create nothing",
        ),
        (["streams", "status", "nothing"], 1, "There is no stream 'nothing'"),
        (["streams", "delete", "nothing"], 1, "There is no stream 'nothing': nothing was deleted.\n"),
        (["streams"], 2, "the following arguments are required"),
        (
            ["consume", "weather"],
            2,
            UNKNOWN,
        ),
        (["consume"], 2, "Name applications, or say --all for every one. There are: trades, orders, probes, quotes."),
        (["consume", "trades", "--all"], 2, "Name applications, or say --all for every one."),
        (["consume", "trades", "orders", "--stream", "trades"], 2, "--stream is for one application"),
        (
            ["report", "weather"],
            2,
            UNKNOWN,
        ),
        (["consume", "trades", "--until-caught-up"], 1, "There is no stream 'trades'"),
        (["report", "trades", "--minutes", "-5"], 2, "argument --minutes: '-5' is not a whole number from 1"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words) == code
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert (said.err.count("\n"), said.out) == (1, "")
