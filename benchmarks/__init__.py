"""Measurements that anybody can repeat: `python -m benchmarks.<name> --json`.

Each prints, as its last line, one JSON object with the machine, the number of runs and the spread of every figure.
Runs happen in fresh processes; CPU seconds and peak memory say more than wall time on a shared machine.
"""
