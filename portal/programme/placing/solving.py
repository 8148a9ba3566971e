"""Days filled exactly: courses of halls priced against each other until no better one exists. Workers alone.

A column is what one hall shows on one day. The relaxation over all such courses is solved by pricing: the bound it
proves holds for every plan. Whole plans come from improving one step by step and from an integer programme over the
courses seen.
A row for a person and a quarter of an hour is written when a plan would have her in two places.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import highspy
import numpy as np

from portal.programme.placing import worth
from portal.programme.placing.improving import improved
from portal.programme.placing.instance import GRID, Instance, Solved, Spot
from portal.programme.placing.pricing import QUARTERS, Course, Matrix, Yard, best_courses, lay_out

TOLERANCE = 1e-3
"""A plan is called optimal when at most this share of the proven bound may be missing."""
LIMIT = 60.0
"""Seconds; what is found by then is kept with its gap."""
NEAR = 0.2
"""Parts of the work are done to this share of the tolerance."""
LONGEST_WHOLE = 10.0
"""Seconds for the integer programme over the courses seen."""
WHOLE = 1e-6
Meeting = tuple[int, str, int]
"""A day, a person, a quarter."""


def solve(instance: Instance, *, limit: float = LIMIT, tolerance: float = TOLERANCE) -> Solved:
    """The best plan to within `tolerance` of a proven bound, or the best within `limit` seconds with its gap."""
    began = time.monotonic()
    search = Search(instance, lay_out(instance), began + limit, tolerance)
    search.run()
    spots = {
        package: Spot(search.yard.bins[course.bin].day, search.yard.bins[course.bin].place, quarter * GRID)
        for course in search.best
        for package, quarter in course.shows
    }
    bound = max(search.bound, search.objective)
    gap = (bound - search.objective) / bound if bound > 0 else 0.0
    return Solved(
        spots,
        search.objective,
        bound,
        gap,
        "optimal" if gap <= tolerance else "feasible",
        time.monotonic() - began,
        len(search.courses),
        search.rows,
    )


class Search:
    """The master programme over the courses seen so far, its bound, and the best whole plan."""

    def __init__(self, instance: Instance, yard: Yard, until: float, tolerance: float) -> None:
        self.yard, self.until, self.tolerance = yard, until, tolerance
        self.packages, self.days = len(instance.parcels), len(instance.days)
        self.even = worth.even_share(instance)
        self.courses: list[Course] = []
        self.known: set[Course] = set()
        self.meetings: dict[Meeting, int] = {}
        self.attended: dict[Meeting, Counter[int]] = defaultdict(Counter)
        self.best: Sequence[Course] = ()
        self.objective, self.bound = 0.0, np.inf
        self.solver = _solver()
        infinity = highspy.kHighsInf
        for _row in range(self.packages + len(yard.bins)):
            self.solver.addRow(-infinity, 1.0, 0, np.array([], dtype=np.int32), np.array([]))
        for _day in range(self.days):
            self.solver.addRow(-infinity, float(self.even), 0, np.array([], dtype=np.int32), np.array([]))
        for day in range(self.days):
            row = np.array([self.packages + len(yard.bins) + day], dtype=np.int32)
            self.solver.addCol(-worth.CROWDED, 0.0, float(self.packages), 1, row, np.array([-1.0]))

    @property
    def rows(self) -> int:
        """Rows of the master programme."""
        return self.packages + len(self.yard.bins) + self.days + len(self.meetings)

    @property
    def late(self) -> bool:
        return time.monotonic() >= self.until

    @property
    def proven(self) -> bool:
        return self.bound - self.objective <= self.tolerance * self.bound

    def run(self) -> None:
        """Prove a bound, then look for whole plans until one is good enough or the time is over."""
        self.relax()
        goal = self.bound * (1 - self.tolerance)
        self._keep(improved(self.yard, self.days, self.even, self.until, goal))
        for course in self.best:
            self._add(course)
        for n, course in enumerate(self.courses):
            if _repeats(course):
                self.solver.changeColBounds(n + self.days, 0.0, 0.0)
        while not (self.late or self.proven) and self.whole():
            pass

    # ── the relaxation ─────────────────────────────────────────────────

    def relax(self) -> None:
        """Add courses until none would bring more; the bound is proven on the way."""
        while True:
            self.solver.run()
            solution, objective = self.solver.getSolution(), self.solver.getInfo().objective_function_value
            if self._written(self._taken(solution.col_value, WHOLE)):
                continue
            brings, added = self._price(np.array(solution.row_dual))
            self.bound = min(self.bound, objective + brings)
            if self.late or not added or self.bound - objective <= NEAR * self.tolerance * self.bound:
                return

    def _price(self, dual: Matrix) -> tuple[float, bool]:
        """Add courses by the prices; how much the best of all bins would bring together, and whether any is new."""
        costs = [self._costs(dual, day) for day in range(self.days)]
        brings, added = 0.0, False
        for number, one in enumerate(self.yard.bins):
            own, most = dual[self.packages + number], 0.0
            for value, course in best_courses(number, one, costs[one.day]):
                most = max(most, value - own)
                if value - own > WHOLE:
                    added = self._offer(course, costs[one.day], own) or added
            brings += most
        return brings, added

    def _costs(self, dual: Matrix, day: int) -> Matrix:
        """What each package costs at each quarter of a day: itself, the day, and the people it keeps."""
        crowd = dual[self.packages + len(self.yard.bins) + day]
        costs = np.repeat((dual[: self.packages] + crowd)[:, None], QUARTERS, axis=1)
        people: dict[str, Matrix] = defaultdict(lambda: np.zeros(QUARTERS + 1))
        for (when, person, quarter), row in self.meetings.items():
            if when == day and dual[row]:
                people[person][quarter] += dual[row]
        for package, needs in enumerate(self.yard.needs):
            for person in needs & people.keys():
                summed = np.concatenate([[0.0], np.cumsum(people[person])])
                starts = np.arange(QUARTERS)
                costs[package] += summed[np.minimum(starts + self.yard.covers[package], QUARTERS)] - summed[starts]
        return costs

    # ── columns and rows ───────────────────────────────────────────────

    def _offer(self, course: Course, costs: Matrix, own: float) -> bool:
        """Add a course and, where a package comes twice in it, the same without the second time."""
        single = Course(
            course.bin, tuple({package: (package, at) for package, at in course.shows[::-1]}.values())[::-1]
        )
        added = self._add(course)
        if single == course:
            return added
        value = self.yard.bins[course.bin].value
        gain = sum(value[package, at] - costs[package, at] for package, at in single.shows) - own
        return (self._add(single) if gain > WHOLE else False) or added

    def _add(self, course: Course) -> bool:
        if course in self.known:
            return False
        self.known.add(course)
        self.courses.append(course)
        entries: Counter[int] = Counter({self.packages + course.bin: 1})
        crowd = self.packages + len(self.yard.bins) + self.yard.bins[course.bin].day
        for package, _quarter in course.shows:
            entries[package] += 1
            entries[crowd] += 1
        for meeting in self._meetings(course):
            self.attended[meeting][len(self.courses) - 1 + self.days] += 1
            if meeting in self.meetings:
                entries[self.meetings[meeting]] += 1
        index = np.array(list(entries), dtype=np.int32)
        values = np.array(list(entries.values()), dtype=float)
        self.solver.addCol(self.worth(course), 0.0, 1.0, len(index), index, values)
        return True

    def worth(self, course: Course) -> float:
        """What a course brings by itself."""
        value = self.yard.bins[course.bin].value
        return float(sum(value[package, quarter] for package, quarter in course.shows))

    def _meetings(self, course: Course) -> Iterable[Meeting]:
        day = self.yard.bins[course.bin].day
        for package, start in course.shows:
            for person in self.yard.needs[package]:
                for quarter in range(start, start + self.yard.covers[package]):
                    yield day, person, quarter

    def _taken(self, columns: Sequence[float], above: float) -> list[tuple[Course, float]]:
        """Courses that a solution takes, and how much of them."""
        values = columns[self.days :]
        return [(course, value) for course, value in zip(self.courses, values, strict=True) if value > above]

    def _written(self, taken: list[tuple[Course, float]]) -> bool:
        """Write rows for people who would be in two places; False where nobody would."""
        load: dict[Meeting, float] = defaultdict(float)
        for course, value in taken:
            for meeting in self._meetings(course):
                load[meeting] += value
        broken = frozenset(one for one, value in load.items() if value > 1 + WHOLE and one not in self.meetings)
        for meeting in sorted(one for one in broken if _first(one, broken)):
            self.meetings[meeting] = self.rows
            there = self.attended[meeting]
            index, values = np.array(list(there), dtype=np.int32), np.array(list(there.values()), dtype=float)
            self.solver.addRow(-highspy.kHighsInf, 1.0, len(there), index, values)
        return bool(broken)

    # ── whole plans ────────────────────────────────────────────────────

    def whole(self) -> bool:
        """The best whole plan of the courses seen; whether it left rows to write, so that it is worth asking again."""
        solver = _solver()
        solver.passModel(self.solver.getLp())
        count = len(self.courses)
        kinds = np.full(count, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(count, np.arange(self.days, self.days + count, dtype=np.int32), kinds)
        solver.setOptionValue("time_limit", max(1.0, min(LONGEST_WHOLE, self.until - time.monotonic())))
        solver.setOptionValue("mip_rel_gap", NEAR * self.tolerance)
        solver.run()
        if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return False
        taken = self._taken(solver.getSolution().col_value, 0.5)
        if self._written([(course, 1.0) for course, _value in taken]):
            return True
        self._keep([course for course, _value in taken])
        return False

    def _keep(self, taken: Sequence[Course]) -> None:
        if any(count > 1 for count in Counter(one for course in taken for one in self._meetings(course)).values()):
            return
        crowds = Counter(self.yard.bins[course.bin].day for course in taken for _show in course.shows)
        over = sum(max(0, count - self.even) for count in crowds.values())
        objective = sum(self.worth(course) for course in taken) - worth.CROWDED * over
        if objective > self.objective:
            self.best, self.objective = taken, objective


def _repeats(course: Course) -> bool:
    packages = [package for package, _quarter in course.shows]
    return len(set(packages)) < len(packages)


def _first(meeting: Meeting, broken: frozenset[Meeting]) -> bool:
    """Whether it begins a run of quarters at which the same person is wanted twice: the others follow from it."""
    day, person, quarter = meeting
    return (day, person, quarter - 1) not in broken


def _solver() -> highspy.Highs:
    solver = highspy.Highs()
    primal = 4  # after each pricing there are new columns, not new rows
    settings = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 2027, "simplex_strategy": primal}
    for name, value in settings.items():
        if solver.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise RuntimeError(f"HiGHS does not know {name}")
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return solver
