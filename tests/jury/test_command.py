"""The jury's engines from the command line: neutral files in, one JSON object out, plain words for bad files."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session, sessionmaker

from portal import db, i18n
from portal.cli import main
from portal.jury.assigning.models import AssignmentRun
from portal.settings import Settings
from tests.jury.conftest import Jury

INSTANCE = {
    "films": [{"id": f"F{index}", "minutes": 5, "demand": 2} for index in range(6)],
    "jurors": [{"id": f"J{index}", "min_minutes": 10, "max_minutes": 20} for index in range(4)],
    "affinity": [[0.1 * ((film + juror) % 4) for juror in range(4)] for film in range(6)],
    "conflicts": [[0, 1]],
    "floor": 0.5,
}
SCORES = "film,juror,score\nA,x,7\nA,y,5\nB,x,8\nB,y,6.5\nC,x,3\nC,z,2\n"


def run(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(main, ["jury", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    data: dict[str, object] = json.loads(result.output)
    return data


def complaint(*arguments: str) -> str:
    with i18n.using("en"):
        result = CliRunner().invoke(main, ["jury", *arguments])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    return result.output


def test_plan_writes_the_neutral_plan(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE))
    plan = run("plan", str(path))
    assert plan["status"] == "optimal"
    assert len(plan["pairs"]) == 12  # type: ignore[arg-type]
    assert [0, 1] not in plan["pairs"]  # type: ignore[operator]
    assert plan["certificate"] is None
    assert plan == run("plan", str(path)) | {"cpu_seconds": plan["cpu_seconds"]}


def test_an_impossible_instance_names_the_rule(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE | {"jurors": [one | {"max_minutes": 11} for one in INSTANCE["jurors"]]}))  # type: ignore[operator]
    plan = run("plan", str(path))
    assert plan["status"] == "infeasible"
    assert plan["certificate"]["rule"] == "maximum minutes"  # type: ignore[index]
    assert plan["certificate"]["shortfall"] == pytest.approx(60 - 44)  # type: ignore[index]


def test_calibrate_writes_the_result_sheet(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(SCORES, encoding="utf-8-sig")
    sheet = run("calibrate", str(path), "--top", "1")
    assert set(sheet) >= {"films", "jurors", "lambda2", "components", "method"}
    assert set(sheet["films"][0]) >= {"id", "n", "mean", "score", "low", "high", "p_top"}  # type: ignore[index]
    assert set(sheet["jurors"][0]) >= {"id", "n", "offset", "se"}  # type: ignore[index]
    assert [one["mean"] for one in sheet["films"]] == [6, 7.25, 2.5]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "columns"),
        ("film,juror,score\nA,x,seven\n", "line 2"),
        ("film,juror,score\nA,x,7\nA,x,8\n", "line 3"),
        ("film,juror,score\n,x,7\n", "missing"),
        ("film,juror,score\nA,x,nan\n", "not a number"),
    ],
)
def test_a_bad_score_file_is_explained(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(text)
    assert words in complaint("calibrate", str(path))


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"films": 1}', '{"films": [], "jurors": [], "affinity": [[1, 2]]}']
)
def test_a_bad_instance_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "instance.json"
    path.write_text(text)
    assert "Error" in complaint("plan", str(path))


def test_replay_says_whether_the_same_plan_came_out(
    published: Jury, session: Session, environment: Settings, sessions: sessionmaker[Session]
) -> None:
    code = session.scalars(sa.select(AssignmentRun.code)).one()
    session.commit()
    found = run("replay", code)
    assert (found["same_plan"], found["same_inputs"], found["differing_pairs"]) == (True, True, 0)
    assert "There is no such plan" in complaint("replay", "nothing")
    with db.unit_of_work(sessions) as other:
        other.execute(sa.update(AssignmentRun).values(fingerprint="0" * 64))
    assert CliRunner().invoke(main, ["jury", "replay", code, "--json"]).exit_code == 1
