"""Maps the addresses of alarms: episodes, rules, ledger, targets, silences, duty, and the link of a message."""

from django.urls import URLPattern, path

from alarms.pages import duty, episode, episodes, ledger, links, rules, silences, targets

urlpatterns: list[URLPattern] = [
    path("alarms/", episodes.episodes, name="episodes"),
    path("alarms/episodes.csv", episodes.episodes_csv, name="episodes-csv"),
    path("alarms/episodes/<str:name>/", episode.by_name, name="episode-by-name"),
    path("alarms/<int:number>/", episode.episode, name="episode"),
    path("alarms/<int:number>/sample.jsonl", episode.sample, name="episode-sample"),
    path("alarms/<int:number>/acknowledge/", episode.acknowledge, name="episode-acknowledge"),
    path("alarms/<int:number>/note/", episode.note, name="episode-note"),
    path("alarms/<int:number>/silence/", episode.silence, name="episode-silence"),
    path("alarms/acknowledge/<str:token>/", links.acknowledge, name="acknowledge"),
    path("alarms/rules/", rules.rules, name="alarm-rules"),
    path("alarms/rules/new/", rules.new, name="alarm-rule-new"),
    path("alarms/rules/backtest.json", rules.backtest, name="alarm-backtest"),
    path("alarms/rules/<slug:name>/", rules.rule, name="alarm-rule"),
    path("alarms/rules/<slug:name>/edit/", rules.edit, name="alarm-rule-edit"),
    path("alarms/rules/<slug:name>/<slug:verb>/", rules.act, name="alarm-rule-act"),
    path("alarms/ledger/", ledger.ledger, name="alarm-ledger"),
    path("alarms/ledger.csv", ledger.ledger_csv, name="alarm-ledger-csv"),
    path("alarms/targets/", targets.targets, name="alarm-targets"),
    path("alarms/targets/new/", targets.new, name="alarm-target-new"),
    path("alarms/targets/<int:number>/", targets.target, name="alarm-target"),
    path("alarms/targets/<int:number>/<slug:verb>/", targets.act, name="alarm-target-act"),
    path("alarms/silences/", silences.silences, name="alarm-silences"),
    path("alarms/silences/new/", silences.new, name="alarm-silence-new"),
    path("alarms/silences/<int:number>/end/", silences.end, name="alarm-silence-end"),
    path("alarms/duty/", duty.duty, name="alarm-duty"),
    path("alarms/duty/new/", duty.new, name="alarm-duty-new"),
    path("alarms/duty/<int:number>/remove/", duty.remove, name="alarm-duty-remove"),
]
