"""What report.json remembers of pages written one at a time, so that it states every number."""

from pathlib import Path
from typing import Any

from worthit.core.files import read_json, write_json

__all__ = ["earlier_pages", "remember"]


def earlier_pages(folder: Path, numbers: dict[str, Any]) -> dict[str, Any]:
    """Keep the numbers of pages written earlier about the same data that are not written now.

    Those of a model must be of the same split; an ablation, which has its own base, may have been
    made with fewer training items, which is another split.
    """
    stored = _stored(folder)
    written = {model["slug"] for model in numbers["models"].values()}
    pages = dict(stored.get("pages", {}))
    pages.update({m["slug"]: m for m in stored.get("models", {}).values()})
    data, split = _data_and_split(numbers)
    kept = {}
    for slug, page in pages.items():
        of_data, of_split = _data_and_split(page)
        same = of_data == data and (of_split == split or "changes" in page)
        if slug not in written and same and (folder / f"{slug}.md").exists():
            kept[slug] = page
    return kept


def _data_and_split(page: dict[str, Any]) -> tuple[str | None, str | None]:
    """Find the hashes of data and split of a report, of a model's page or of a data card."""
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
