"""Shows messages on Millrace's own pages, in the bell. A message is delivered by being stored."""

from collections.abc import Mapping

from alarms.channels.base import Channel, Config, Outcome, Receipt, Session, taken
from alarms.letters import Letter


class InApp(Channel):
    name = "inapp"
    title = "On this site"
    about = "The bell on each page"
    personal = True
    instant = True

    def check(self, config: Mapping[str, str]) -> Config:
        return taken(self.fields, config)

    def open(self, config: Config) -> Session:
        return InAppSession()


class InAppSession(Session):
    def send(self, letter: Letter) -> Receipt:
        return Receipt(Outcome.GOOD, "It is shown in the bell, on each page.")


CHANNEL = InApp()
