"""Addresses of the API. None of them ends in a slash, but the page to read about it, which is a page."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from apps.api.reference import reference
from apps.api.resource import Nothing
from apps.api.v1.contributions import ContributionList
from apps.api.v1.orchestrators import OrchestratorList
from apps.api.v1.overlap import OverlapChange, OverlapList
from apps.api.v1.positions import PositionRounds
from apps.api.v1.schema import Schema
from apps.api.v1.scores import OrchestratorScores, ScoreList
from apps.api.v1.yields import Compare

app_name = "api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", reference, name="reference"),
    path("v1/", include("apps.api.v1.paths")),
    path("v1/compare.csv", Compare.as_view(), {"format": "csv"}, name="compare_csv"),
    path("v1/contributions.csv", ContributionList.as_view(), {"format": "csv"}, name="contributions_csv"),
    path("v1/contributions.atom", ContributionList.as_view(), {"format": "atom"}, name="contributions_atom"),
    path("v1/orchestrators.csv", OrchestratorList.as_view(), {"format": "csv"}, name="orchestrators_csv"),
    path("v1/network/overlap.csv", OverlapList.as_view(), {"format": "csv"}, name="network_overlap_csv"),
    path(
        "v1/network/overlap/change.csv",
        OverlapChange.as_view(),
        {"format": "csv"},
        name="network_overlap_change_csv",
    ),
    path(
        "v1/positions/<str:address>/rounds.csv",
        PositionRounds.as_view(),
        {"format": "csv"},
        name="position_rounds_csv",
    ),
    path("v1/scores.csv", ScoreList.as_view(), {"format": "csv"}, name="scores_csv"),
    path(
        "v1/orchestrators/<str:address>/scores.csv",
        OrchestratorScores.as_view(),
        {"format": "csv"},
        name="orchestrator_scores_csv",
    ),
    path("v1/schema", Schema.as_view(), name="schema"),
    path("v1/schema.json", Schema.as_view(), {"format": "json"}, name="schema_json"),
    path("v1/schema.yaml", Schema.as_view(), {"format": "yaml"}, name="schema_yaml"),
    re_path(r"^[\s\S]+$", Nothing.as_view()),
]
