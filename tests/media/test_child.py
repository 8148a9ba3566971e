"""A child gets exactly what it is given: time, memory, disk, files, and nothing of the neighbours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.media import child

PYTHON = [sys.executable, "-I", "-S", "-c"]
LIMITS = child.Limits(seconds=20, cpu_seconds=10)


def run(code: str, job: Path, limits: child.Limits = LIMITS, **options: list[Path]) -> child.Outcome:
    return child.run([*PYTHON, code], limits=limits, job=job, **options)


def test_output_and_code_come_back(job: Path) -> None:
    outcome = run("import sys; print('seen'); sys.stderr.write('why'); sys.exit(3)", job)
    assert (outcome.code, outcome.output, outcome.errors, outcome.ok) == (3, b"seen\n", "why", False)


def test_lines_are_heard_as_they_come(job: Path) -> None:
    heard: list[str] = []
    child.run([*PYTHON, "print('one'); print('two')"], limits=LIMITS, job=job, on_line=heard.append)
    assert heard == ["one", "two"]


def test_time_runs_out_and_no_grandchild_stays(job: Path) -> None:
    code = "import os,time; pid=os.fork(); open('pid','w').write(str(pid)) if pid else None; time.sleep(60)"
    outcome = run(code, job, child.Limits(seconds=1.0, cpu_seconds=5))
    assert outcome.timed_out
    assert outcome.exhausted
    assert gone(int((job / "pid").read_text()))


@pytest.mark.parametrize(
    ("code", "limits", "ended_by"),
    [
        ("while True: pass", child.Limits(seconds=30, cpu_seconds=1), (signal.SIGXCPU,)),
        (
            "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL); open('big','wb').write(b'x' * 9_000_000)",
            child.Limits(seconds=30, cpu_seconds=5, file_size=child.MIB),
            (signal.SIGXFSZ,),
        ),
    ],
    ids=["cpu", "file size"],
)
def test_limits_end_the_child(job: Path, code: str, limits: child.Limits, ended_by: tuple[int, ...]) -> None:
    outcome = run(code, job, limits)
    assert -outcome.code in ended_by
    assert outcome.exhausted


def test_a_child_killed_from_outside_says_nothing_about_the_file(job: Path) -> None:
    with pytest.raises(child.Killed):
        run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", job)


def test_memory_is_bounded(job: Path) -> None:
    outcome = run("x = bytearray(400_000_000)", job, child.Limits(seconds=30, cpu_seconds=5, memory=200 * child.MIB))
    assert "MemoryError" in outcome.errors


def test_environment_is_empty(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours is in it; the fence only adds where the kernel counts its requests."""
    monkeypatch.setenv("PORTAL_SECRET_KEY", "do not tell")
    names = run("import os; print(*sorted(os.environ))", job).output.split()
    assert names == ([b"FENCE_COUNTER"] if child.fences()["network"] else []) + [b"LC_ALL"]


def test_no_address_can_be_reached(job: Path) -> None:
    if not child.fences()["network"]:
        pytest.skip("this host lets nobody make a network namespace")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        outcome = run(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)", job)
    assert outcome.code == 1
    assert "unreachable" in outcome.errors


def test_only_named_files_can_be_read(job: Path, tmp_path: Path) -> None:
    if not child.fences()["files"]:
        pytest.skip("this kernel has no Landlock")
    mine, neighbour = tmp_path / "mine.bin", tmp_path / "neighbour.bin"
    mine.write_text("mine")
    neighbour.write_text("neighbour")
    code = f"print(open({str(mine)!r}).read()); print(open({str(neighbour)!r}).read())"
    outcome = run(code, job, reads=[mine])
    assert outcome.output == b"mine\n"
    assert "PermissionError" in outcome.errors
    assert "PermissionError" in run(f"open({str(neighbour)!r}, 'w')", job, reads=[neighbour]).errors
    assert "PermissionError" in run("open('/etc/passwd')", job).errors


def test_a_listener_that_raises_ends_the_child(job: Path) -> None:
    def stop(line: str) -> None:
        (job / "pid").write_text(line)
        raise KeyError(line)

    with pytest.raises(KeyError):
        child.run(
            [*PYTHON, "import os,time; print(os.getpid(), flush=True); time.sleep(60)"],
            limits=LIMITS,
            job=job,
            on_line=stop,
        )
    assert gone(int((job / "pid").read_text()))


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from portal.media import child\n"
        f"with child.job_directory(Path({str(tmp_path)!r})) as job:\n"
        f"    child.run({[*PYTHON, 'import os,time; print(os.getpid(), flush=True); time.sleep(60)']!r},"
        " limits=child.Limits(60, 60), job=job, on_line=lambda line: print(line, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        parent.kill()
    assert gone(grandchild)
    [left] = tmp_path.iterdir()
    os.utime(left, (0, 0))
    assert child.sweep_jobs(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_living_job_is_not_swept(tmp_path: Path) -> None:
    with child.job_directory(tmp_path) as job:
        os.utime(job, (0, 0))
        assert child.sweep_jobs(tmp_path) == 0
        assert job.is_dir()
    assert not job.exists()


def gone(pid: int, within: Callable[[], float] = time.monotonic) -> bool:
    """Whether the process ends; a zombie that waits for its new parent has ended."""
    until = within() + 10
    while within() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False
