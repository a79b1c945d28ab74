"""Takes the operating system, the browser and the device from user agents, by the lists of the uap-core project."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ua_parser import Parser, load_builtins
from ua_parser.re2 import Resolver

LONGEST = 1000  # characters that are looked at; browsers send 100 to 300
HELD = 1 << 14  # distinct agents that are remembered
OTHER = "Other"  # the name that uap-core gives to an agent that no list knows


class Agent(NamedTuple):
    """Holds the families, such as Windows, Chrome and iPhone."""

    os: str | None
    browser: str | None
    device: str | None


@lru_cache(maxsize=1)
def _parser() -> Parser:
    """Returns the parser, which takes 0.2 s to build. It finds by RE2, in linear time: anyone may send an agent."""
    return Parser(Resolver(load_builtins()))


@lru_cache(maxsize=HELD)
def agent_of(text: str) -> Agent:
    """Returns the families of one agent."""
    found = _parser().parse(text[:LONGEST])
    families = (each.family if each else OTHER for each in (found.os, found.user_agent, found.device))
    return Agent(*families)


def columns_of(agents: Sequence[str | None]) -> list[list[str | None]]:
    """Returns the columns os, browser and device of a column of agents; a row without an agent has nulls."""
    absent = Agent(None, None, None)
    found = {text: agent_of(text) if text else absent for text in dict.fromkeys(agents)}
    return [[found[text][place] for text in agents] for place in range(len(absent))]
