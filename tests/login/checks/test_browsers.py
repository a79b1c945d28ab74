import pytest
from pytest_django import Settings

from login.headers import HEADERS
from tests.login.checks.conftest import Refusals


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
def test_a_cookie_over_plain_http_is_refused(production: Settings, refusals: Refusals, name: str) -> None:
    setattr(production, name, False)
    assert refusals() == ["login.E004"]


@pytest.mark.parametrize(("part", "value"), [("NAME", "id"), ("PATH", "/x/"), ("DOMAIN", "example.org")])
@pytest.mark.parametrize("kind", ["SESSION", "CSRF"])
def test_a_cookie_that_others_could_plant_is_refused(
    production: Settings, refusals: Refusals, kind: str, part: str, value: str
) -> None:
    setattr(production, f"{kind}_COOKIE_{part}", value)
    assert refusals() == ["login.E005"]


@pytest.mark.parametrize(("part", "value"), [("HTTPONLY", False), ("SAMESITE", "None"), ("SAMESITE", None)])
@pytest.mark.parametrize("kind", ["SESSION", "CSRF"])
def test_a_cookie_that_scripts_read_or_other_sites_send_is_refused(
    production: Settings, refusals: Refusals, kind: str, part: str, value: object
) -> None:
    setattr(production, f"{kind}_COOKIE_{part}", value)
    assert refusals() == ["login.E014"]


@pytest.mark.parametrize(
    "change",
    [
        {"default-src": ["'self'"]},
        {"default-src": None},
        {"script-src": ["'self'", "'unsafe-inline'"]},
        {"script-src": ["'self'"]},
        {"script-src": ("'unsafe-eval'",)},
        {"style-src": "'unsafe-inline'"},
        {"base-uri": None},
        {"frame-ancestors": ["'self'"]},
        {"require-trusted-types-for": None},
    ],
)
def test_a_weak_content_security_policy_is_refused(
    production: Settings, refusals: Refusals, change: dict[str, object]
) -> None:
    directives = production.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    production.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | change}
    assert refusals() == ["login.E007"]


def test_an_absent_content_security_policy_is_refused(production: Settings, refusals: Refusals) -> None:
    production.CONTENT_SECURITY_POLICY = None
    assert refusals() == ["login.E007"]


@pytest.mark.parametrize("guard", ["isolate", "refuse_other_sites", "refuse_unreadable"])
def test_missing_guard_middleware_is_refused(production: Settings, refusals: Refusals, guard: str) -> None:
    production.MIDDLEWARE = [each for each in production.MIDDLEWARE if not each.endswith(guard)]
    assert refusals() == ["login.E015"]


def test_isolation_middleware_that_is_not_outermost_is_refused(production: Settings, refusals: Refusals) -> None:
    production.MIDDLEWARE = [*production.MIDDLEWARE[1:], production.MIDDLEWARE[0]]
    assert refusals() == ["login.E015"]


@pytest.mark.parametrize("name", sorted(HEADERS.keys() - {"Permissions-Policy", "Reporting-Endpoints"}))
def test_an_absent_or_weak_header_is_refused(
    production: Settings, refusals: Refusals, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(HEADERS, name, "unsafe-none")
    assert refusals() == ["login.E016"]
    monkeypatch.delitem(HEADERS, name)
    assert refusals() == ["login.E016"]


@pytest.mark.parametrize("name", ["SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_REFERRER_POLICY", "X_FRAME_OPTIONS"])
def test_a_header_that_django_would_weaken_is_refused(production: Settings, refusals: Refusals, name: str) -> None:
    setattr(production, name, "unsafe-none")
    assert refusals() == ["login.E016"]


@pytest.mark.parametrize(
    ("name", "value"), [("SECURE_HSTS_SECONDS", 31535999), ("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)]
)
def test_hsts_of_less_than_a_year_is_warned_of(
    production: Settings, refusals: Refusals, name: str, value: object
) -> None:
    setattr(production, name, value)
    assert refusals() == ["login.W017"]
