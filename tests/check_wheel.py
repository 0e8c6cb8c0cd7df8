"""Check that a wheel holds the package and nothing else; run by ``make lint``."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "corpus", "baselines", "neural", "compare", "experiment")


def expected() -> set[str]:
    """List what the checkout says should ship: cli.py and every module of the rooms."""
    modules = {path for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    return {f"worthit/{path.relative_to(ROOT).as_posix()}" for path in modules | {ROOT / "cli.py"}}


def main(wheel: str) -> int:
    """Compare the wheel's file list with the checkout's."""
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name for name in names if ".dist-info/" not in name}
    lines = [f"missing from the wheel: {name}" for name in sorted(expected() - shipped)]
    lines += [f"should not ship: {name}" for name in sorted(shipped - expected())]
    sys.stdout.write("\n".join([*lines, f"{len(shipped)} files in {Path(wheel).name}", ""]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
