"""The envelope and the problem document, as the schema describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from apps.api.errors import CODES
from apps.api.fields import Hash
from apps.api.queries import DEFAULT_LIMIT, MOST
from apps.api.v1.shapes import Shape
from apps.scoring.headline import LARGEST_WEIGHT

PROBLEM = "application/problem+json"
View = TypeVar("View", bound=Callable[..., Any])


class AsOfSerializer(Shape):
    """The block in which every figure of the answer is contained; null before the first block was read."""

    block = serializers.IntegerField(allow_null=True)
    block_hash = Hash(allow_null=True)
    round = serializers.IntegerField(allow_null=True)
    time = serializers.DateTimeField(allow_null=True)


class ScoreRunSerializer(Shape):
    """The run that scores are taken from. It stands at a finalized block, so it is older than the other figures."""

    run = serializers.IntegerField(help_text="its number; see /api/v1/score-runs")
    method = serializers.CharField()
    as_of_block = serializers.IntegerField()
    as_of_block_hash = Hash()
    as_of_round = serializers.IntegerField()
    inputs_digest = serializers.CharField(help_text="sha256 of the canonical inputs, hex")
    bundle_digest = serializers.CharField(allow_null=True, help_text="sha256 of its bundle, hex; null: none is kept")


class MetaSerializer(Shape):
    as_of = AsOfSerializer()
    finality = serializers.ChoiceField(choices=("final", "head", "unknown"))
    lag_blocks = serializers.IntegerField(allow_null=True, help_text="blocks of the chain that are not read yet")
    source = serializers.ChoiceField(choices=("chain",))  # type: ignore[assignment]
    version = serializers.CharField(help_text="of this API")
    score = ScoreRunSerializer(allow_null=True)


class WeightsSerializer(Shape):
    """The weights that scores and ranks of the answer are made by."""

    work = serializers.IntegerField(min_value=0, max_value=LARGEST_WEIGHT)
    terms = serializers.IntegerField(min_value=0, max_value=LARGEST_WEIGHT)
    jobs = serializers.IntegerField(min_value=0, max_value=LARGEST_WEIGHT)
    community = serializers.IntegerField(min_value=0, max_value=LARGEST_WEIGHT)
    own = serializers.BooleanField(help_text="whether they differ from the method's")
    preset = serializers.CharField(allow_null=True)


class WeighedMetaSerializer(MetaSerializer):
    weights = WeightsSerializer()
    beaten_hidden = serializers.IntegerField(min_value=0, help_text="rows that `pareto=1` left out")


class PagingSerializer(Shape):
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page")
    limit = serializers.IntegerField(min_value=1, max_value=MOST)
    sort = serializers.CharField(help_text="the order, a minus for the highest first")
    total = serializers.IntegerField(allow_null=True, help_text="rows that pass the filters, where that is counted")


class ProblemSerializer(Shape):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.ChoiceField(choices=tuple(CODES))
    parameter = serializers.CharField(required=False)
    allowed = serializers.ListField(child=serializers.CharField(), required=False)
    reason = serializers.CharField(
        required=False, help_text="why a plan or a statement is refused, as a word that does not change"
    )


def described(
    name: str,
    data: serializers.BaseSerializer[Any],
    *,
    summary: str,
    description: str,
    parameters: Sequence[OpenApiParameter] = (),
    paged: bool = False,
    path_can_miss: bool = False,
    csv: bool = False,
    atom: bool = False,
    weighed: bool = False,
) -> Callable[[View], View]:
    """The schema of one address: its envelope, its parameters and the refusals it can answer with."""
    fields: dict[str, Any] = {"data": data, "meta": WeighedMetaSerializer() if weighed else MetaSerializer()}
    if paged:
        fields["paging"] = PagingSerializer()
    answers: dict[Any, Any] = {
        (200, "application/json"): inline_serializer(name=f"{_camel(name)}Answer", fields=fields)
    }
    if csv:
        answers[(200, "text/csv")] = OpenApiTypes.STR
    if atom:
        answers[(200, "application/atom+xml")] = OpenApiTypes.STR
    answers[304] = OpenApiResponse(description="The copy named in If-None-Match still holds.")
    for status in (400, *([404] if path_can_miss else []), 406, 429, 503):
        answers[(status, PROBLEM)] = ProblemSerializer
    decorated: Callable[[View], View] = extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        parameters=[*parameters, *(PAGE_PARAMETERS if paged else ())],
        responses=answers,
        tags=["v1"],
    )
    return decorated


def _camel(name: str) -> str:
    return name.title().replace("_", "")


PAGE_PARAMETERS = (
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}, description="rows a page"
    ),
    OpenApiParameter(
        "cursor", {"type": "string", "maxLength": 2000}, description="`paging.next_cursor` of the page before"
    ),
)
