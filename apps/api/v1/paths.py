"""What the schema describes, relative to /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.api.v1.contributions import (
    AttestationDetail,
    AttestationList,
    ContributionBundle,
    ContributionDetail,
    ContributionList,
)
from apps.api.v1.governance import PollList, ProposalList, VoteList
from apps.api.v1.methods import MethodDetail, MethodList
from apps.api.v1.orchestrators import OrchestratorDetail, OrchestratorList, OrchestratorRounds
from apps.api.v1.outside import SourceList
from apps.api.v1.overlap import OverlapChange, OverlapList
from apps.api.v1.plans import PlanAcknowledge, PlanDetail, PlanExport, PlanMake, PlanRecheck, PlanSubmit
from apps.api.v1.positions import PositionBatch, PositionDetail, PositionRounds
from apps.api.v1.rounds import RoundList
from apps.api.v1.runs import RunBundle, RunDetail, RunList
from apps.api.v1.scores import OrchestratorScores, ScoreList
from apps.api.v1.statements import CoSignatureSubmit, KeyList, StatementDetail, StatementEas
from apps.api.v1.status import StatusNow
from apps.api.v1.yields import Compare, OrchestratorYield

urlpatterns: list[URLPattern | URLResolver] = [
    path("attestations", AttestationList.as_view(), name="attestations"),
    path("attestations/<str:digest>", AttestationDetail.as_view(), name="attestation"),
    path("compare", Compare.as_view(), name="compare"),
    path("contributions", ContributionList.as_view(), name="contributions"),
    path("contributions/<str:digest>", ContributionDetail.as_view(), name="contribution"),
    path("contributions/<str:digest>/bundle", ContributionBundle.as_view(), name="contribution_bundle"),
    path("contributions/<str:digest>/co-signatures", CoSignatureSubmit.as_view(), name="co_signature_submit"),
    path("governance/polls", PollList.as_view(), name="governance_polls"),
    path("governance/proposals", ProposalList.as_view(), name="governance_proposals"),
    path("governance/votes", VoteList.as_view(), name="governance_votes"),
    path("key-delegations", KeyList.as_view(), name="key_delegations"),
    path("methods", MethodList.as_view(), name="methods"),
    path("methods/<str:version>", MethodDetail.as_view(), name="method"),
    path("network/overlap", OverlapList.as_view(), name="network_overlap"),
    path("network/overlap/change", OverlapChange.as_view(), name="network_overlap_change"),
    path("orchestrators", OrchestratorList.as_view(), name="orchestrators"),
    path("orchestrators/<str:address>", OrchestratorDetail.as_view(), name="orchestrator"),
    path("orchestrators/<str:address>/rounds", OrchestratorRounds.as_view(), name="orchestrator_rounds"),
    path("orchestrators/<str:address>/scores", OrchestratorScores.as_view(), name="orchestrator_scores"),
    path("orchestrators/<str:address>/yield", OrchestratorYield.as_view(), name="orchestrator_yield"),
    path("plans", PlanMake.as_view(), name="plan_make"),
    path("plans/<str:id>", PlanDetail.as_view(), name="plan"),
    path("plans/<str:id>/acknowledge", PlanAcknowledge.as_view(), name="plan_acknowledge"),
    path("plans/<str:id>/export/<str:form>", PlanExport.as_view(), name="plan_export"),
    path("plans/<str:id>/recheck", PlanRecheck.as_view(), name="plan_recheck"),
    path("plans/<str:id>/submissions", PlanSubmit.as_view(), name="plan_submit"),
    path("positions/batch", PositionBatch.as_view(), name="position_batch"),
    path("positions/<str:address>", PositionDetail.as_view(), name="position"),
    path("positions/<str:address>/rounds", PositionRounds.as_view(), name="position_rounds"),
    path("rounds", RoundList.as_view(), name="rounds"),
    path("score-runs", RunList.as_view(), name="score_runs"),
    path("score-runs/<str:id>", RunDetail.as_view(), name="score_run"),
    path("score-runs/<str:id>/bundle", RunBundle.as_view(), name="score_run_bundle"),
    path("scores", ScoreList.as_view(), name="scores"),
    path("sources", SourceList.as_view(), name="sources"),
    path("statements/<str:digest>", StatementDetail.as_view(), name="statement"),
    path("statements/<str:digest>/eas", StatementEas.as_view(), name="statement_eas"),
    path("status", StatusNow.as_view(), name="status"),
]
