"""Numbers on pages are written alike by a filter for each and by one for all."""

from django.template import Context, Template


def test_cells_are_those_that_a_loop_writes() -> None:
    context = Context({"values": [0, None, 1_234_567, 2.5]})
    loop = "{% for each in values %}<td>{{ each|grouped }}</td>{% endfor %}"
    found, expected = (Template("{% load figures %}" + text).render(context) for text in ("{{ values|cells }}", loop))
    assert found == expected
