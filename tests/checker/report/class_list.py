"""Fills the points into a class list that Canvas or Moodle has exported.

A roster of GitHub Classroom works, too.

Sources: the guide “Import grades in the Gradebook” of Canvas; of Moodle,
“Offline marking” and mod/assign/gradingtable.php; November 2026.
"""
import csv
import html
import io
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Callable, Optional

from checker.report import points
from checker.report.results import Submission
from checker.report.rows import GITHUB, IDENTIFIERS, Found, Row, find_rows
from checker.wire import printable

# Columns for grades: of an assignment in Canvas, in Moodle's grading
# worksheet, and in its gradebook.
GRADES = re.compile(r'.+ \(\d+\)|Grade|(?!Course total).+ \(Real\)')
# Canvas marks columns that it computes.
READ_ONLY = '(read only)'
# Where a list says the most that a submission can have.
MOODLE_MOST, CANVAS_MOST = 'Maximum Grade', 'Points Possible'
COMMENTS = 'Feedback comments'


class WrongList(Exception):
    """A file is not such a list; the message says why."""


class ClassList:
    """A class list, and which of its columns gets the points.

    found: the rows of each submission, by its name.
    unassigned: a line for each submission that has no row of its own.
    filled: for each row that was filled, the most points it can have.
    """

    def __init__(self, path: Path, column: str) -> None:
        """Read a list.

        Args:
            column: the name of the one for the points, or ''.

        Raises:
            WrongList: if the file cannot be read or the column told.
        """
        self.path = path
        self.found: dict[str, Found] = {}
        self.unassigned: list[str] = []
        self.filled: list[Fraction] = []
        try:
            if path.exists() and not path.is_file():
                raise WrongList('it is not a file')
            self.text = path.read_bytes().decode('utf-8')
        except OSError as error:
            raise WrongList(error.strerror) from None
        except UnicodeDecodeError:
            raise WrongList('it is not in UTF-8: save it as CSV UTF-8'
                            ) from None
        self._parse()
        self.column = self._choose(column)
        self.students = [
            row for row in self.rows[1:] if len(row.cells) > self.column
            and any(row[name] for name in IDENTIFIERS)]

    def _parse(self) -> None:
        """Find the separator, the header and the rows."""
        problem = 'it is not a CSV file'
        for self.separator in ',;\t':
            lines = io.StringIO(self.text.removeprefix('\ufeff'), newline='')
            try:
                rows = [*csv.reader(lines, delimiter=self.separator,
                                    strict=True)] or [[]]
            except csv.Error:
                continue
            self.header = [name.strip() for name in rows[0]]
            self.rows = [Row(self.header, row) for row in rows]
            if {*IDENTIFIERS} & {*self.header}:
                return
            problem = f'it has none of the columns {", ".join(IDENTIFIERS)}'
        raise WrongList(problem)

    def _choose(self, wanted: str) -> int:
        """Return the number of the column for the points."""
        computed = {number for row in self.rows[:3]
                    for number, cell in enumerate(row.cells)
                    if cell.strip() == READ_ONLY}
        columns = [(number, name) for number, name in enumerate(self.header)
                   if number not in computed and name not in IDENTIFIERS]
        for_grades = [column for column in columns
                      if GRADES.fullmatch(column[1])]
        found = for_grades if not wanted else [
            (number, name) for number, name in columns
            if wanted in (name, name.rpartition(' (')[0])]
        if len(found) == 1:
            return found[0][0]
        if not found and GITHUB in self.header:
            # A roster has no column for grades.
            self.rows[0].cells.append(wanted or 'points')
            for row in self.rows[1:]:
                row.cells += [''] * (len(self.rows[0].cells) - len(row.cells))
            return len(self.rows[0].cells) - 1
        names = ', '.join([name for _, name in for_grades] or self.header)
        raise WrongList(
            f'it has no column {wanted} for grades, but {names}' if wanted else
            f'choose one of its columns with --column: {names}')

    def fill(self, submissions: Sequence[Submission],
             weights: points.Weights,
             page_of: Optional[Callable[[Submission], str]]) -> list[str]:
        """Fill in the points; return lines about what was left as it was.

        Args:
            page_of: returns what is written into an empty cell for comments.
        """
        self.found = find_rows(submissions, self.students)
        lines, elsewhere, left = [], 0, {*self.students}
        for submission in submissions:
            rows, why = self.found[submission.name]
            left -= {*rows}
            worth = points.points_of(submission, weights)
            if why and submission.kept:
                elsewhere += 1
            elif why:
                self.unassigned.append(
                    f'no row of its own: {submission.name} ({why})')
            elif not worth.complete:
                lines.append(f'  a person must look at it: {submission.name}')
            else:
                page = page_of(submission) if page_of else ''
                lines += self._fill_rows(rows, worth, page)
        lines += [f'  no submission: {shown(row.name)}'
                  for row in self.students if row in left]
        if elsewhere:
            lines.append(f'  graded before, but in no row: {elsewhere}')
        lines += self._told_most(max(self.filled, default=None))
        if self.separator != ',':
            lines.append(f'  {self.separator!r} separates its columns, but '
                         'Canvas takes commas alone, and so does Moodle '
                         'unless you choose a separator there')
        return [f'{self.graded.name}: {len(self.filled)} of '
                f'{len(self.students)} rows filled', *lines]

    def _fill_rows(self, rows: Sequence[Row], worth: points.Points,
                   page: str) -> Iterator[str]:
        """Fill in the points of a submission; yield lines about that."""
        for row in rows:
            reason = self._reason_to_leave(row)
            if reason:
                yield (f'  left as it is, because it {reason}: '
                       + shown(row.name))
            else:
                self.filled.append(worth.most)
                yield from self._fill_row(row, points.shown(worth.total), page)

    def _reason_to_leave(self, row: Row) -> str:
        """Return why a grade does not belong into a row, or ''."""
        before = row.cells[self.column].strip()
        if row['Grade can be changed'].casefold() == 'no':
            return 'is locked'
        if 'Scale' in self.header:
            return 'is graded on a scale'
        if before not in ('', '-') and number_in(before) is None:
            return f'says {shown(before)}'
        return ''

    def _fill_row(self, row: Row, grade: str, page: str) -> Iterator[str]:
        """Fill in a grade; yield a line if something was there."""
        before = row.cells[self.column].strip()
        if number_in(before) not in (None, number_in(grade)):
            yield f'  {grade} replaces {before}: {shown(row.name)}'
        row.cells[self.column] = grade
        if page and COMMENTS in self.header and not row[COMMENTS]:
            row.cells[self.header.index(COMMENTS)] = (
                f'<pre>{html.escape(page)}</pre>')

    def _told_most(self, most: Optional[Fraction]) -> list[str]:
        """Return a line if the list allows a different number of points."""
        # In Canvas, a row about posting may come first.
        said = [row[MOODLE_MOST] or row.cells[self.column].strip()
                for row in self.rows[1:3] if len(row.cells) > self.column
                and (row[MOODLE_MOST]
                     or row.cells[0].strip() == CANVAS_MOST)]
        if most is None or not said or number_in(said[0]) in (None, most):
            return []
        return [f'  the list allows {said[0]} points, but these go up to '
                f'{points.shown(most)}']

    @property
    def graded(self) -> Path:
        """Where the filled list is written: beside the list."""
        return self.path.with_name(f'{self.path.stem}-graded.csv')

    def write(self, path: Path) -> None:
        """Write the filled list; all else in it says what it said."""
        file = io.StringIO(newline='')
        csv.writer(file, delimiter=self.separator, lineterminator='\r\n' if
                   '\r\n' in self.text else '\n').writerows(
                       row.cells for row in self.rows)
        mark = '\ufeff' * self.text.startswith('\ufeff')
        path.write_bytes(f'{mark}{file.getvalue()}'.encode())


def number_in(cell: str) -> Optional[Fraction]:
    """Return the number in a cell, or None."""
    plain = re.fullmatch(r'[-+]?\d{1,9}(?:[.,]\d{0,9})?', cell)
    return Fraction(cell.replace(',', '.')) if plain else None


def shown(cell: str) -> str:
    """Return what a cell says, in a line."""
    return printable(cell).replace('\n', ' ')
