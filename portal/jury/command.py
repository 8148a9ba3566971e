"""`portal jury plan` and `portal jury calibrate`: the pure engines on files, no database."""

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.allocation.engine import assign
from portal.jury.allocation.exchange import fingerprint, instance_from_json, plan_to_json
from portal.jury.calibration.intrafilm import Calibration, Score, calibrate


def plan_file(path: Path) -> dict[str, object]:
    """Assign the neutral instance in this file; raises Invalid naming what is wrong with it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        raise Invalid(path.name, N_("This is not a JSON file.")) from None
    if not isinstance(data, dict):
        raise Invalid(path.name, N_("This is not an assignment instance."))
    instance = instance_from_json(data)
    return plan_to_json(assign(instance)) | {"fingerprint": fingerprint(instance)}


def calibrate_file(path: Path, top: int) -> dict[str, object]:
    """Correct the scores in this CSV (film, juror, score); raises Invalid naming the first bad line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            scores = list(_scores(csv.DictReader(source)))
    except (UnicodeDecodeError, csv.Error):
        raise Invalid(path.name, N_("This is not a CSV file in UTF-8.")) from None
    return calibration_to_json(calibrate(scores, top))


def _scores(reader: "csv.DictReader[str]") -> Iterator[Score]:
    if not {"film", "juror", "score"} <= set(reader.fieldnames or ()):
        raise Invalid("header", N_("The columns film, juror and score are needed."))
    seen: set[tuple[str, str]] = set()
    for row in reader:
        line = f"line {reader.line_num}"
        pair = (str(row["film"] or "").strip(), str(row["juror"] or "").strip())
        if not all(pair):
            raise Invalid(line, N_("A film or a juror is missing."))
        if pair in seen:
            raise Invalid(line, N_("This juror has already scored this film."))
        seen.add(pair)
        yield Score(*pair, _number(row["score"], line))


def _number(text: str | None, line: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Invalid(line, N_("The score is not a number."))
    return value


def calibration_to_json(calibration: Calibration) -> dict[str, Any]:
    """The result sheet as plain data."""
    data = asdict(calibration)
    for shown, film in zip(data["films"], calibration.films, strict=True):
        shown["grey"] = film.grey
    for shown, juror in zip(data["jurors"], calibration.jurors, strict=True):
        shown["alarm"] = juror.alarm
    return data
