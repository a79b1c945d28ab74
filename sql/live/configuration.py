"""Tells the workers of an application which version is the active one."""

import logging

from sql.live.deployed import Deployed, deployed
from sql.live.models import SqlApplication
from streams.coordination.store_errors import translate_errors
from streams.core.records import StreamError

logger = logging.getLogger(__name__)


class Versions:
    """Loads the versions of one application, and keeps the last one."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: Deployed | None = None

    def active(self) -> Deployed:
        """Returns the active version; asks the database for its number alone while that stays.

        Raises StreamError if the application was deleted, or no version can run.
        """
        number = SqlApplication.objects.filter(name=self._name).values_list("active", flat=True).first()
        if self._known is None or number != self._known.number:
            self._known = deployed(self._name)
        return self._known

    def numbered(self, number: int | None) -> Deployed:
        """Returns the version with which a state was made, the active one for None.

        If that one cannot run any more, the active one goes on with the state of the operators that are the same.
        """
        if number is None:
            return translate_errors(self.active)()
        if self._known and self._known.number == number:
            return self._known
        try:
            return translate_errors(deployed)(self._name, number)
        except StreamError as error:
            logger.warning("%s", error)
            return translate_errors(self.active)()
