"""What report.json remembers of pages written one at a time, so that it states every number."""

from pathlib import Path
from typing import Any

from worthit.core.files import read_json, write_json

__all__ = ["earlier_pages", "remember"]


def earlier_pages(folder: Path, numbers: dict[str, Any]) -> dict[str, Any]:
    """Keep the numbers of pages written earlier about the same data that are not written now."""
    stored = _stored(folder)
    written = {model["slug"] for model in numbers["models"].values()}
    pages = dict(stored.get("pages", {}))
    pages.update({m["slug"]: m for m in stored.get("models", {}).values()})
    test_set = _test_set_of(numbers)
    return {
        slug: page
        for slug, page in pages.items()
        if slug not in written
        and _test_set_of(page) == test_set
        and (folder / f"{slug}.md").exists()
    }


def _test_set_of(page: dict[str, Any]) -> tuple[str | None, str | None]:
    """Find the data and split of a report, of a model's numbers or of a data card."""
    described = page.get("dataset") or page
    return described.get("sha256"), described.get("split_sha256")


def remember(folder: Path, slug: str, page: dict[str, Any]) -> None:
    """Add the numbers of a single page to report.json."""
    stored = _stored(folder)
    stored.setdefault("pages", {})[slug] = page
    write_json(folder / "report.json", stored)


def _stored(folder: Path) -> dict[str, Any]:
    """Read report.json if it is there and whole; a damaged one is simply made again."""
    try:
        content = read_json(folder / "report.json")
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
