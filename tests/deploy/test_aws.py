"""The one file for AWS: as Amazon's own linter sees it, and created on an emulator."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.deployment import ROOT
from tests.emulators import ministack

TEMPLATE = ROOT / "deploy/aws/millrace.yaml"
CALLED = re.compile(r'"((?:put|get|list|describe|create|delete|split|merge|update|increase|decrease)_\w+)"')


def test_template_passes_cfn_lint() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), TEMPLATE], capture_output=True, text=True, timeout=120
    )
    assert (lint.returncode, lint.stdout) == (0, "")


@pytest.fixture(scope="module")
def created() -> Iterator[Any]:
    """Clients, by service, of an emulator where the stack has been created."""
    with ministack() as url:
        words = {
            "endpoint_url": url,
            "region_name": "eu-west-1",
            "aws_access_key_id": "a",
            "aws_secret_access_key": "b",
        }

        def client(service: str) -> Any:
            return boto3.client(service, **words)

        create(client("cloudformation"))
        yield client


def create(formation: Any) -> None:
    formation.create_stack(StackName="millrace", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"])
    formation.get_waiter("stack_create_complete").wait(
        StackName="millrace", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def test_template_makes_the_streams_that_the_commands_use(created: Any) -> None:
    assert sorted(created("kinesis").list_streams()["StreamNames"]) == ["orders", "probes", "quotes", "trades"]


def test_bucket_keeps_versions_and_refuses_plain_http(created: Any) -> None:
    s3, [bucket] = created("s3"), created("s3").list_buckets()["Buckets"]
    [statement] = json.loads(s3.get_bucket_policy(Bucket=bucket["Name"])["Policy"])["Statement"]
    assert s3.get_bucket_versioning(Bucket=bucket["Name"])["Status"] == "Enabled"
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_deleted_stack_leaves_only_the_bucket(created: Any) -> None:
    """As docs/deploy.md says: backups outlive it, and are deleted by hand."""
    created("cloudformation").delete_stack(StackName="millrace")
    created("cloudformation").get_waiter("stack_delete_complete").wait(StackName="millrace", WaiterConfig={"Delay": 1})
    left = created("kinesis").list_streams()["StreamNames"], created("iam").list_policies(Scope="Local")["Policies"]
    assert (*left, len(created("s3").list_buckets()["Buckets"])) == ([], [], 1)
    create(created("cloudformation"))


def test_policies_allow_exactly_the_calls_of_the_code(created: Any) -> None:
    called = set()
    for source in (ROOT / "streams/backends/kinesis").glob("*.py"):
        called |= {"kinesis:" + operation.title().replace("_", "") for operation in CALLED.findall(source.read_text())}
    assert {action for action in allowed(created("iam")) if action.startswith("kinesis:")} == called


def allowed(iam: Any) -> set[str]:
    """Every action that a policy of the stack allows."""
    actions: set[str] = set()
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        document = version["Document"]
        document = json.loads(document) if isinstance(document, str) else document
        for statement in document["Statement"]:
            actions |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    return actions
