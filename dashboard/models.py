"""Names the models for Django; dashboard/boards/models.py and dashboard/steps/models.py have them."""

from dashboard.boards.models import Board, BoardText, DisplayLink
from dashboard.steps.models import RowStep

__all__ = ["Board", "BoardText", "DisplayLink", "RowStep"]
