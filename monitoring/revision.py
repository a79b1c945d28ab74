"""Which Millrace this is."""

from pathlib import Path

from django.conf import settings


def revision(folder: Path | None = None) -> str:
    """The commit that is checked out, 12 digits of it; "" where that is not known."""
    folder = folder or Path(settings.BASE_DIR) / ".git"
    try:
        head = (folder / "HEAD").read_text().strip()
        return (folder / head[5:]).read_text()[:12] if head.startswith("ref: ") else head[:12]
    except OSError:
        return ""
