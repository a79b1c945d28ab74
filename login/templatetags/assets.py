"""Writes scripts and styles in templates: {% module "…" %}, {% script "…" %} and {% style "…" %}.

Each has its digest (SRI). Scripts also have this answer's nonce: without it the Content-Security-Policy stops them.
"""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from login import integrity
from login.integrity import Asset

register = template.Library()


@register.simple_tag
def style(name: str) -> SafeString:
    return format_html('<link rel="stylesheet" href="{}"{}>', *_checked(integrity.asset(name)))


@register.simple_tag(takes_context=True)
def script(context: Context, name: str) -> SafeString:
    """Writes a script that runs at once, before the page is drawn."""
    return format_html('<script src="{}"{} nonce="{}"></script>', *_checked(integrity.asset(name)), _nonce(context))


@register.simple_tag(takes_context=True)
def module(context: Context, name: str) -> SafeString:
    """Writes a module after preloads of its imports: they are fetched in parallel, and their digests are checked."""
    nonce = _nonce(context)
    written: dict[Any, Any] = context.render_context.setdefault(__name__, {})  # type: ignore[assignment, arg-type]
    fresh = [each for each in integrity.imported(name) if each not in written]
    written.update(dict.fromkeys(fresh))
    parts = [(*_checked(each), nonce) for each in fresh]
    return format_html_join("", '<link rel="modulepreload" href="{}"{} nonce="{}">', parts) + format_html(
        '<script type="module" src="{}"{} nonce="{}"></script>', *_checked(integrity.asset(name)), nonce
    )


def _checked(asset: Asset) -> tuple[str, SafeString]:
    return asset.url, format_html(' integrity="{}"', asset.integrity) if asset.integrity else SafeString("")


def _nonce(context: Context) -> str:
    return str(context["request"].csp_nonce)
