"""Moderation: texts can be kept from being shown, for a reason that everybody reads. Nothing else can be done here.

Statements are shown as they were signed and can be neither changed nor deleted; the database refuses it too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.contributions.models import Hiding, Statement
from apps.contributions.moderating import hiding_add, hidings_lift

_LATELY = timedelta(days=7)
_LONGEST_REASON = 500
_TEXTS = {"claim": ("title", "evidence"), "attestation": ("reason", "conflict"), "revocation": ("reason",)}

admin.site.site_header = admin.site.site_title = "Millrace: moderation"
admin.site.index_title = "Texts, and what is hidden"
admin.site.site_url = "/contributions/"


class Shown(SimpleListFilter):
    """Which texts: those of the last days that are shown are the queue."""

    title = "text"
    parameter_name = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("new", "shown, of the last 7 days"), ("shown", "shown"), ("hidden", "hidden now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "new":
            return queryset.filter(is_hidden=False, received_at__gte=timezone.now() - _LATELY)
        return queryset.filter(is_hidden=self.value() == "hidden") if self.value() else queryset


class Unchangeable(ModelAdmin):  # type: ignore[type-arg]  # generic only for type checkers
    """Rows to look at."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Statement)
class StatementAdmin(Unchangeable):
    """The queue: texts newest first, each with the way to hide it."""

    list_display = ("received_at", "act", "kind", "text", "author")
    list_filter = (Shown, "kind")
    search_fields = ("=digest", "=author")
    ordering = ("-received_at",)
    fields = ("digest", "kind", "author", "signer", "verified_as", "message", "received_at", "source")
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        hidden = Hiding.objects.filter(statement=OuterRef("pk"), lifted_at=None)
        return Statement.objects.filter(kind__in=_TEXTS).annotate(is_hidden=Exists(hidden))

    @admin.display(description="text")
    def text(self, row: Statement) -> str:
        """What people wrote, in one line."""
        parts = [row.message.get(name, "") for name in _TEXTS[row.kind]]
        return " · ".join(" ".join(part) if isinstance(part, list) else str(part) for part in parts if part)

    @admin.display(description="")
    def act(self, row: Any) -> SafeString:
        if row.is_hidden:
            url = f"{reverse('admin:contributions_hiding_changelist')}?{urlencode({'q': row.pk})}"
            return format_html('<a href="{}">hidden</a>', url)
        url = f"{reverse('admin:contributions_hiding_add')}?{urlencode({'statement': row.pk})}"
        return format_html('<a href="{}">Hide</a>', url)


class HidingForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for type checkers
    """What is hidden, and the public reason."""

    reason = forms.CharField(
        max_length=_LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="A sentence that everybody reads in place of the text, such as: It names a private person.",
    )

    class Meta:
        model = Hiding
        fields = ("statement", "reason")

    def clean_statement(self) -> Statement:
        found: Statement = self.cleaned_data["statement"]
        if Hiding.objects.filter(statement=found, lifted_at=None).exists():
            raise ValidationError("This is hidden already.")
        return found


@admin.register(Hiding)
class HidingAdmin(Unchangeable):
    """What is hidden or was, by whom and why; “Show again” lifts it."""

    form = HidingForm
    list_display = ("at", "statement_id", "reason", "by", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    search_fields = ("=statement__digest",)
    ordering = ("-at",)
    raw_id_fields = ("statement",)
    actions = ("show_again",)

    def save_model(self, request: HttpRequest, obj: Hiding, form: Any, change: bool) -> None:
        """Only ever adds. Who hides is whoever is signed in."""
        kept = hiding_add(obj.statement, reason=obj.reason, by=request.user.get_username(), now=timezone.now())
        obj.pk, obj.by, obj.at = kept.pk, kept.by, kept.at

    @admin.action(description="Show again", permissions=["add"])
    def show_again(self, request: HttpRequest, queryset: QuerySet[Hiding]) -> None:
        lifted = hidings_lift(queryset, now=timezone.now())
        messages.success(request, f"Shown again: {lifted}.")
