"""The categories of a call."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from portal import policies
from portal.calls import queries, service
from portal.calls.forms import CategoryForm, NewCategoryForm
from portal.calls.models import Call, Category
from portal.calls.phrases import gels
from portal.calls.views.blueprint import bp
from portal.calls.views.desk import back
from portal.errors import Invalid
from portal.i18n import _
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page


@bp.get("/ops/calls/<slug>/categories")
@guard(policies.edit_call, load=queries.call_by_slug)
def new_category(call: Call) -> ResponseReturnValue:
    """An empty category."""
    return _page(call, NewCategoryForm(None))


@bp.post("/ops/calls/<slug>/categories")
@guard(policies.edit_call, load=queries.call_by_slug)
def add_category(call: Call) -> ResponseReturnValue:
    """Add a category."""
    form = NewCategoryForm()
    try:
        if not form.sent_and_valid():
            return _page(call, form, status=422)
        service.add_category(current.session(), call, form.code.data, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(call, form, status=422)
    return back(call, _("Category added."))


@bp.get("/ops/categories/<int:category_id>")
@guard(policies.edit_category, load=queries.category)
def category(category: Category) -> ResponseReturnValue:
    """One category, to be edited."""
    return _page(category.call, CategoryForm.of(category), category)


@bp.post("/ops/categories/<int:category_id>")
@guard(policies.edit_category, load=queries.category)
def edit_category(category: Category) -> ResponseReturnValue:
    """Keep what changed."""
    form = CategoryForm()
    try:
        if not form.sent_and_valid():
            return _page(category.call, form, category, status=422)
        service.edit_category(current.session(), category, form.draft(), by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _page(category.call, form, category, status=422)
    return back(category.call, _("Saved."))


def _page(
    call: Call, form: CategoryForm, category: Category | None = None, *, status: int = 200
) -> ResponseReturnValue:
    return page("calls/category.html", call=call, category=category, form=form, gels=gels(), status=status)
