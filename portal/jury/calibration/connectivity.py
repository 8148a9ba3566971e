"""How far a panel hangs together: only jurors who share films can be compared."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
GREEN = 0.15


@dataclass(frozen=True, eq=False)
class Network:
    """The co-review graph: `home` is each juror's component, `lambda2` 0 when there is more than one."""

    home: NDArray[np.intp]
    components: int
    lambda2: float

    @property
    def colour(self) -> Literal["green", "amber", "red"]:
        """Green: comparable; amber: offsets are shrunken; red: rank inside each component only."""
        if self.components > 1 or self.lambda2 <= 1e-9:
            return "red"
        return "green" if self.lambda2 >= GREEN else "amber"


def connect(seats: Matrix) -> Network:
    """Components and second eigenvalue of the normalised Laplacian of co-reviews, a film's jurors weighing 1 in all."""
    shared = seats.T @ (seats / np.maximum(seats.sum(axis=1), 1)[:, None])
    np.fill_diagonal(shared, 0.0)
    home = components_of(shared > 0)
    components = int(home.max(initial=-1)) + 1
    return Network(home, components, _lambda2(shared) if components == 1 and len(shared) > 1 else 0.0)


def components_of(linked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The number of each node's component, from 0, in the order of their first nodes; `linked` is symmetric."""
    home = np.full(len(linked), -1, dtype=np.intp)
    for start in range(len(linked)):
        if home[start] < 0:
            _flood(linked, home, start, int(home.max()) + 1)
    return home


def _flood(linked: NDArray[np.bool_], home: NDArray[np.intp], start: int, name: int) -> None:
    edge = [start]
    while edge:
        home[edge] = name
        edge = np.nonzero(linked[edge].any(axis=0) & (home < 0))[0].tolist()


def _lambda2(shared: Matrix) -> float:
    root = 1 / np.sqrt(shared.sum(axis=1))
    laplacian = np.eye(len(shared)) - root[:, None] * shared * root
    return max(0.0, float(np.linalg.eigvalsh(laplacian)[1]))
