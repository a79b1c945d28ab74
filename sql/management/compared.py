"""The verb `manage.py sql diff`: the differences of two versions."""

from typing import Any

from sql.live import comparing, deploying


def add(subparsers: Any) -> None:
    """Adds the verb."""
    verb = subparsers.add_parser("diff", help="the differences of two versions: text, plan, kept state")
    verb.add_argument("name", metavar="NAME")
    verb.add_argument("before", type=int, metavar="A", help="the number of a version")
    verb.add_argument("after", type=int, metavar="B", help="the number of another")
    verb.set_defaults(action=diff)


def diff(command: Any, name: str, before: int, after: int, **_: Any) -> None:
    """Prints the differences, or that there are none."""
    application = deploying.existing(name)
    versions = [comparing.version(application, number) for number in (before, after)]
    lines = list(comparing.differences(*versions))
    if versions[0].digest == versions[1].digest:
        lines = [f"The versions {before} and {after} of {name} have the same files."]
    for line in lines:
        command.stdout.write(line)
