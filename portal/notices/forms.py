"""Forms of how somebody wants to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from wtforms import HiddenField, RadioField, ValidationError
from wtforms.fields import Field

from portal.i18n import N_, translate
from portal.mail.models import Topic, Way
from portal.notices.models import PushSubscription
from portal.web.forms import Form, Line


class WayField(RadioField):
    """One of the ways; nothing chosen is told in words."""

    def __init__(self, **bound: Any) -> None:
        super().__init__(choices=[way.value for way in Way], validate_choice=False, **bound)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        if self.data not in set(Way):
            raise ValidationError(translate(N_("Choose how you want to be told.")))


class PreferencesForm(Form):
    """A way for each topic its reader is asked about; the fields have the topics' names."""

    films = WayField()
    jury = WayField()
    school = WayField()
    screenings = WayField()
    news = WayField()

    @classmethod
    def of(cls, ways: Mapping[Topic, Way]) -> PreferencesForm:
        """The form as somebody has filled it in before."""
        return cls(formdata=None, data={topic.value: way.value for topic, way in ways.items()})

    def about(self, topics: Collection[Topic]) -> PreferencesForm:
        """The form about these topics alone: no other is asked for, and no other is kept."""
        for topic in Topic:
            if topic not in topics:
                del self[topic.value]
        return self

    def ways(self) -> dict[Topic, Way]:
        """What was chosen; only after the form was found valid."""
        return {topic: Way(self[topic.value].data) for topic in Topic if topic.value in self}


class UnsubscribeForm(Form):
    """How one address wants one topic; `was` names the topics that a choice just made is taken back for."""

    way = WayField()
    was = HiddenField()

    def topics_before(self) -> tuple[Topic, ...]:
        """The topics named in `was`."""
        return tuple(topic for topic in Topic if topic.value in (self.was.data or "").split("."))


class DeviceForm(Form):
    """What a browser says of where it is told, and its keys."""

    endpoint = Line()
    p256dh = Line()
    auth = Line()

    def validate_endpoint(self, field: Field) -> None:
        """Sent by the script alone: without it there is nothing to say."""
        if not field.data:
            raise ValidationError(translate(N_("This browser did not say where it can be told.")))

    def subscription(self, device: str) -> PushSubscription:
        """The browser as a row."""
        return PushSubscription(
            endpoint=self.endpoint.data, p256dh=self.p256dh.data, auth=self.auth.data, device=device
        )
