"""Defines the Content-Security-Policy of every page: nothing but our own scripts, styles, images and connections."""

from typing import Any

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC

POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],  # written by {% module %} and {% script %}
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],  # no script of ours makes mark-up or script from text
        "report-to": ["csp"],  # of Reporting-Endpoints, in login/headers.py
        "report-uri": ["/reports/csp/"],  # for browsers that do not know report-to
    },
}
