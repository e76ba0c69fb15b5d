"""The files that somebody handed in, and which of them are meant."""
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from checker.grader import source
from checker.specification import FILES

# How many files of a folder are looked at, and letters of a name are shown.
MOST_FILES, LABEL = 10_000, 100
STEMS = '|'.join(name.removesuffix('.py') for name in FILES)
MACHINE_MADE = re.compile(
    r'\._.*|\.DS_Store|__MACOSX|\.ipynb_checkpoints|__pycache__|Thumbs\.db|'
    'desktop\\.ini')
# What Canvas adds to a name that the student has used before.
AGAIN = re.compile(r'(?:-(\d+))?\.py$')
# What to do with a file that may be the work.
NO_NAME = 'is not a numbered file; if it is the work, rename or unpack it'
# What is no attempt at a numbered file, whatever it is called.
NO_WORK = re.compile(
    r'(readme|license|changelog|contributing|requirements)\b.*|\d-main\.py|'
    r'\d-latent-plane\.html|(__init__|conftest|setup|test_.*)\.py|'
    r'.*\.(md|png|jpe?g|gif|svg|pyc|h5|keras|np[yz]|csv|json|ya?ml|toml|cfg|'
    r'ini)', re.IGNORECASE)


@dataclass(frozen=True)
class HandedFile:
    """A file that somebody handed in.

    name: inside the hand-in, with / between folders.
    origin: the same, as a platform has called it.
    problem: why it cannot be read, or ''.
    """
    name: str
    origin: str
    path: Path
    problem: str = ''

    @property
    def task(self) -> Optional[int]:
        """The number of the numbered file that it is, or None."""
        return task_of(self.name)

    @property
    def label(self) -> str:
        """Its name; of a long one, the end."""
        return self.origin[-LABEL:]

    @property
    def depth(self) -> int:
        """How many folders it is in."""
        return self.name.count('/')

    @property
    def is_exact(self) -> bool:
        """Whether it has the name that was asked for."""
        return os.path.basename(self.name) in FILES

    def rank(self) -> tuple[int, bool, str]:
        """Return what sorts files: those near the top come first."""
        return self.depth, not self.is_exact, self.name


def task_of(path: str) -> Optional[int]:
    """Return which numbered file a name means, or None.

    Learning platforms and browsers rename files: ada_123_0-vanilla.py and
    0-vanilla (1).py are file 0.
    """
    name = os.path.basename(path)
    found = re.findall(f'(?<![0-9])(?:{STEMS})', name)
    if len(found) != 1 or not name.endswith('.py'):
        return None
    return FILES.index(f'{found[0]}.py')


def is_zip(name: str) -> bool:
    """Return whether a name is that of a zip file."""
    return name.lower().endswith('.zip')


def may_be_work(name: str) -> bool:
    """Return whether a file may be somebody's attempt at a numbered file."""
    return not NO_WORK.fullmatch(os.path.basename(name))


def composed(name: str) -> str:
    """Return a name with each accent in one form: macOS splits them off."""
    return unicodedata.normalize('NFC', name)


def entries_of(folder: Path) -> list[Path]:
    """Return what a folder holds, except what is hidden; sorted."""
    return sorted(Path(folder, name) for name in os.listdir(folder)
                  if not (name.startswith('.')
                          or MACHINE_MADE.fullmatch(name)))


def files_in(folder: Path) -> Iterator[HandedFile]:
    """Yield the files below a folder, except hidden ones.

    What cannot be looked at is yielded with its problem: folders that are
    closed, and clones inside, which may be of anybody's work.
    """
    seen, folders = 0, [(folder, '')]
    for place, name in folders:
        try:
            entries = entries_of(place)
        except OSError as error:
            own = name or place.name
            yield HandedFile(own, own, place,
                             f'cannot be read: {error.strerror}')
            continue
        for entry in entries:
            own = composed(f'{name}{entry.name}')
            seen += 1
            if seen > MOST_FILES:
                yield HandedFile('the rest', 'the rest', entry, 'is left out: '
                                 f'only {MOST_FILES} files are looked at')
                return
            # Unlike those of Path, these functions raise nothing.
            if os.path.islink(entry) or not os.path.isdir(entry):
                yield HandedFile(own, own, entry)
            elif os.path.lexists(entry / '.git') and len(entries) > 1:
                yield HandedFile(own, own, entry, 'is a git clone inside')
            else:
                folders.append((entry, f'{own}/'))


def last_uploads(
        files: Sequence[HandedFile]
        ) -> tuple[list[HandedFile], list[HandedFile]]:
    """Return the last uploads to Canvas, with the names they had, and others.

    In folders and zip files the names are the student's own.
    """
    numbered = [(file.name, 0, file) if file.depth else
                (AGAIN.sub('.py', file.name),
                 int(AGAIN.findall(file.name)[0] or 0), file)
                for file in files]
    last = {name: number for name, number, _ in sorted(
        numbered, key=lambda upload: upload[1])}
    return ([replace(file, name=name) for name, number, file in numbered
             if number == last[name]],
            [file for name, number, file in numbered if number < last[name]])


def choose(files: Sequence[HandedFile], spare: Sequence[HandedFile]
           ) -> tuple[Optional[HandedFile], str]:
    """Return the file to check if it can be told, and what is in doubt.

    The one nearest the top is checked if it has the exact name, even if
    others could be meant, too.  Copies of a file are no others.

    Args:
        files: those that may be meant.
        spare: files that are not numbered; one of them may be the work.
    """
    if not files:
        return None, ''.join(
            f'{file.label} {file.problem or NO_NAME}' for file in spare[:1])
    best, *others = sorted(files, key=HandedFile.rank)
    if best.problem:
        return None, f'{best.label} {best.problem}'
    rivals = [file for file in others
              if content_of(file) != content_of(best)]
    if not rivals:
        return best, ''
    certain = best.is_exact and not any(
        file.is_exact and file.depth == best.depth for file in rivals)
    return (best if certain else None,
            f'both {best.label} and {rivals[0].label} could be meant: keep '
            'one')


def content_of(file: HandedFile) -> object:
    """Return what tells whether a file is a copy of a different one."""
    try:
        return source.read(file.path)
    except source.Unreadable:
        return file
