"""Finds the rows of a class list that are proved to be somebody's."""
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from checker.report.owners import Owner, look_of
from checker.report.results import Submission

# The columns with the platform's own numbers, which are in the names of
# downloads, and those with names that a folder may have.
NUMBERS = {'canvas': 'ID', 'moodle': 'Identifier'}
GITHUB = 'github_username'
NAMES = 'SIS User ID', 'SIS Login ID', 'ID number', 'Email address', GITHUB
IDENTIFIERS = (*NUMBERS.values(), *NAMES)
GROUP = 'Group'
# Another way to read a name of Canvas: the student's may end like a number.
LONGER = re.compile(r'(?P<who>.+_\d+)_(?P<number>\d+)_\d+_')
# The columns with names of people, besides the first.
NAME = re.compile(r'(?i)^(?!user|login|group).*name')
# The rows that a submission fits, and why none of them is its own, or ''.
Found = tuple[list['Row'], str]


@dataclass(eq=False)
class Row:
    """A row of a class list."""
    header: list[str]
    cells: list[str]

    def __getitem__(self, column: str) -> str:
        """Return what is in a column, '' if there is none."""
        number = (self.header.index(column) if column in self.header
                  else len(self.cells))
        return self.cells[number].strip() if number < len(self.cells) else ''

    @property
    def number(self) -> str:
        """Moodle's number of the participant, without the word before it."""
        return re.sub(r'^\D+ (?=\d+$)', '', self['Identifier'])

    @property
    def name(self) -> str:
        """The name of the student."""
        return self['Full name'] or self.cells[0].strip()

    @property
    def names(self) -> set[str]:
        """What may be the name of the student, as letters()."""
        return {letters(cell) for column, cell in zip(self.header, self.cells)
                if cell is self.cells[0] or NAME.search(column)} - {''}

    def owner(self, platform: str) -> Owner:
        """Return the student as a download of Moodle would name him."""
        return Owner(platform, re.sub('[_/]', ' ', self.name), self.number)


def find_rows(submissions: Sequence[Submission],
              students: Sequence[Row]) -> dict[str, Found]:
    """Return what is found for each submission, by its name."""
    beginning = beginning_of(
        [each.owner.who for each in submissions if not each.owner.platform],
        {row[GITHUB].casefold() for row in students})
    found = {each.name: rows_by_number(each, students)
             if each.owner.platform else row_by_name(
                 each.owner.who, students, beginning)
             for each in submissions}
    claims = Counter(row for rows, why in found.values() if not why
                     for row in rows)
    return {name: (rows, why or 'several submissions fit its row' * any(
        claims[row] > 1 for row in rows))
        for name, (rows, why) in found.items()}


def rows_by_number(submission: Submission,
                   students: Sequence[Row]) -> Found:
    """Return the row of a person, by number and name, or those of a team."""
    owner = submission.owner
    numbered = [row for row in students if owner.number and owner.number == (
        row.number if owner.platform == 'moodle' else row['ID'])]
    # Moodle hides names behind “Participant 12”.
    wanted = {letters(owner.who), letters(owner.name)}
    same = [row for row in numbered
            if letters(owner.who) and wanted & row.names]
    if not same and owner.platform == 'moodle':
        same = [row for row in students if letters(row[GROUP])
                and letters(row[GROUP]) == letters(owner.who)]
    longer = LONGER.match(submission.upload)
    if longer and any(row['ID'] == longer['number'] and letters(
            longer['who']) in row.names for row in students):
        return numbered, 'its name can be read in two ways'
    if same:
        return same, ''
    why = (f'the number {owner.number} is that of {numbered[0].name}'
           if numbered else f'no row has the number {owner.number}'
           if owner.number else 'it has no number')
    if owner.platform == 'moodle' and not any(row[GROUP] for row in students):
        why += f'; if it is a group, the list needs the column {GROUP}'
    return numbered, why


def row_by_name(name: str, students: Sequence[Row], beginning: str) -> Found:
    """Return the one row that has the name of a folder."""
    wanted = look_of(name)
    rows = [row for row in students if wanted and (
        wanted in {look_of(row[column]) for column in NAMES}
        or row[GITHUB] and wanted == look_of(beginning + row[GITHUB]))]
    return (rows, '') if len(rows) == 1 else (
        [], f'{len(rows) or "no"} row{"s have" if rows else " has"} this name')


def beginning_of(names: Sequence[str], users: set[str]) -> str:
    """Return what clones' names have before the user's, such as lab1-.

    It is the one beginning of all with which any name is a user's.
    """
    common = os.path.commonprefix(names) if len(names) > 1 else ''
    found = [common[:end] for end in (
        0, *(place.end() for place in re.finditer('-', common)))
        if any(name[end:].casefold() in users for name in names)]
    return found[0] if len(found) == 1 else ''


def letters(text: str) -> str:
    """Return what platforms keep of a name: its letters and digits."""
    return ''.join(sign for sign in look_of(text) if sign.isalnum()
                   or unicodedata.category(sign).startswith('M'))
