"""Unpacks zip files, of strangers too, into temporary folders."""
import functools
import os
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from checker.command.hand_ins import (
    MACHINE_MADE,
    HandedFile,
    composed,
    files_in,
    is_zip,
    task_of,
)
from checker.grader.source import LARGEST

# Of a zip file inside a hand-in, in bytes; of the files of a class.
LARGEST_ZIP, MOST_MEMBERS = 2 ** 24, 50_000
# Of a path in a zip file, in letters, and of each part of it, in bytes.
LONGEST_NAME, LONGEST_PART = 300, 255
# Others can take all memory before any limit is noticed.
METHODS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
UTF_8 = 0x800


class Unpacker:
    """Unpacks zip files into temporary folders.

    problems: why a file in them cannot be read, by its path.
    """

    def __init__(self) -> None:
        self.problems: dict[Path, str] = {}
        self._known: dict[tuple[Path, bool], tuple[Path, str]] = {}

    @functools.cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory:
        """The folder for the others; it goes when the process ends."""
        return tempfile.TemporaryDirectory()

    def made(self, path: Path) -> bool:
        """Return whether a file is a copy from a zip file."""
        return any(folder in path.parents for folder, _
                   in self._known.values())

    def expanded(self, files: Iterable[HandedFile]) -> Iterator[HandedFile]:
        """Yield files, and in place of each zip file what it holds.

        One level of zip files: of those inside them only the names.
        """
        for file in files:
            problem = self.problems.get(file.path, file.problem)
            if not is_zip(file.name) or problem:
                yield replace(file, problem=problem)
                continue
            folder, problem = self.unpacked(file.path, with_zips=False)
            inside = [*files_in(folder)]
            for each in inside:
                yield replace(
                    each, name=f'{file.name}/{each.name}',
                    origin=f'{file.origin}/{each.name}',
                    problem=self.problems.get(each.path, each.problem))
            if problem or not inside:
                yield replace(file, problem=problem or 'is empty')

    def unpacked(self, path: Path, with_zips: bool) -> tuple[Path, str]:
        """Return a folder with what a zip file holds, and why not all, or ''.

        Numbered files have their content up to a limit, other files none.

        Args:
            with_zips: whether zip files have their content, too.
        """
        key = path, with_zips
        if key not in self._known:
            folder = Path(self._scratch.name, str(len(self._known)))
            folder.mkdir()
            self._known[key] = folder, self._unpack(path, folder, with_zips)
        return self._known[key]

    def _unpack(self, path: Path, folder: Path, with_zips: bool) -> str:
        """Unpack a zip file into a folder; return why not, or ''."""
        try:
            if not stat.S_ISREG(os.lstat(path).st_mode):
                return 'is not a file'
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
                for member in members[:MOST_MEMBERS]:
                    parts = parts_of(member)
                    hidden = [part for part in parts if part[:1] == '.'
                              or MACHINE_MADE.fullmatch(part)]
                    if '.git' in hidden[:1]:
                        # It says that somebody's clone is there.
                        parts = parts[:parts.index('.git') + 1]
                        member.filename += '/'
                    if parts and hidden in ([], ['.git']):
                        self._unpack_member(archive, member,
                                            Path(folder, *parts), with_zips)
            return '' if len(members) <= MOST_MEMBERS else (
                f'has more than {MOST_MEMBERS} files')
        except OSError as error:
            return f'cannot be unpacked: {error.strerror or error}'
        # A zip file can be broken in many ways.
        except Exception:
            return 'is not a whole zip file'

    def _unpack_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo,
                       path: Path, with_zips: bool) -> None:
        """Unpack a file, or take note of why that is not possible."""
        is_folder = member.filename.endswith(('/', '\\'))
        if path.is_dir() and not is_folder:
            # Somewhere it must be seen.
            path = path.with_name(f'{path.name[:50]} ')
            self.problems[path] = 'is a file and a folder'
            path.touch()
            return
        taken = [place for place in (path, *path.parents) if place.is_file()]
        if taken:
            self.problems[taken[0]] = 'is in the zip file twice'
            return
        if is_folder:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        limit = LARGEST * (task_of(path.name) is not None) or (
            LARGEST_ZIP * (with_zips and is_zip(path.name)))
        if stat.S_ISLNK(member.external_attr >> 16):
            self.problems[path] = 'is a link'
        elif member.flag_bits & 1:
            self.problems[path] = 'is encrypted'
        elif member.compress_type not in METHODS:
            self.problems[path] = 'cannot be unpacked'
        elif limit:
            try:
                with archive.open(member) as content:
                    path.write_bytes(content.read(limit + 1))
            except Exception:
                self.problems[path] = 'cannot be unpacked'


def parts_of(member: zipfile.ZipInfo) -> list[str]:
    """Return the folders and the name of a file in a zip file."""
    name = member.filename
    # Some programs add the name in Unicode without setting the flag.
    if not member.flag_bits & UTF_8 and name == member.orig_filename:
        # Python takes such names for code page 437.
        written = name.encode('cp437')
        try:
            name = written.decode()
        except UnicodeDecodeError:
            if not all(sign.isascii() or 'LATIN' in unicodedata.name(sign, '')
                       for sign in name):
                name = written.decode('cp850')
    # Windows separates folders with backslashes.
    name = composed(name[:LONGEST_NAME]).replace('\\', '/')
    return [part.encode()[:LONGEST_PART].decode(errors='ignore')
            for part in name.split('/') if part not in ('', '.', '..')]
