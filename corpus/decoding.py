"""The bytes of a text file turned into characters, or refused with the place and the remedy."""

import gzip
import zlib
from pathlib import Path

from worthit.core.errors import InputError

__all__ = ["read_text"]

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark, compressed where it ends in ``.gz``.

    Raises
    ------
    InputError
        If it is empty, not UTF-8, or holds a NUL character.
    """
    data = _unpack(path) if path.suffix.lower() == ".gz" else path.read_bytes()
    if data.startswith(UTF16_MARKS):
        raise InputError(
            f"{path.name} is UTF-16 (its first bytes are {data[:2].hex(' ').upper()}), and UTF-8 "
            f"was expected; convert it: {_conversion(path, 'UTF-16')}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the mark; the bad byte itself tells where it stands.
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, start) + 1
        raise InputError(
            f"{path.name}, line {line}: byte 0x{data[start]:02X} is not UTF-8; convert the file "
            f"from its real encoding, for example Western CP1252 or Cyrillic CP1251: "
            f"{_conversion(path, 'CP1252')}"
        ) from None
    if not text.strip("\r\n"):
        raise InputError(f"{path.name} is empty; expected column names and at least one row.")
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise InputError(
            f"{path.name}, line {line} holds a NUL character, so it is not UTF-8 text; if it is "
            f"UTF-16, convert it: {_conversion(path, 'UTF-16LE')}"
        )
    return text


def _unpack(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(
            f"{path.name} cannot be unpacked ({error}); pack it again with gzip, or give the "
            "file without .gz."
        ) from None


def _conversion(path: Path, encoding: str) -> str:
    name = path.name.removesuffix(".gz")
    return f"iconv -f {encoding} -t UTF-8 {name} > utf8-{name}"
