"""Numbers on pages are written alike by a filter for each and by one for all."""

from django.template import Context, Template


def test_cells_are_those_that_a_loop_writes() -> None:
    context = Context({"values": [0, None, 1_234_567, 2.5]})
    loop = "{% for each in values %}<td>{{ each|grouped }}</td>{% endfor %}"
    found, expected = (Template("{% load figures %}" + text).render(context) for text in ("{{ values|cells }}", loop))
    assert found == expected


def test_named_cells_are_those_that_a_template_writes() -> None:
    cell = '<td data-f="{0}">{{{{ row.{0}|grouped:{1} }}}}</td>'
    form = "{% load figures %}" + cell.format("low", 2) + cell.format("sold", 0)
    for row in ({"low": 1234.5, "sold": 7}, {"low": None}, None):
        context = Context({"row": row})
        found = Template('{% load figures %}{{ row|named_cells:"low:2 sold" }}').render(context)
        assert found == Template(form).render(context)


def test_time_rows_are_those_that_a_loop_writes() -> None:
    time = '<time data-f="at" data-format="whole" datetime="{{ row.at }}">{{ row.at|at_minute }}</time>'
    row = f'<tr><th scope="row">{time}</th>{{{{ row|named_cells:"low:2 sold" }}}}</tr>'
    form = f"{{% load figures %}}{{% for row in rows %}}{row}{{% endfor %}}"
    rows = [{"at": "2026-11-22T14:03:00.000Z", "low": 1.5, "sold": 7}, {"at": "a<b", "low": None, "sold": "x"}, None]
    context = Context({"rows": rows})
    found = Template('{% load figures %}{{ rows|time_rows:"low:2 sold" }}').render(context)
    assert found.replace("\n", "") == Template(form).render(context)
