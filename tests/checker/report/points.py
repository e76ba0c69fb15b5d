"""Points: how much a submission is worth, in exact fractions."""
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from checker.report.results import (
    COLUMNS,
    NOT_FINISHED,
    NOT_GRADED,
    Submission,
)

# The most points that a column can have.
LARGEST = 10 ** 6
# How much each column is worth, or None for a point a check.
Weights = Optional[Mapping[str, Fraction]]


@dataclass(frozen=True)
class Points:
    """The points of a submission.

    columns: {column: (its points, the most it can have)}; its points are
        None if a person must look at it.
    """
    columns: dict[str, tuple[Optional[Fraction], Fraction]]

    @property
    def total(self) -> Fraction:
        """The points of all columns."""
        return sum((points for points, _ in self.columns.values()
                    if points is not None), Fraction(0))

    @property
    def most(self) -> Fraction:
        """The most that the submission can have."""
        return sum((most for _, most in self.columns.values()), Fraction(0))

    @property
    def complete(self) -> bool:
        """Whether every column was graded."""
        return all(points is not None for points, _ in self.columns.values())

    def __str__(self) -> str:
        """Such as 97.5/100; an asterisk marks an incomplete total."""
        return f'{shown(self.total)}/{shown(self.most)}' + '*' * (
            not self.complete)


def parse(text: str) -> dict[str, Fraction]:
    """Return the weights in a text such as 0=20,style=7.5.

    Raises:
        ValueError: if a column or a number is wrong; the message names it.
    """
    weights = {}
    for item in text.split(','):
        column, _, number = item.partition('=')
        try:
            # A huge exponent would take forever.
            weight = Fraction('' if 'e' in number.lower() else number)
        except (ValueError, ZeroDivisionError):
            weight = Fraction(-1)
        if (column not in COLUMNS or column in weights
                or not 0 <= weight <= LARGEST):
            raise ValueError(item)
        weights[column] = weight
    return weights


def points_of(submission: Submission, weights: Weights) -> Points:
    """Return the points of a submission."""
    columns = {}
    for row in submission.rows():
        most = (Fraction(row.total) if weights is None
                else weights.get(row.task, Fraction(0)))
        # A file may fail a check and then not finish.
        graded = (row.verdict not in (NOT_GRADED, NOT_FINISHED)
                  and not submission.problem_of(row.task))
        columns[row.task] = (
            most * row.passed / row.total if graded else None, most)
    return Points(columns)


def shown(points: Fraction) -> str:
    """Return points in decimals, rounded down to a tenth."""
    return f'{math.floor(points * 10) / 10:.12g}'
