"""A mistyped option is answered with the one that was meant."""

import pytest

from streams.management.commands.produce import Command


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lines", "--stream", "a", "--flie", "a.csv"], "unrecognized arguments: --flie a.csv; did you mean --file?"),
        (["tail", "--confg", "a", "--config", "a"], "unrecognized arguments: --confg a; did you mean --config?"),
        (["lines", "--zzz"], "unrecognized arguments: --zzz; --help lists the options"),
        (["lines", "--stream", "a", "b"], "unrecognized arguments: b"),
        (["trades", "--sede", "1"], "unrecognized arguments: --sede 1; did you mean --seed?"),
    ],
)
def test_mistyped_option_is_answered_with_the_nearest(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        Command().run_from_argv(["manage.py", "produce", *words])
    assert capsys.readouterr().err == f"{sentence}\n"
