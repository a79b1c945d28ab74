"""Reads deploy/aws/millrace.yaml, and names the parts that a stream lacks in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).resolve().parents[2] / "deploy/aws/millrace.yaml"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions: `!GetAtt A.Arn` becomes {"GetAtt": "A.Arn"}."""


def _function(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            return {suffix: node.value}
        case yaml.SequenceNode():
            return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


def read() -> dict[str, Any]:
    return dict(yaml.load(PATH.read_text(), _Loader))


def lacking(template: dict[str, Any], stream: str) -> list[str]:
    """Returns a sentence for each part that the template lacks for a stream; [] if it has all."""
    parameters = [name for name, each in template["Parameters"].items() if each.get("Default") == stream]
    if not parameters:
        return [f"Add a parameter, such as {stream.title()}Name, with `Default: {stream}`."]
    found = [name for name, each in _streams(template) if each["Properties"]["Name"] == {"Ref": parameters[0]}]
    if not found:
        return [f"Add an AWS::Kinesis::Stream with `Name: !Ref {parameters[0]}`."]
    arn = {"GetAtt": f"{found[0]}.Arn"}
    policies = {name for name, resources in _resources_on_streams(template) if arn not in resources}
    return [f"Add `!GetAtt {arn['GetAtt']}` to the resources of {name}." for name in sorted(policies)]


def _streams(template: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return (item for item in template["Resources"].items() if item[1]["Type"] == "AWS::Kinesis::Stream")


def _resources_on_streams(template: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yields each policy with the resources of its statements that name streams."""
    for name, each in template["Resources"].items():
        if each["Type"] == "AWS::IAM::ManagedPolicy":
            for statement in each["Properties"]["PolicyDocument"]["Statement"]:
                if "kinesis:" in str(statement["Action"]) and statement["Resource"] != "*":
                    yield name, statement["Resource"]
