"""Fills the points into a class list that Canvas or Moodle has exported.

Sources: the guides “Import grades in the Gradebook” of Canvas and “Offline
marking” of Moodle's assignments, November 2026.
"""
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Optional

from checker.report import points
from checker.report.results import Submission
from checker.wire import printable

# Columns that tell students apart: with the platform's own numbers, which are
# in the names of downloads, and with names that a folder may have.
NUMBERS = 'ID', 'Identifier'
NAMES = 'SIS User ID', 'SIS Login ID', 'ID number', 'Email address'
# Columns for grades: of an assignment in Canvas, in Moodle's grading
# worksheet, and in its gradebook.
GRADES = re.compile(r'.+ \(\d+\)|Grade|(?!Course total).+ \(Real\)')
# Canvas marks columns that it computes.
READ_ONLY = '(read only)'
# Where a list says the most that a submission can have.
MOODLE_MOST, CANVAS_MOST = 'Maximum Grade', 'Points Possible'


class WrongList(Exception):
    """A file is not such a list; the message says why."""


class ClassList:
    """A class list: all of it, and which of its columns gets the points.

    Each row has pairs of a cell, as it is written, and what ends it.
    """

    def __init__(self, path: Path, column: str) -> None:
        """Read a list.

        Args:
            column: the name of the one for the points, or ''.

        Raises:
            WrongList: if the file cannot be read or the column told.
        """
        self.path = path
        try:
            text = path.read_bytes().decode('utf-8')
        except OSError as error:
            raise WrongList(error.strerror) from None
        except UnicodeDecodeError:
            raise WrongList('it is not in UTF-8') from None
        problem = 'it is not a CSV file'
        for separator in ',;\t':
            try:
                self.rows = rows_of(text, separator)
            except WrongList:
                continue
            problem = ('it has none of the columns '
                       + ', '.join(NUMBERS + NAMES))
            header = [value_of(cell) for cell, _ in self.rows[0]]
            self.identifiers = {number: name in NUMBERS
                                for number, name in enumerate(header)
                                if name in NUMBERS + NAMES}
            if self.identifiers:
                break
        else:
            raise WrongList(problem)
        self.column = self._choose(header, column)

    def _choose(self, header: list[str], wanted: str) -> int:
        """Return the number of the column for the points."""
        computed = {number for row in self.rows[:3]
                    for number, (cell, _) in enumerate(row)
                    if value_of(cell).strip() == READ_ONLY}
        for_grades = {number: name for number, name in enumerate(header)
                      if GRADES.fullmatch(name) and number not in computed}
        found = [*for_grades]
        if wanted:
            found = [number for number, name in enumerate(header)
                     if wanted in (name, name.rpartition(' (')[0])
                     and number not in {*computed, *self.identifiers}]
        if len(found) == 1:
            return found[0]
        names = ', '.join(for_grades.values() or header)
        raise WrongList(
            f'it has no column {wanted} for grades, but {names}' if wanted else
            f'choose one of its columns with --column: {names}')

    def fill(self, submissions: Sequence[Submission],
             weights: points.Weights) -> list[str]:
        """Fill in the points; return lines about what was left as it was."""
        names = [self._names_of(row) for row in self.rows]
        rows = [row_of(submission, names) for submission in submissions]
        lines, most = [], []
        for submission, row in zip(submissions, rows):
            worth = points.points_of(submission, weights)
            if row is None or rows.count(row) > 1:
                lines.append(f'  no row of its own: {submission.name}')
            elif not worth.complete:
                lines.append('  a person must look at it: '
                             f'{submission.name}')
            else:
                before, end = self.rows[row][self.column]
                after = points.shown(worth.total)
                if number_in(before) not in (None, number_in(after)):
                    lines.append(f'  {after} replaces {value_of(before)}: '
                                 f'{submission.name}')
                self.rows[row][self.column] = after, end
                most.append(worth.most)
        without = [self.rows[number][0][0]
                   for number, found in enumerate(names)
                   if number not in rows and found]
        lines += ['  no submission: ' + printable(value_of(name)).replace(
            '\n', ' ') for name in without]
        if most:
            lines += self._told_most(max(most))
        return [f'{self.graded.name} gets the points of {len(most)} '
                'submission' + 's' * (len(most) != 1), *lines]

    def _told_most(self, most: Fraction) -> list[str]:
        """Return a line if the list allows a different number of points."""
        header, *rows = ([value_of(cell).strip() for cell, _ in row]
                         for row in self.rows[:3])
        place = (header.index(MOODLE_MOST) if MOODLE_MOST in header
                 else self.column)
        # In Canvas, a row about posting may come first.
        said = [row[place] for row in rows if place < len(row)
                and (MOODLE_MOST in header or row[0] == CANVAS_MOST)]
        if not said or not said[0] or number_in(said[0]) == most:
            return []
        return [f'  the list allows {said[0]} points, but these go up to '
                f'{points.shown(most)}']

    def _names_of(self, row: list[tuple[str, str]]) -> set[tuple[bool, str]]:
        """Return what tells the student of a row, if it is of one.

        These are pairs: whether it is the platform's number, and a text.
        """
        if row is self.rows[0] or len(row) <= self.column:
            return set()
        found = {(is_number, value_of(row[number][0]).strip().casefold())
                 for number, is_number in self.identifiers.items()
                 if number < len(row)}
        # Moodle calls its numbers “Participant 12”.
        return {(is_number, re.sub(r'^\D+ (?=\d+$)', '', value)
                 if is_number else value)
                for is_number, value in found if value}

    @property
    def graded(self) -> Path:
        """Where the filled list is written: beside the list."""
        return self.path.with_name(f'{self.path.stem}-graded.csv')

    def write(self, path: Path) -> None:
        """Write the filled list; all else in it is as it was."""
        text = ''.join(cell + end for row in self.rows for cell, end in row)
        path.write_bytes(text.encode('utf-8'))


def row_of(submission: Submission,
           names: Sequence[set[tuple[bool, str]]]) -> Optional[int]:
    """Return the number of the one row of a submission, if there is.

    Args:
        names: of each row, what tells its student.
    """
    own = {(False, submission.name.casefold()), (True, submission.number)}
    found = [number for number, theirs in enumerate(names) if own & theirs]
    return found[0] if len(found) == 1 else None


def rows_of(text: str, separator: str) -> list[list[tuple[str, str]]]:
    """Return the rows of a CSV file, as ClassList has them."""
    cell = re.compile(rf'(\ufeff?(?:"(?:[^"]|"")*"|[^"{separator}\r\n]'
                      rf'[^{separator}\r\n]*|))'
                      rf'({separator}|\r\n|\r|\n|\Z)')
    rows: list[list[tuple[str, str]]] = [[]]
    place = 0
    while True:
        found = cell.match(text, place)
        if not found:
            raise WrongList('it is not a CSV file')
        rows[-1].append((found[1], found[2]))
        place = found.end()
        if found[2] == separator:
            continue
        if place == len(text):
            return rows
        rows.append([])


def number_in(cell: str) -> Optional[Fraction]:
    """Return the number in a cell, or None."""
    try:
        return Fraction(value_of(cell).strip().replace(',', '.'))
    except (ValueError, ZeroDivisionError):
        return None


def value_of(cell: str) -> str:
    """Return what a cell says."""
    cell = cell.removeprefix('\ufeff')
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
