"""The dashboard, the alerts and the document name figures that there are."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from django.utils import timezone

from monitoring.closed_windows import ClosedWindows
from monitoring.collector import MillraceCollector

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "deploy/grafana/millrace.json"
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
NAME = re.compile(r"millrace_[a-z_]+")
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
]
OF_A_KIND = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count", ""), "info": ("_info",), "gauge": ("",)}


@pytest.fixture
def names(db: None) -> set[str]:
    """Returns the names of the exporter's metrics, as queries write them."""
    collector = MillraceCollector(lambda *_: ({}, ""), timezone.now, ClosedWindows())
    return {family.name + end for family in collector.collect() for end in OF_A_KIND[family.type]}


def test_metrics_in_dashboard_and_alerts_exist(names: set[str]) -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]] + [rule["expr"] for rule in RULES]
    assert all(promql_parser.parse(expression) for expression in asked)  # or it raises
    assert {name for expression in asked for name in NAME.findall(expression)} - names == set()


def test_document_lists_every_metric(names: set[str]) -> None:
    table = (ROOT / "docs/monitoring.md").read_text().split("## Metrics")[1].split("## Logs")[0]
    listed = set(re.findall(r"`(millrace_[a-z_]+)`", table))
    assert listed == {name for name in names if not name.endswith(("_bucket", "_sum", "_count"))}


def test_dashboard_panels_do_not_overlap() -> None:
    cells = [
        (column, line)
        for place in (panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"])
        for column in range(place["x"], place["x"] + place["w"])
        for line in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells)) and max(column for column, _ in cells) < 24


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_alert_names_the_fault_and_the_remedy(rule: dict[str, Any]) -> None:
    said = rule["annotations"]
    assert said["summary"].endswith(".") and len(said["description"].split()) > 10
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_scrape_address_equals_that_of_the_unit() -> None:
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    [target] = configuration["scrape_configs"][0]["static_configs"][0]["targets"]
    assert f"--bind {target}" in (ROOT / "deploy/systemd/millrace-metrics.service").read_text()
    assert configuration["rule_files"] == [ALERTS.name]
