"""Gives up every right a job does not need, then becomes the job: `limited.py '<rights as JSON>' COMMAND …`.

Standard library only and started with `-I -S`, so that no `preexec_fn` ever runs in a threaded parent. Limits that
every Unix has (CPU, memory, file size, niceness) must succeed; the kernel fences that a host may lack (network
namespace, Landlock) are taken where they are offered and reported by `--fences`.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import stat
import sys
from typing import Any

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
# Landlock's calls have the same numbers on x86_64 and arm64.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
FIRST_VERSION_RIGHTS = (1 << 13) - 1
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
READING = READ_FILE | READ_DIR
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/sys/devices/system/cpu", "/proc/cpuinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")

libc = ctypes.CDLL(None, use_errno=True)


class PathRule(ctypes.Structure):
    """The kernel's `landlock_path_beneath_attr`."""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def die_with(parent: int) -> None:
    """The kernel kills this process when its parent dies; a parent that is already gone is noticed here."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("parent is gone")


def set_limits(rights: dict[str, Any]) -> None:
    """Bounds CPU seconds, memory, size of written files and open files; never leaves a core dump."""
    # The signal of the soft limit tells the parent why; the hard one is for a program that does not listen.
    cpu_seconds = rights["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    wanted = {
        resource.RLIMIT_AS: rights["memory"],
        resource.RLIMIT_FSIZE: rights["file_size"],
        resource.RLIMIT_NOFILE: rights["open_files"],
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, most))
    os.nice(10)


def cut_network() -> bool:
    """Moves into an empty network namespace, through a user namespace when not root."""
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET
    return bool(libc.unshare(flags) == 0)


def landlock_version() -> int:
    """The kernel's Landlock version, 0 or less where there is none."""
    return int(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


def allow(ruleset: int, path: str, rights: int) -> None:
    """Adds one path (and all beneath it) to the ruleset; a path this host does not have needs no rule."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= FILE_RIGHTS
    rule = PathRule(rights, fd)
    if libc.syscall(ADD_RULE, ruleset, 1, ctypes.byref(rule), 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    os.close(fd)


def fence_files(rights: dict[str, Any], version: int) -> None:
    """From here on only programs, the named inputs and the job's own directory exist for this process."""
    everything = FIRST_VERSION_RIGHTS | (TRUNCATE if version >= 3 else 0)
    handled = ctypes.c_uint64(everything)
    ruleset = int(libc.syscall(CREATE_RULESET, ctypes.byref(handled), ctypes.sizeof(handled), 0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    for path in (*SYSTEM, *rights["programs"]):
        allow(ruleset, path, READING | EXECUTE)
    for path in (*DEVICES, *rights["reads"]):
        allow(ruleset, path, READING)
    allow(ruleset, rights["job"], everything)
    if libc.syscall(RESTRICT_SELF, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)


def counter_of_requests() -> int:
    """An open file in which the kernel counts what this namespace sends, for the job to read at its end."""
    counter = os.open("/proc/self/net/snmp", os.O_RDONLY)
    os.set_inheritable(counter, True)
    return counter


def main() -> None:
    """Applies the rights of argv[1] and becomes the command that follows."""
    if sys.argv[1] == "--fences":
        json.dump({"network": cut_network(), "files": landlock_version() > 0}, sys.stdout)
        return
    rights = json.loads(sys.argv[1])
    die_with(rights["parent"])
    environment = {"LC_ALL": "C.UTF-8"}
    if cut_network():
        environment["FENCE_COUNTER"] = str(counter_of_requests())
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if (version := landlock_version()) > 0:
        fence_files(rights, version)
    set_limits(rights)
    os.execve(sys.argv[2], sys.argv[2:], environment)


if __name__ == "__main__":
    main()
