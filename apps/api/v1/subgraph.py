"""What `/api/v1/status` says of the subgraph."""

from __future__ import annotations

from rest_framework import serializers

from apps.api.v1.shapes import Shape
from indexer.models import SubgraphState
from indexer.subgraph_state import CONDITIONS


class WindowSerializer(Shape):
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class SubgraphSerializer(Shape):
    """`state`: off (none is configured), waiting (not read yet), failing (see error), stale (far behind) or current."""

    state = serializers.ChoiceField(choices=CONDITIONS, source="condition")
    host = serializers.CharField(source="row.host", default=None, allow_null=True)
    deployment = serializers.CharField(source="row.deployment", default=None, allow_null=True)
    head_block = serializers.IntegerField(source="row.head_block", default=None, allow_null=True)
    lag_blocks = serializers.IntegerField(source="row.lag_blocks", default=None, allow_null=True)
    stale_since = serializers.DateTimeField(source="row.stale_since", default=None, allow_null=True)
    looked_at = serializers.DateTimeField(source="row.looked_at", default=None, allow_null=True)
    error = serializers.CharField(
        source="row.error", default="", help_text="what it refused last; empty once it went well"
    )
    compared_from = serializers.IntegerField(source="row.compared_from", default=None, allow_null=True)
    compared_to = serializers.IntegerField(
        source="row.compared_to", default=None, allow_null=True, help_text="its events up to here were compared"
    )
    differences = serializers.IntegerField(help_text="open differences from the chain's logs; no figure rests on them")
    covered_on_word = WindowSerializer(
        many=True,
        source="on_word",
        help_text="blocks whose transactions it named; their logs are the chain's, but one that it left out is missing",
    )


def identity() -> tuple[object, ...]:
    """What changes when anything of it does."""
    columns = ("looked_at", "error", "compared_to", "due_at")
    return tuple(SubgraphState.objects.values_list(*columns).first() or ())
