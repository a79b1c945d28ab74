"""Enters `manage.py produce tail`; its parts are loaded only when it runs."""

from argparse import ArgumentParser
from pathlib import Path

from common.later import later
from streams.applications import RunnerKind


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="flows as TOML, or agent.json of Kinesis Agent"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="check the configuration and show what would be read")
    only.add_argument("--report", action="store_true", help="tell which bytes of which file are in")
    only.add_argument("--until-caught-up", action="store_true", help="stop when every file is read to its end")


KIND = RunnerKind(
    name="tail",
    help="the lines of files that grow and rotate",
    open=later("ingest.tails.opening:open_runner"),
    add_options=add_options,
)
