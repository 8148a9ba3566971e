"""The neutral instance and plan as JSON: for the command line, tests, archives and rivals."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.allocation.model import ENGINE, Certificate, Film, GroupRule, Instance, Juror, Pair, Plan

MALFORMED = N_("This is not an assignment instance.")
OUT_OF_RANGE = N_("A position lies outside the films or jurors.")
NOT_A_NUMBER = N_("A number is missing or not finite.")


def instance_from_json(data: Mapping[str, Any]) -> Instance:
    """Read a neutral instance; raises Invalid naming the first key that is missing, malformed or out of range."""
    films = tuple(_film(one) for one in _list(data, "films"))
    jurors = tuple(_juror(one) for one in _list(data, "jurors"))
    shape = (len(films), len(jurors))
    return Instance(
        films=films,
        jurors=jurors,
        affinity=_affinity(data, shape),
        conflicts=_pairs(data, "conflicts", shape),
        kept=_pairs(data, "kept", shape),
        fixed=_pairs(data, "fixed", shape),
        groups=tuple(_group(one, index, shape) for index, one in enumerate(data.get("groups") or ())),
        floor=_number(data, "floor", 0.0),
        kappa=_number(data, "kappa", 0.2),
        seed=int(_number(data, "seed", 0.0)),
    )


def _list(data: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Invalid(key, MALFORMED)
    return value


def _number(data: Mapping[str, Any], key: str, default: float | None = None) -> float:
    value = data.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise Invalid(key, NOT_A_NUMBER)
    return float(value)


def _positive(data: Mapping[str, Any], key: str) -> float:
    value = _number(data, key)
    if value <= 0:
        raise Invalid(key, N_("This must be more than 0."))
    return value


def _film(data: Mapping[str, Any]) -> Film:
    demand = int(_number(data, "demand"))
    if demand < 0:
        raise Invalid("demand", N_("This cannot be negative."))
    return Film(
        str(data.get("id")), _positive(data, "minutes"), demand, _text(data, "language"), _text(data, "category")
    )


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return None if value is None else str(value)


def _juror(data: Mapping[str, Any]) -> Juror:
    low, high = _number(data, "min_minutes", 0.0), _number(data, "max_minutes")
    if low > high:
        raise Invalid("min_minutes", N_("The minimum is above the maximum."))
    return Juror(str(data.get("id")), low, high, tuple(str(tongue) for tongue in data.get("languages") or ()))


def _affinity(data: Mapping[str, Any], shape: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        values = np.array(data.get("affinity", []), dtype=float)
    except (TypeError, ValueError):
        raise Invalid("affinity", MALFORMED) from None
    if values.shape != shape and values.size + shape[0] * shape[1]:
        raise Invalid("affinity", MALFORMED)
    if not np.isfinite(values).all():
        raise Invalid("affinity", NOT_A_NUMBER)
    return values.reshape(shape)


def _pairs(data: Mapping[str, Any], key: str, shape: tuple[int, int]) -> frozenset[Pair]:
    try:
        pairs = frozenset((int(film), int(juror)) for film, juror in data.get(key) or ())
    except (TypeError, ValueError):
        raise Invalid(key, MALFORMED) from None
    if any(not (0 <= film < shape[0] and 0 <= juror < shape[1]) for film, juror in pairs):
        raise Invalid(key, OUT_OF_RANGE)
    return pairs


def _group(data: Any, index: int, shape: tuple[int, int]) -> GroupRule:
    if not isinstance(data, Mapping):
        raise Invalid("groups", MALFORMED)
    films = data.get("films")
    return GroupRule(
        name=str(data.get("name") or f"group {index}"),
        jurors=_positions(data.get("jurors"), shape[1]),
        films=tuple(range(shape[0])) if films is None else _positions(films, shape[0]),
        at_least=None if data.get("at_least") is None else int(_number(data, "at_least")),
        at_most=None if data.get("at_most") is None else int(_number(data, "at_most")),
    )


def _positions(value: Any, count: int) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(one, int) for one in value):
        raise Invalid("groups", MALFORMED)
    if any(not 0 <= one < count for one in value):
        raise Invalid("groups", OUT_OF_RANGE)
    return tuple(value)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain data; the certificate names films and jurors by their ids."""
    return {
        "status": plan.status,
        "pairs": [list(pair) for pair in plan.pairs],
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "worst_ratio": plan.worst_ratio,
        "load_minutes": list(plan.load_minutes),
        "cpu_seconds": round(plan.cpu_seconds, 4),
        "engine": ENGINE,
        "certificate": certificate_to_json(plan.certificate) if plan.certificate else None,
    }


def certificate_to_json(certificate: Certificate) -> dict[str, Any]:
    """The certificate as plain data."""
    return {
        "rule": certificate.rule,
        "rules": list(certificate.rules),
        "films": list(certificate.films),
        "jurors": list(certificate.jurors),
        "shortfall": certificate.shortfall,
        "unit": certificate.unit,
        "proven": certificate.proven,
        "relaxations": [
            {"action": way.action, "amount": way.amount, "subjects": list(way.subjects)}
            for way in certificate.relaxations
        ],
    }


def instance_to_json(instance: Instance) -> dict[str, Any]:
    """The instance as plain data, in one canonical order."""
    return {
        "films": [{"id": one.id, "minutes": one.minutes, "demand": one.demand} for one in instance.films],
        "jurors": [
            {"id": one.id, "min_minutes": one.min_minutes, "max_minutes": one.max_minutes} for one in instance.jurors
        ],
        "affinity": np.asarray(instance.affinity, dtype=float).tolist(),
        "conflicts": [list(pair) for pair in sorted(instance.conflicts)],
        "kept": [list(pair) for pair in sorted(instance.kept)],
        "fixed": [list(pair) for pair in sorted(instance.fixed)],
        "groups": [_group_to_json(rule) for rule in instance.groups],
        "floor": instance.floor,
        "kappa": instance.kappa,
        "seed": instance.seed,
    }


def _group_to_json(rule: GroupRule) -> dict[str, Any]:
    bounds = {"at_least": rule.at_least, "at_most": rule.at_most}
    return {"name": rule.name, "jurors": list(rule.jurors), "films": list(rule.films)} | {
        key: value for key, value in bounds.items() if value is not None
    }


def fingerprint(instance: Instance) -> str:
    """SHA-256 over everything that decides the plan, the engine's version included: equal prints, equal plans."""
    data = {"engine": ENGINE, **instance_to_json(instance)}
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
