"""Applications that are no code: a provider finds them by name, and has pages for all of them."""

from typing import Any, cast

import pytest

from dashboard import topics
from streams import applications
from streams.applications import Application, Navigation, Provider, Topic

LINK = Navigation(label="Sea", url="sea", key="s", help="go to the sea")


def provider(**more: Any) -> Provider:
    def find(name: str) -> Application | None:
        if name != "tides":
            return None
        parts = dict.fromkeys(("decode", "build", "sink", "inherit", "set_back"))
        return Application(name=name, title="Tides", stream="sea", **cast(Any, parts))

    many = {"tide": Topic(build=lambda name, now, stream: {}, many=lambda names, now, stream: {})}
    return Provider(find=find, names=lambda: ["tides"], **{"topics": many} | more)


@pytest.fixture
def provided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applications, "_providers", [])
    monkeypatch.setattr(applications, "_topics", dict(applications._topics))
    applications.provide(provider())


@pytest.mark.usefixtures("provided")
def test_provided_application_is_found_by_name_with_its_stream() -> None:
    assert (applications.find("tides").title, applications.names()[-1]) == ("Tides", "tides")
    assert (applications.stream_of("tides"), applications.stream_of("trades")) == ("sea", "trades")
    with pytest.raises(applications.UnknownNameError, match="There is no application 'waves'"):
        applications.find("waves")


@pytest.mark.usefixtures("provided")
def test_topic_of_a_family_belongs_to_the_application_that_it_names() -> None:
    page = topics.find("tide:tides@sea")
    assert page
    assert (page.version_topic, page.name, topics.reader("tide:tides@sea")) == ("tides@sea", "tides", ("tides", "sea"))


@pytest.mark.usefixtures("provided")
@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "The topic 'tide' is registered already."),
        ({"topics": {"low": Topic(build=lambda now, stream: {})}}, "The topic 'low' of a provider must be a family"),
        (
            {"topics": {}, "navigation": Navigation(label="S", url="s", key="s", help="s")},
            "The key 's' is registered already.",
        ),
    ],
)
def test_provider_is_refused_when_a_name_is_taken(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        applications.provide(provider(**more))
