"""The description of the public interface."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_WHOLE = {"type": "integer"}
_RATING = {"type": "integer", "enum": [0, 12, 15, 19]}
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
        "rating": _RATING,
        "notes_ko": {**_TEXT, "description": "Content notes; since format 2, as are ratings of films."},
        "notes_en": _TEXT,
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
        "address_ko": _TEXT,
        "address_en": _TEXT,
        "hall_seats": {**_WHOLE, "description": "Seats of the hall; since format 2."},
        "package": {
            "type": "object",
            "properties": {
                "code": _TEXT,
                "title_ko": _TEXT,
                "title_en": _TEXT,
                "subtitle_ko": _TEXT,
                "subtitle_en": _TEXT,
                "gel": _TEXT,
                "rating": _RATING,
                "films": {"type": "array", "items": _FILM},
                "intermissions": {
                    "type": "array",
                    "description": "Breaks by how many films come before; since format 2.",
                    "items": {"type": "object", "properties": {"after": _WHOLE, "seconds": _WHOLE}},
                },
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
        "released_at": {**_MOMENT, "description": "Since when everybody may read it."},
        "digest": {"type": "string", "description": "SHA-256 of the released programme."},
        "format": _WHOLE,
        "edition": {"type": "object"},
        "screenings": {"type": "array", "items": _SCREENING},
    },
}
_ANSWERS = {
    "200": {"description": "The programme", "content": {"application/json": {"schema": _PROGRAMME}}},
    "304": {"description": "Unchanged since the ETag you sent"},
    "404": {"description": "Nothing is public yet"},
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "P.A.N programme", "version": "2", "description": "The released programme of the festival."},
    "paths": {
        "/api/v1/schedule.json": {"get": {"summary": "The newest public programme", "responses": _ANSWERS}},
        "/api/v1/schedule/{day}.json": {
            "get": {
                "summary": "One day of it, by the Korean calendar",
                "parameters": [
                    {"name": "day", "in": "path", "required": True, "schema": {"type": "string", "format": "date"}}
                ],
                "responses": {**_ANSWERS, "404": {"description": "Nothing is public yet, or nothing on that day"}},
            }
        },
    },
}
