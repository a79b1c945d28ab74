"""Reads a configuration file: our TOML, or the JSON of Kinesis Agent."""

from pathlib import Path

from common.text import quoted
from ingest.tails import agent_json, toml_flows
from ingest.tails.flows import Config
from streams.sources.base import SourceError

MOST_BYTES = 1 << 20
MOST_FLOWS = 100


def read_configuration(path: Path) -> Config:
    """Returns the flows of a file. Raises SourceError with file, line and name for everything that is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"The configuration {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SourceError(f"The configuration {path} is not UTF-8.") from None
    if len(data) > MOST_BYTES:
        raise SourceError(f"The configuration {path} has more than {MOST_BYTES:,} bytes.")
    config = agent_json.read(path, text) if agent_json.is_agents(path, text) else toml_flows.read(path, text)
    _check_together(config)
    return config


def _check_together(config: Config) -> None:
    if len(config.flows) > MOST_FLOWS:
        raise SourceError(f"{config.path} has {len(config.flows)} flows; the most are {MOST_FLOWS}.")
    seen = set()
    for flow in config.flows:
        if (flow.stream, flow.name) in seen:
            raise SourceError(
                f"{config.path} has two flows {quoted(flow.name)} into {flow.stream}: each line would be put twice."
                " Give them different names if that is wanted."
            )
        seen.add((flow.stream, flow.name))
