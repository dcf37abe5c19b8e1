"""The only door for archives: ZIPs that somebody sends are verified whole before anything of them is believed.

Whatever an archive says of itself may be a lie: sizes are measured while its entries are inflated, the
directory is compared with the entries, and one bad entry refuses them all. Nothing is ever written to a place
that the archive names, except by :func:`unpack_tar`, which restores backups of this academy.
"""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import nfc

__all__ = [
    "Archive",
    "ArchiveLimits",
    "ArchiveRefused",
    "ArchiveWriter",
    "is_archive",
    "new_archive",
    "new_tar",
    "open_archive",
    "unpack_tar",
]

_CHUNK = 64 * 1024
_FILE, _EMPTY = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3I2H")
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
# below this a file may be compressed as well as it likes: empty tables are
_RATIO_FROM = 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every entry that is written: the same content gives the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """The most bytes of the archive, of one file and of all files in it; how many files; bytes out per byte in."""

    packed: int = 32 * 1024 * 1024
    one: int = 32 * 1024 * 1024
    total: int = 64 * 1024 * 1024
    entries: int = 5_000
    ratio: int = 200


DEFAULT = ArchiveLimits()


class ArchiveRefused(Invalid):
    """An archive that breaks a rule of this door; ``fault`` names the rule, ``entry`` the file in it if any."""

    default_rule = "archive"

    def __init__(self, message: Any, *, fault: str, entry: str = "", next_step: Any = "") -> None:
        next_step = next_step or _l("Make the archive anew from the files themselves.")
        super().__init__(message, next_step=next_step, errors={"file": [message]})
        self.fault = fault
        self.entry = entry


def is_archive(data: bytes) -> bool:
    """Whether bytes begin as a ZIP does."""
    return data.startswith((_FILE, _EMPTY))


@dataclass(frozen=True, slots=True)
class _Entry:
    info: zipfile.ZipInfo
    start: int
    """Where its bytes begin in the archive."""


class Archive:
    """A verified ZIP: names in NFC, in the archive's order; contents are inflated when they are read."""

    def __init__(self, data: bytes, entries: dict[str, _Entry], total: int) -> None:
        self._data = data
        self._entries = entries
        self.total = total

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def size(self, name: str) -> int:
        """Bytes of a file, as measured."""
        return self._entries[name].info.file_size

    def read(self, name: str) -> bytes:
        """The bytes of a file.

        Raises:
            KeyError: the archive has no such file.
        """
        return b"".join(_inflated(self._data, self._entries[name]))


def open_archive(data: bytes, limits: ArchiveLimits = DEFAULT) -> Archive:
    """Verify a ZIP whole: names, kinds, sizes, checksums, that no two entries share bytes.

    Raises:
        ArchiveRefused: with the rule it breaks and the entry that does.
    """
    if len(data) > limits.packed:
        raise _too_large("packed", limits.packed)
    if not is_archive(data):
        raise _refused("broken", _l("This is not a ZIP archive."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as directory:
            infos, end = directory.infolist(), directory.start_dir
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise _refused("broken", _l("This ZIP archive is damaged.")) from None
    if len(infos) > limits.entries:
        raise _refused("entries", _l("The archive has more than %(limit)s files.", limit=limits.entries))
    entries = _named_entries(data, infos)
    _refuse_overlaps(entries.values(), end)
    total = 0
    for name, entry in entries.items():
        total += _measure(data, name, entry, limits, limits.total - total)
    files = {name: entry for name, entry in entries.items() if not entry.info.filename.endswith("/")}
    return Archive(data, files, total)


def _named_entries(data: bytes, infos: list[zipfile.ZipInfo]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    seen: set[str] = set()
    folders: set[str] = set()
    for info in infos:
        name = _safe_name(info)
        _refuse_special(info, name)
        bare = name.rstrip("/")
        if bare.casefold() in seen:
            raise _refused("duplicate", _l("The archive has “%(name)s” twice.", name=bare), name)
        seen.add(bare.casefold())
        folders.update(str(parent).casefold() for parent in PurePosixPath(bare).parents)
        entries[name] = _Entry(info, _start_of(data, info, name))
    for name in entries:
        if not name.endswith("/") and name.casefold() in folders:
            raise _refused("duplicate", _l("“%(name)s” is a file and a folder at once.", name=name), name)
    return entries


def _safe_name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):  # written in UTF-8 by a program that does not say so
            name = name.encode("cp437").decode("utf-8")
    name = nfc(name)
    parts = name.removesuffix("/").split("/")
    if (
        not name
        or "\\" in name
        or ":" in name
        or len(name) > 500
        or any(part in ("", ".", "..") or part != part.strip() for part in parts)
        or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in name)
    ):
        shown = "".join(letter if letter.isprintable() else "?" for letter in name)[:100]
        raise _refused(
            "name",
            _l("The archive has a file with a name that leads elsewhere: “%(name)s”.", name=shown),
            shown,
        )
    return name


def _refuse_special(info: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused("special", _l("“%(name)s” is a link or another special file.", name=name), name)
    if info.flag_bits & _ENCRYPTED:
        raise _refused(
            "encrypted",
            _l("“%(name)s” is encrypted.", name=name),
            name,
            _l("Make the archive again without a password."),
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused("method", _l("“%(name)s” is packed in a way that is not read here.", name=name), name)
    if name.endswith("/") and info.file_size:
        raise _refused("lying", _l("What the archive says of “%(name)s” is not so.", name=name), name)


def _start_of(data: bytes, info: zipfile.ZipInfo, name: str) -> int:
    """Where the bytes of an entry begin; its own header must say what the directory says."""
    header = data[info.header_offset : info.header_offset + _LOCAL.size]
    lying = _refused("lying", _l("What the archive says of “%(name)s” is not so.", name=name), name)
    if len(header) < _LOCAL.size:
        raise lying
    mark, _version, flags, method, _time, _day, crc, packed, size, name_length, extra = _LOCAL.unpack(header)
    start = info.header_offset + _LOCAL.size
    own_name = data[start : start + name_length]
    raw = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")
    if mark != _FILE or method != info.compress_type or own_name != raw or flags & _ENCRYPTED:
        raise lying
    # sizes that follow the data, or stand in a ZIP64 field, are measured with the others below
    told = not flags & _DESCRIPTOR and 0xFFFFFFFF not in (packed, size)
    if told and (crc, packed, size) != (info.CRC, info.compress_size, info.file_size):
        raise lying
    return start + name_length + extra


def _refuse_overlaps(entries: Any, end: int) -> None:
    """Refuse entries that share bytes, with which a few kilobytes would unpack to gigabytes."""
    reached = 0
    for entry in sorted(entries, key=lambda entry: entry.info.header_offset):
        if entry.info.header_offset < reached:
            raise _refused(
                "overlap", _l("Two files of the archive lie over each other."), entry.info.filename
            )
        reached = entry.start + entry.info.compress_size
        if reached > end:
            raise _refused("broken", _l("This ZIP archive is damaged."), entry.info.filename)


def _measure(data: bytes, name: str, entry: _Entry, limits: ArchiveLimits, left: int) -> int:
    """Inflate an entry without keeping it; how many bytes it has."""
    info = entry.info
    size = crc = 0
    try:
        for piece in _inflated(data, entry):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > limits.one:
                raise _too_large("one", limits.one, name)
            if size > left:
                raise _too_large("total", limits.total, name)
            if size > _RATIO_FROM and size > info.compress_size * limits.ratio:
                raise _refused("ratio", _l("“%(name)s” unpacks to far more than is packed.", name=name), name)
    except zlib.error:
        raise _refused("broken", _l("This ZIP archive is damaged."), name) from None
    if size != info.file_size or crc != info.CRC:
        raise _refused("lying", _l("What the archive says of “%(name)s” is not so.", name=name), name)
    return size


def _inflated(data: bytes, entry: _Entry) -> Iterator[bytes]:
    """The bytes of an entry in pieces of bounded size."""
    start, end = entry.start, entry.start + entry.info.compress_size
    if entry.info.compress_type == zipfile.ZIP_STORED:
        for position in range(start, end, _CHUNK):
            yield data[position : min(position + _CHUNK, end)]
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    position = start
    for position in range(start, end, _CHUNK):
        waiting = data[position : min(position + _CHUNK, end)]
        while waiting:
            piece = inflater.decompress(waiting, _CHUNK)
            if piece:
                yield piece
            waiting = inflater.unconsumed_tail
            if inflater.eof:
                break
        if inflater.eof:
            break
    yield inflater.flush()
    if not inflater.eof or inflater.unused_data or position + _CHUNK < end:
        raise zlib.error("the data does not end where it should")


def _too_large(fault: str, limit: int, name: str = "") -> ArchiveRefused:
    most = _l("%(size)s MB", size=max(limit // 1024**2, 1))
    if fault == "one":
        return _refused(fault, _l("“%(name)s” is larger than %(most)s.", name=name, most=most), name)
    return _refused(
        fault, _l("The archive is larger than %(most)s.", most=most), name, _l("Divide it into smaller ones.")
    )


def _refused(fault: str, message: Any, name: str = "", next_step: Any = "") -> ArchiveRefused:
    return ArchiveRefused(message, fault=fault, entry=name, next_step=next_step)


# --- writing ----------------------------------------------------------------------------------


class ArchiveWriter:
    """Adds files to a ZIP; the same files in the same order give the same bytes."""

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self._bundle = bundle

    def add(self, name: str, data: bytes, *, compress: bool = True) -> None:
        entry = zipfile.ZipInfo(name, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        self._bundle.writestr(entry, data)


@contextmanager
def new_archive(target: Path | BinaryIO) -> Iterator[ArchiveWriter]:
    """A new ZIP, finished at the end of the block."""
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        yield ArchiveWriter(bundle)


# --- tar, for backups and packages that an administrator chose -----------------------------------


def unpack_tar(source: Path, target: Path, *, most_bytes: int, most_entries: int = 1_000_000) -> None:
    """Unpack a tar of plain files and folders; every entry is checked before the first is written.

    Raises:
        ArchiveRefused: an entry is neither, leads elsewhere, stands twice, or there is too much.
        OSError, EOFError: the file cannot be read.
    """
    try:
        with tarfile.open(source) as archive:
            _check_members(archive, most_bytes, most_entries)
            archive.extractall(target, filter="data")
    except tarfile.TarError as error:
        raise _refused("broken", str(error)) from error
    except zlib.error as error:
        raise _refused("broken", str(error)) from error


@contextmanager
def new_tar(stream: BinaryIO) -> Iterator[Any]:
    """A new ``.tar.gz`` in a stream; gives ``add(name, source)`` for bytes or the path of a file."""
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:

        def add(name: str, source: bytes | Path) -> None:
            if isinstance(source, Path):
                archive.add(source, name, recursive=False)
                return
            info = tarfile.TarInfo(name)
            info.size = len(source)
            archive.addfile(info, io.BytesIO(source))

        yield add


def _check_members(archive: tarfile.TarFile, most_bytes: int, most_entries: int) -> None:
    seen: set[str] = set()
    total = 0
    for member in archive:
        name = nfc(member.name).rstrip("/")
        if not (member.isreg() or member.isdir()) or member.issparse():
            raise _refused("special", _l("“%(name)s” is a link or another special file.", name=name), name)
        parts = name.split("/")
        if "\\" in name or "\x00" in name or any(part in ("", "..") for part in parts):
            raise _refused(
                "name",
                _l("The archive has a file with a name that leads elsewhere: “%(name)s”.", name=name),
                name,
            )
        if name.casefold() in seen:
            raise _refused("duplicate", _l("The archive has “%(name)s” twice.", name=name), name)
        seen.add(name.casefold())
        total += member.size
        if total > most_bytes:
            raise _too_large("total", most_bytes, name)
        if len(seen) > most_entries:
            raise _refused("entries", _l("The archive has more than %(limit)s files.", limit=most_entries))
