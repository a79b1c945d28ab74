"""Names the models for Django; dashboard/boards/models.py has them."""

from dashboard.boards.models import Board, BoardText, DisplayLink

__all__ = ["Board", "BoardText", "DisplayLink"]
