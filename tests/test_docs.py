"""The docs name all that the code has: commands, topics and applications. Settings: tests/login/test_settings.py."""

import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class

from dashboard import site_topics, topics
from streams import applications
from tests.deploy import aws_template
from tests.deploy.aws_template import lacking

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])
PROTOCOL = (ROOT / "docs/protocol.md").read_text()
OURS = {
    config.name
    for config in apps.get_app_configs()
    if ROOT in Path(config.path).parents and "site-packages" not in config.path
}
COMMANDS = sorted(name for name, app in get_commands().items() if app in OURS)
# Of the table of topics: the first cell, where a ticker stands for all of them.
TOPICS = re.findall(r"^\| `([\w:-]+)` \|", PROTOCOL.split("## Topics")[1].split("\n## ")[0], re.MULTILINE)
# Files that name each application: a pattern with its name, and a sentence for those who add one.
PLACES = {
    "docs/protocol.md": ("`{}`", "name its topics there"),
    "README.md": (r"\b{}\b", "write a sentence about it"),
    "docs/deploy.md": (r"for stream in [^;]*\b{}\b", "add its stream to those that are deleted"),
    "deploy/install.sh": (r"applications=\([^)]*\b{}\b", "add its name to `applications=(…)`"),
}
OUR_APPLICATIONS = [each.name for each in applications.registered()]


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_named_in_the_docs(command: str) -> None:
    assert re.search(rf"(?:manage\.py|deploy/manage) {command}\b", DOCS), f"No page of docs/ has: manage.py {command}"


def _verbs(parser: ArgumentParser, words: str) -> Iterator[str]:
    """Yields the verbs of a command, also those of verbs, as a person types them."""
    for action in parser._actions:
        for name, inner in action.choices.items() if isinstance(action, _SubParsersAction) else ():
            yield f"{words} {name}"
            yield from _verbs(inner, f"{words} {name}")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_verb_of_a_command_is_named_in_the_docs(command: str) -> None:
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    assert [verb for verb in _verbs(parser, command) if not re.search(rf"(?:manage(?:\.py)? |`){verb}\b", DOCS)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_a_documented_topic_exists(topic: str) -> None:
    assert topics.find(topic) is not None


def test_every_topic_is_documented() -> None:
    families = {name for each in applications.shown() for name, topic in each.topics.items() if topic.many} | {"board"}
    assert sorted(topic for topic in TOPICS if ":" not in topic) == sorted(
        {*applications.topic_names(), *site_topics.of_site()} - families
    )
    assert sorted(topic.split(":")[0] for topic in TOPICS if ":" in topic) == sorted(families)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("application", OUR_APPLICATIONS)
def test_an_application_is_named_where_it_is_run_and_documented(application: str, place: str) -> None:
    pattern, remedy = PLACES[place]
    assert re.search(pattern.format(application), (ROOT / place).read_text()), f"{place} lacks {application}: {remedy}"


# The sources of the applications; a source without one is made up when somebody asks for it.
MADE_UP = [each.source.name for each in applications.registered() if each.source]


@pytest.mark.parametrize("source", MADE_UP)
def test_procfile_runs_a_producer_of_every_source(source: str) -> None:
    line = f"{source}-in: exec .venv/bin/python manage.py produce {source}"
    assert line in (ROOT / "Procfile").read_text().splitlines(), f"Procfile lacks {source}: add the line {line!r}"


@pytest.mark.parametrize("stream", sorted({*OUR_APPLICATIONS, *MADE_UP}))
def test_aws_template_has_the_stream_of_every_application_in_every_policy(stream: str) -> None:
    assert lacking(aws_template.read(), stream) == []


def test_missing_part_of_the_aws_template_is_named() -> None:
    template = aws_template.read()
    assert lacking(template, "readings") == ["Add a parameter, such as ReadingsName, with `Default: readings`."]
    template["Parameters"]["ReadingsName"] = {"Default": "readings"}
    assert lacking(template, "readings") == ["Add an AWS::Kinesis::Stream with `Name: !Ref ReadingsName`."]
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": {"Ref": "ReadingsName"}}}
    template["Resources"]["ReadingsStream"] = stream
    assert lacking(template, "readings") == [
        f"Add `!GetAtt ReadingsStream.Arn` to the resources of {who}Policy."
        for who in ("Consumer", "Operator", "Producer")
    ]


@pytest.mark.parametrize("place", ["Procfile", "deploy/onebox.ini"])
def test_application_is_run_by_every_deployment(place: str) -> None:
    assert "manage.py consume --all" in (ROOT / place).read_text()


def test_links_between_documents_lead_to_files() -> None:
    files = list(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "mockups/README.md"]
    links = [(file, link) for file in files for link in re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]*)?\)", file.read_text())]
    assert [f"{file.name}: {link}" for file, link in links if not (file.parent / link).exists()] == []


def test_list_of_documents_leads_to_each() -> None:
    index = ROOT / "docs/README.md"
    listed = {(index.parent / link).resolve() for link in re.findall(r"\]\(([^)#:\s]+)\)", index.read_text())}
    pages = {path.resolve() for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "adr"} - {index}
    assert sorted(pages - listed) == []
    assert "docs/README.md" in (ROOT / "README.md").read_text()


def test_quoted_code_of_the_example_application_is_its_code() -> None:
    page = (ROOT / "docs/add-an-application.md").read_text()
    quoted = re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.+?)^```$", page, re.MULTILINE | re.DOTALL)
    example = ROOT / "tests/example_application"
    assert [name for name, code in quoted if code not in f"{(example / name).read_text()}\n"] == []
    files = {path.name for path in example.rglob("*.*") if path.suffix in {".py", ".html", ".js"}}
    assert {Path(name).name for name, _ in quoted} == files - {"__init__.py", "0001_initial.py"}


@pytest.mark.parametrize("page", ["architecture", "where-things-go", "add-an-application", "time-and-names"])
def test_paths_in_a_page_exist(page: str) -> None:
    words = re.findall(r"`([\w./-]+/[\w./-]*)`", (ROOT / f"docs/{page}.md").read_text())
    ours = [word for word in words if (ROOT / word.split("/")[0]).is_dir() and "NAME" not in word]
    assert [word for word in ours if not (ROOT / word).exists()] == []
