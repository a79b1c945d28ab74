"""Tells which revision of Millrace runs."""

from pathlib import Path

from django.conf import settings


def revision(folder: Path | None = None) -> str:
    """Returns the first 12 digits of the checked-out commit; "" if it is unknown."""
    folder = folder or Path(settings.BASE_DIR) / ".git"
    try:
        head = (folder / "HEAD").read_text().strip()
        return (folder / head[5:]).read_text()[:12] if head.startswith("ref: ") else head[:12]
    except OSError:
        return ""
