"""The description of the public interface."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_WHOLE = {"type": "integer"}
_FILM = {
    "type": "object",
    "properties": {
        "number": _TEXT,
        "title_ko": _TEXT,
        "title_en": _TEXT,
        "runtime_s": _WHOLE,
        "country": _TEXT,
        "directors_ko": {"type": "array", "items": _TEXT},
        "directors_en": {"type": "array", "items": _TEXT},
    },
}
_SCREENING = {
    "type": "object",
    "properties": {
        "code": _TEXT,
        "starts_at": _MOMENT,
        "ends_at": {**_MOMENT, "description": "End of the films; the talk follows."},
        "cancelled": {"type": "boolean"},
        "venue_ko": _TEXT,
        "venue_en": _TEXT,
        "hall_ko": _TEXT,
        "hall_en": _TEXT,
        "package": {
            "type": "object",
            "properties": {
                "code": _TEXT,
                "title_ko": _TEXT,
                "title_en": _TEXT,
                "gel": _TEXT,
                "rating": {"type": "integer", "enum": [0, 12, 15, 19]},
                "films": {"type": "array", "items": _FILM},
            },
        },
        "talk": {
            "type": ["object", "null"],
            "properties": {"minutes": _WHOLE, "moderator": _TEXT, "guests": {"type": "array", "items": _TEXT}},
        },
    },
}
_PROGRAMME = {
    "type": "object",
    "properties": {
        "version": _WHOLE,
        "released_at": _MOMENT,
        "digest": {"type": "string", "description": "SHA-256 of the released programme; also the ETag."},
        "format": _WHOLE,
        "edition": {"type": "object"},
        "screenings": {"type": "array", "items": _SCREENING},
    },
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "P.A.N programme", "version": "1", "description": "The released programme of the festival."},
    "paths": {
        "/api/v1/schedule.json": {
            "get": {
                "summary": "The newest released programme",
                "responses": {
                    "200": {"description": "The programme", "content": {"application/json": {"schema": _PROGRAMME}}},
                    "304": {"description": "Unchanged since the ETag you sent"},
                    "404": {"description": "Nothing is released yet"},
                },
            }
        }
    },
}
