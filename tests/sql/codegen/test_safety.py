"""No text of a user gets into generated code, and scripts at the bounds compile."""

import io
import keyword
import re
import tokenize
from dataclasses import replace

from sql.codegen.module import HELPERS
from sql.codegen.names import BUILTINS
from sql.plan.nodes import Column
from sql.program import Program, compile_application
from sql.schema.columns import Column as InputColumn
from sql.schema.columns import Schema
from sql.types import INTEGER, varchar
from tests.sql.plans import application, batch, feed, rows_of

HOSTILE = ['"); import os; (', "'''", "{0}", "_v", "__import__('os')", "\\", "\n    raise", "é", "out", "t)"]
OWN = re.compile(
    r"(v|k|m|f|w|c|g|s|op|n|room|low|run|begin|get|open|full|entered|save|fault|new|enter|trim|Window|z|xc)\d+"
    r"|[rtwgenu]|ts|low|left|rows|out|add|append|error|key|popleft|pop|value|turn|has|lacks|rstrip|ljust|FAULTS"
)
TEXTS = re.compile(r"'[A-Z]+'|' '")


def quoted(name: str) -> str:
    """Returns a name of a script, which has no end of line."""
    name = name.replace("\n", "")
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def hostile() -> Program:
    """Returns a program whose every name and text is hostile."""
    names = HOSTILE
    schema = Schema((InputColumn(names[0], varchar(20), "$.a"), InputColumn(names[4], INTEGER, "$.b")))
    one, two = quoted(names[0]), quoted(names[4])
    items = ", ".join(
        [*(f"{text(each)} || {one}" for each in names), f"{two} + 1", f"REGEX_REPLACE({one}, 'a', 'b', 1, 0)"]
    )
    columns = ", ".join(f"{quoted(names[at % len(names)] + str(at))} VARCHAR(30)" for at in range(len(names)))
    script = (
        f"CREATE STREAM {quoted(names[1])} ({columns}, {quoted('x);')} INTEGER, {quoted('y')} VARCHAR(9));"
        f"CREATE PUMP {quoted(names[2])} AS INSERT INTO {quoted(names[1])} "
        f"SELECT STREAM {items} FROM {quoted('S_001')} "
        f"WHERE {one} LIKE {text('%' + names[0] + '%')} OR {one} IN ({text(names[3])}, {text(names[0])});"
        f"CREATE STREAM {quoted(names[5])} ({quoted(names[6])} VARCHAR(9), {quoted(names[7])} INTEGER);"
        f"CREATE PUMP {quoted(names[8])} AS INSERT INTO {quoted(names[5])} "
        f"SELECT STREAM {one}, COUNT(*) FROM {quoted('S_001')} AS {quoted(names[9])} GROUP BY {one}, "
        f"FLOOR({quoted(names[9])}.ROWTIME TO MINUTE);"
    )
    return compile_application(replace(application(), schema=schema, script=script, input="S_001"))


def strange(source: str) -> list[str]:
    """Returns the words and texts of generated code that are none of its own."""
    known = {*HELPERS, *BUILTINS, *keyword.kwlist}
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.string not in known and not OWN.fullmatch(token.string):
            found.append(token.string)
        if token.type == tokenize.STRING and not TEXTS.fullmatch(token.string):
            found.append(token.string)
    return found


def test_generated_code_has_only_words_of_its_own() -> None:
    program = hostile()
    assert strange(program.module.source) == []
    assert all(each not in program.module.source for each in HOSTILE[:2])


def test_hostile_names_and_texts_are_values_like_others() -> None:
    engine = hostile().start()
    columns = (Column("a", varchar(20)), Column("b", INTEGER))
    found = feed(engine, batch(5, [(HOSTILE[0], 1), (HOSTILE[3], 2), ("other", 3)], columns))
    rows = [row for _, row in rows_of(found, HOSTILE[1])]
    assert [row[10] for row in rows] == [2, 3]
    assert rows[0][:2] == ((HOSTILE[0] * 2)[:30], ("'''" + HOSTILE[0])[:30])


def test_a_script_at_the_bound_of_nesting_compiles() -> None:
    deep = "(" * 90 + '"AMOUNT"' + " + 1)" * 90
    condition = "NOT (" * 60 + '"PRICE" > 1' + ' OR "AMOUNT" = 2)' * 60
    script = (
        "CREATE STREAM o (a INTEGER); CREATE PUMP p AS INSERT INTO o "
        f'SELECT STREAM {deep} FROM "SOURCE_SQL_STREAM_001" WHERE {condition} OR TRUE;'
    )
    engine = compile_application(replace(application(), script=script)).start()
    assert rows_of(feed(engine, batch(5, [("A", 1.0, 5)])), "O") == [(5, (95,))]


def test_a_wide_script_compiles() -> None:
    items = ", ".join(f'"AMOUNT" * {at} + "AMOUNT"' for at in range(1, 1001))
    columns = ", ".join(f"c{at} BIGINT" for at in range(1000))
    script = (
        f"CREATE STREAM o ({columns}); CREATE PUMP p AS INSERT INTO o "
        f'SELECT STREAM {items} FROM "SOURCE_SQL_STREAM_001";'
    )
    engine = compile_application(replace(application(), script=script)).start()
    [(_, row)] = rows_of(feed(engine, batch(5, [("A", 1.0, 5)])), "O")
    assert row == tuple(5 * at + 5 for at in range(1, 1001))
