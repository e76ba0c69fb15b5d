"""Who handed something in, and when two names are one."""
import unicodedata
from typing import NamedTuple


class Owner(NamedTuple):
    """Who handed something in.

    platform: 'canvas' or 'moodle' if it has named what was handed in, or ''.
    who: the name there of a student or a team, or of a folder or file.
    number: of the student or the team on the platform, or ''.
    """
    platform: str
    who: str
    number: str

    @property
    def name(self) -> str:
        """The name with the number."""
        return '_'.join(filter(None, (self.who, self.number)))


def look_of(name: str) -> str:
    """Return what names have in common that look the same."""
    return ''.join(unicodedata.normalize('NFKC', name).split()).casefold()
