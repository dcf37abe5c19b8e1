"""Archives that attack are refused whole, in bounded time and memory; honest ones are read."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import tracemalloc
import unicodedata
import zipfile
import zlib

import pytest

from academy.kernel.safe_archive import (
    ArchiveLimits,
    ArchiveRefused,
    is_archive,
    new_archive,
    open_archive,
    unpack_tar,
)

SMALL = ArchiveLimits(packed=4 * 1024**2, one=8 * 1024**2, total=12 * 1024**2, entries=50)


def pack(*files, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of ``(name or ZipInfo, bytes)``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as bundle:
        for name, data in files:
            bundle.writestr(name, data)
    return out.getvalue()


def renamed(old: bytes, new: bytes) -> bytes:
    """A ZIP whose names no honest program would write."""
    assert len(old) == len(new)
    return pack(("good.txt", b"x"), (old.decode(), b"y")).replace(old, new)


def with_mode(mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, mode << 16
    return info


def encrypted() -> bytes:
    data = bytearray(pack(("a.txt", b"secret")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def lying_about_size(central: bool) -> bytes:
    data = bytearray(pack(("a.txt", b"a" * 5000)))
    mark, offset = (b"PK\x01\x02", 24) if central else (b"PK\x03\x04", 22)
    struct.pack_into("<L", data, data.index(mark) + offset, 10)
    if central:
        struct.pack_into("<L", data, data.index(b"PK\x03\x04") + 22, 10)
    return bytes(data)


def wrong_checksum() -> bytes:
    data = bytearray(pack(("a.txt", b"hello world"), method=zipfile.ZIP_STORED))
    data[data.index(b"hello")] = ord("j")
    return bytes(data)


def overlapping(copies: int = 30) -> bytes:
    """Many directory entries over one compressed kernel, each with a header of its own inside the one before."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"0" * (4 * 1024**2)
    kernel = packer.compress(plain) + packer.flush()
    crc = zlib.crc32(plain)
    body, central = b"", b""
    header = (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(kernel), len(plain), 5, 0)
        + b"a.bin"
    )
    body = header + kernel
    for number in range(copies):
        name = b"%04d." % number
        body_header = (
            struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(kernel), len(plain), 5, 0)
            + name
        )
        central += (
            struct.pack(
                "<4s6H3I5H2I",
                b"PK\x01\x02",
                20,
                20,
                0,
                8,
                0,
                33,
                crc,
                len(kernel),
                len(plain),
                5,
                0,
                0,
                0,
                0,
                0,
                0,
            )
            + name
        )
        if number == 0:
            body = body_header + kernel
    return (
        body
        + central
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(central), len(body), 0)
    )


def one_over_another() -> bytes:
    """Two entries, honest each for itself, the second inside the stored bytes of the first."""
    inner = pack(("b.txt", b"inner"), method=zipfile.ZIP_STORED)
    inner_local = inner[: inner.index(b"PK\x01\x02")]
    outer = pack(("a.bin", inner_local), method=zipfile.ZIP_STORED)
    cut = outer.index(b"PK\x01\x02", outer.index(b"inner"))
    local, rest = outer[:cut], outer[cut:]
    first = rest[: rest.index(b"PK\x05\x06")]
    second = bytearray(inner[inner.index(b"PK\x01\x02") : inner.index(b"PK\x05\x06")])
    struct.pack_into("<L", second, 42, local.index(b"PK\x03\x04", 4))
    central = first + bytes(second)
    return local + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(central), len(local), 0)


HOSTILE = {
    "traversal": ("name", lambda: pack(("../evil.txt", b"x"))),
    "traversal inside": ("name", lambda: pack(("a/../../evil.txt", b"x"))),
    "absolute": ("name", lambda: pack(("/etc/evil", b"x"))),
    "drive": ("name", lambda: pack(("C:evil.txt", b"x"))),
    "backslash": ("name", lambda: renamed(b"..xevil.txt", b"..\\evil.txt")),
    "NUL in a name": ("name", lambda: renamed(b"a.txt_.exe", b"a.txt\x00.exe")),
    "control character": ("name", lambda: renamed(b"a.txt_.exe", b"a.txt\x1b.exe")),
    "empty part": ("name", lambda: pack(("a//b", b"x"))),
    "dot": ("name", lambda: pack(("./b", b"x"))),
    "symbolic link": ("special", lambda: pack((with_mode(stat.S_IFLNK | 0o777), b"/etc/passwd"))),
    "device": ("special", lambda: pack((with_mode(stat.S_IFCHR | 0o666), b""))),
    "case": ("duplicate", lambda: pack(("readme.xml", b"x"), ("README.xml", b"y"))),
    "composed and decomposed": (
        "duplicate",
        lambda: pack(("bài.xml", b"x"), (unicodedata.normalize("NFD", "bài.xml"), b"y")),
    ),
    "file and folder": ("duplicate", lambda: pack(("a", b"x"), ("a/b", b"y"))),
    "many": ("entries", lambda: pack(*((f"{n}.txt", b"") for n in range(51)))),
    "encrypted": ("encrypted", encrypted),
    "lying entry": ("lying", lambda: lying_about_size(False)),
    "lying directory": ("lying", lambda: lying_about_size(True)),
    "wrong checksum": ("lying", wrong_checksum),
    "ratio": ("ratio", lambda: pack(("zero.bin", bytes(8 * 1024**2)))),
    "one too large": ("one", lambda: pack(("big.bin", bytes(9 * 1024**2)), method=zipfile.ZIP_STORED)),
    "all too large": (
        "total",
        lambda: pack(
            *(
                (f"{n}.bin", (b"%d" % n + b"abcdefghijklmnopqrstuvwxyz0123456789" * 30) * 7000)
                for n in range(2)
            )
        ),
    ),
    "quoted overlap": ("lying", overlapping),
    "overlap": ("overlap", one_over_another),
    "method": ("method", lambda: pack(("a.txt", b"x" * 100), method=zipfile.ZIP_LZMA)),
    "cut": ("broken", lambda: pack(("a.txt", b"x" * 1000))[:60]),
    "no ZIP": ("broken", lambda: b"MZ" + pack(("a.txt", b"x"))),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_are_refused_whole(case):
    fault, make = HOSTILE[case]
    limits = SMALL
    if case == "one too large":
        limits = ArchiveLimits(packed=16 * 1024**2, one=8 * 1024**2, total=99 * 1024**2)
    elif case == "all too large":
        limits = ArchiveLimits(packed=4 * 1024**2, one=8 * 1024**2, total=12 * 1024**2, ratio=2000)
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused) as refusal:
            open_archive(data, limits)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refusal.value.fault == fault
    assert refusal.value.rule == "archive" and str(refusal.value.next_step)
    assert peak < len(data) + 4 * 1024**2


def test_too_many_bytes_are_refused_unread():
    with pytest.raises(ArchiveRefused) as refusal:
        open_archive(b"PK\x03\x04" + bytes(5 * 1024**2), SMALL)
    assert refusal.value.fault == "packed"


def test_good_archives_are_read():
    name = unicodedata.normalize("NFD", "Câu hỏi/bài 1.xml")
    folder = zipfile.ZipInfo("Thư mục/")
    data = pack(
        (folder, b""), (name, "nội dung".encode()), ("empty.txt", b""), ("b.bin", bytes(range(256)) * 3000)
    )
    archive = open_archive(data, SMALL)
    assert list(archive) == ["Câu hỏi/bài 1.xml", "empty.txt", "b.bin"]
    assert archive.read("Câu hỏi/bài 1.xml").decode() == "nội dung" and archive.read("empty.txt") == b""
    assert archive.read("b.bin") == bytes(range(256)) * 3000 and archive.size("b.bin") == 768_000
    assert archive.total == 768_000 + len("nội dung".encode()) and "x" not in archive and len(archive) == 3


def test_streamed_archives_are_read():
    class Pipe(io.RawIOBase):
        """A place that cannot be gone back in: sizes follow the data."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece) -> int:
            self.data += bytes(piece)
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("a.txt", b"streamed " * 50)
    assert open_archive(pipe.data).read("a.txt") == b"streamed " * 50


def test_the_same_files_give_the_same_bytes():
    def make() -> bytes:
        out = io.BytesIO()
        with new_archive(out) as bundle:
            bundle.add("một.txt", "một".encode())
            bundle.add("hai.bin", b"2", compress=False)
        return out.getvalue()

    assert make() == make() and is_archive(make())
    assert open_archive(make()).read("một.txt").decode() == "một"


# --- tar ------------------------------------------------------------------------------------------


def tar(path, *members) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    ("fault", "bad"),
    [
        ("name", (member("../evil"), b"x")),
        ("name", (member("/tmp/evil"), b"x")),
        ("special", (member("s", tarfile.SYMTYPE, "/etc"), b"")),
        ("special", (member("h", tarfile.LNKTYPE, "good"), b"")),
        ("special", (member("d", tarfile.CHRTYPE), b"")),
        ("duplicate", (member("GOOD"), b"y")),
        ("total", (member("big"), bytes(2000))),
    ],
)
def test_hostile_tars_leave_nothing(tmp_path, fault, bad):
    tar(tmp_path / "x.tar.gz", (member("good"), b"x"), bad)
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(ArchiveRefused) as refusal:
        unpack_tar(tmp_path / "x.tar.gz", target, most_bytes=1000)
    assert refusal.value.fault == fault and list(target.iterdir()) == []


def test_a_good_tar_is_unpacked(tmp_path):
    tar(tmp_path / "x.tar.gz", (member("a/b.txt"), b"b"))
    unpack_tar(tmp_path / "x.tar.gz", tmp_path, most_bytes=1000)
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"b"
