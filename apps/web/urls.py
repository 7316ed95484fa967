"""Addresses of pages; each ends in a slash."""

from django.urls import URLPattern, URLResolver, path

from apps.web.views import (
    avatars,
    compare,
    contributions,
    home,
    method,
    node,
    operator,
    orchestrators,
    plan,
    preferences,
    stake,
    statements,
    status,
)

app_name = "web"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("stake-and-fees.csv", home.shares_csv, name="shares_csv"),
    path("orchestrators/", orchestrators.index, name="orchestrators"),
    path("orchestrators.csv", orchestrators.as_csv, name="orchestrators_csv"),
    path("orchestrators/<str:address>/", node.detail, name="orchestrator"),
    path("orchestrators/<str:address>/rounds.csv", node.rounds_csv, name="node_rounds_csv"),
    path("orchestrators/<str:address>/delegators.csv", node.delegators_csv, name="node_delegators_csv"),
    path("compare/", compare.index, name="compare"),
    path("compare.csv", compare.as_csv, name="compare_csv"),
    path("stake/", stake.look, name="stake_look"),
    path("stake/<str:address>/", stake.position, name="stake"),
    path("stake/<str:address>/rounds.csv", stake.rounds_csv, name="stake_rounds_csv"),
    path("stake/<str:address>/reward.atom", stake.reward_feed, name="stake_reward_feed"),
    path("stake/<str:address>/plan/", plan.form, name="plan_form"),
    path("stake/<str:address>/plan/<str:identity>/", plan.show, name="plan"),
    path("stake/<str:address>/plan/<str:identity>/recheck/", plan.recheck, name="plan_recheck"),
    path("stake/<str:address>/plan/<str:identity>/submissions/", plan.submissions, name="plan_submissions"),
    path("stake/<str:address>/plan/<str:identity>/export/<str:form>", plan.export, name="plan_export"),
    path("contributions/", contributions.index, name="contributions"),
    path("contributions/new/", statements.claim, name="claim_new"),
    path("contributions/key/", statements.key, name="key_new"),
    path("contributions/sign/", statements.sign, name="sign"),
    path("contributions/sign/file/", statements.to_sign_file, name="sign_file"),
    path("contributions/<str:digest>/", contributions.claim, name="contribution"),
    path("contributions/<str:digest>/attest/", statements.attest, name="attest"),
    path("contributions/<str:digest>/revoke/", statements.revoke, name="revoke"),
    path("contributions/<str:digest>/cosign/", statements.cosign, name="cosign"),
    path("operator/", operator.operator, name="operator"),
    path("operator/message/", operator.message, name="operator_message"),
    path("operator/sign-in/", operator.sign_in, name="operator_sign_in"),
    path("operator/sign-out/", operator.sign_out, name="operator_sign_out"),
    path("avatars/<str:address>/", avatars.avatar, name="avatar"),
    path("status/", status.status, name="status"),
    path("method/", method.method, name="method"),
    path("display/", preferences.choose, name="display"),
]
