"""Installs a Debian package when that is allowed, and otherwise says the one line that would."""

from __future__ import annotations

import os
import shutil
import subprocess


def install(package: str) -> bool:
    """Install `package` as root on a machine with apt; False when that is not possible or did not work."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package])
    return all(subprocess.run(command, env=environment, stdout=2, check=False).returncode == 0 for command in commands)


def line(package: str) -> str:
    """What somebody with the right to install software types instead."""
    return f"sudo apt-get update && sudo apt-get install -y {package}"
