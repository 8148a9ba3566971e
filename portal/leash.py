"""Ties a child process to its parent and ends whole process groups, so that nothing outlives its starter."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

_SET_DEATH_SIGNAL = 1  # prctl(2): PR_SET_PDEATHSIG
_SET_SUBREAPER = 36  # prctl(2): PR_SET_CHILD_SUBREAPER
_prctl = ctypes.CDLL(None, use_errno=True).prctl  # loaded here: nothing may be loaded between fork and exec


def die_with_parent(signal_number: int = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn`: the child gets the signal when the thread that starts it ends, even by `kill -9`."""
    return partial(tie, os.getpid(), signal_number)


def tie(parent: int, signal_number: int = signal.SIGKILL) -> None:
    """Let this process get the signal when `parent`, which must have started it, ends."""
    _prctl(_SET_DEATH_SIGNAL, signal_number)
    if os.getppid() != parent:  # it ended before the call
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """Let processes whose parent dies become children of this one instead of init's, so that `end_strays` sees them."""
    _prctl(_SET_SUBREAPER, 1)


def end_strays(own: Collection[int]) -> None:
    """Kill and reap every child of this process that is not one of `own`, and whatever becomes its child thereby."""
    while strays := _children() - set(own):
        for stray in strays:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(stray, signal.SIGKILL)
                os.waitpid(stray, 0)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process group that `process` leads, and reap its leader."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children() -> set[int]:
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in listing.read_text(encoding="ascii").split()} if listing.exists() else set()
