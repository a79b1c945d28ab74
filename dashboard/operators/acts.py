"""For operators: acts on streams. Each shows its effect first, and notes the name of the person. Staff only."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.guards import staff_only
from dashboard import links
from dashboard.operators import denied
from streams.api import changes, is_kinesis
from streams.core import names
from streams.core.records import DeniedError, StreamError

Asked = dict[str, str]
SOON = " Kinesis takes up to a minute for it."


class Act(NamedTuple):
    """An act on one stream. `fields` are those of the address that it needs; `do` returns a sentence with the result.

    `do` raises ValueError or StreamError with a sentence for people.
    """

    title: str
    says: str
    note: str
    do: Callable[[str, Asked, str], str]
    fields: tuple[str, ...] = ()
    button: str = ""
    is_danger: bool = False


def _soon() -> str:
    return SOON if is_kinesis() else ""


def _split(name: str, asked: Asked, who: str) -> str:
    shard = asked["shard"]
    children = " and ".join(changes.split(name, shard))
    changes.note(who, "split", f"{shard} of {name}", 2)
    return f"{shard} is split{f' into {children}' if children else ''}.{_soon()}"


def _merge(name: str, asked: Asked, who: str) -> str:
    shard, neighbour = asked["shard"], asked["neighbour"]
    child = " and ".join(changes.merge(name, shard, neighbour))
    changes.note(who, "merge", f"{shard} and {neighbour} of {name}", 1)
    return f"{shard} and {neighbour} are merged{f' into {child}' if child else ''}.{_soon()}"


def _count(name: str, asked: Asked, who: str) -> str:
    count = changes.whole(asked["count"], changes.MOST_SHARDS, "The number of shards")
    before = changes.reshard(name, count)
    changes.note(who, "reshard", f"{name}, from {before}", count)
    return f"{name} has {_shards(count)} instead of {before}.{_soon()}"


def _delete(name: str, asked: Asked, who: str) -> str:
    if asked["typed"].strip() != name:
        raise ValueError(f"Type {name} to go on; nothing was changed.")
    left = changes.delete(name)
    changes.note(who, "delete", name, 1)
    return f"{name} is deleted, with its records and leases." if not left else f"{name} is deleted. {left}"


def _shards(count: int) -> str:
    return "1 open shard" if count == 1 else f"{count:,} open shards"


ACTS = {
    "split": Act(
        "Split {shard}?",
        "{shard} takes no more records, and two new shards share its keys.",
        "Its records stay, and its readers read them to their end before they begin with the new shards.",
        _split,
        ("shard",),
        "Split",
    ),
    "merge": Act(
        "Merge {shard} and {neighbour}?",
        "Both take no more records, and one new shard has their keys.",
        "Their records stay, and their readers read them to their end before they begin with the new shard.",
        _merge,
        ("shard", "neighbour"),
        "Merge",
    ),
    "count": Act(
        "Change the number of shards of {name}",
        "Shards are split and merged until so many open ones share the keys evenly.",
        "The records stay, and readers read the closed shards to their end first.",
        _count,
        (),
        "Change",
    ),
    "delete": Act(
        "Delete {name}?",
        "The stream and all its records are deleted for good, and the leases of its readers too.",
        "Results and dead letters stay. Stop the workers that read it first.",
        _delete,
        (),
        "Delete",
        is_danger=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """Shows the effect of an act on ?stream=; does it once the form is sent."""
    name = request.GET.get("stream", "")
    found = ACTS.get(verb)
    if (
        found is None
        or not 1 <= len(name) <= names.MOST_STREAM
        or not all(request.GET.get(each) for each in found.fields)
    ):
        raise Http404("no such act")
    words = {"name": name, **{each: request.GET[each][: names.MOST_STREAM] for each in found.fields}}
    back = links.to_stream(name)
    refusal = ""
    if request.method == "POST":
        asked = words | {"count": request.POST.get("count", ""), "typed": request.POST.get("name", "")}
        done, refusal = attempt(request, verb, lambda: found.do(name, asked, request.user.get_username()))
        if done:
            messages.success(request, done)
            return redirect("streams" if verb == "delete" else back)
    context = {
        "verb": verb,
        "name": name,
        "back": back,
        "refusal": refusal,
        "act": found,
        "title": found.title.format(**words),
        "says": found.says.format(**words),
        "most": changes.MOST_SHARDS,
        "asked": request.POST.get("count", ""),
    }
    return render(request, "dashboard/act_sure.html", context, status=422 if refusal else 200)


def attempt(request: HttpRequest, verb: str, do: Callable[[], Any]) -> tuple[Any, str]:
    """Returns the result of an act and "", or None and the reason why it was not done."""
    try:
        return do(), ""
    except DeniedError as error:
        denied.remember(request, verb)
        return None, str(error)
    except (ValueError, StreamError) as error:
        return None, str(error)
