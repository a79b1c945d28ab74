"""The engine passes rows on at their times, tells of each row that it cannot use, and fires timers in order."""

from dataclasses import replace

from hypothesis import given, settings

from sql.engine.faults import FAULTS_MOST, UNTOLD
from sql.engine.operators.lookup import Table
from sql.errors import Fault
from sql.plan.expressions import InTable
from sql.plan.nodes import Column, Distinct, Frame, LookupJoin, Plan, Stagger, StreamJoin, Union
from sql.plan.nodes import Table as PlanTable
from sql.program import Program
from sql.types import BOOLEAN, DOUBLE, varchar
from streams.core.records import Batch
from tests.sql.engine.running import Record, Way, records, varied, ways, whole
from tests.sql.plans import (
    MINUTE,
    TRADES,
    application,
    apply,
    batch,
    call,
    column,
    const,
    feed,
    group,
    over,
    plan,
    program,
    pump,
    rows_of,
    scan,
    select,
    where,
)

TRADE = scan()
TICKER, PRICE, AMOUNT = (column(TRADE, name) for name in ("TICKER", "PRICE", "AMOUNT"))
DEAR = where(TRADE, apply(">", PRICE, const(10.0, DOUBLE)))
RATIO = select(TRADE, TICKER=TICKER, RATIO=apply("/", const(6), AMOUNT))


def test_a_filter_lets_the_rows_pass_for_which_its_condition_is_true() -> None:
    found = feed(program(pump(DEAR)).start(), batch(5, [("A", 11.0, 1), ("B", 9.0, 1), ("C", None, 1)]))
    assert rows_of(found) == [(5, ("A", 11.0, 1))]


def test_a_row_that_fails_is_left_out_of_that_pump_only_and_told_of() -> None:
    engine = program(pump(RATIO), pump(TRADE, "COPY", "Q")).start()
    found = feed(engine, batch(5, [("A", 1.0, 3), ("B", 1.0, 0), ("C", 1.0, 2)], first=40))
    assert rows_of(found) == [(5, ("A", 2)), (5, ("C", 3))]
    assert [row[0] for _, row in rows_of(found, "COPY")] == ["A", "B", "C"]
    [fault] = found.faults
    assert fault[:3] == (5, "P", Fault.ARITHMETIC)
    assert (fault.sentence, fault.column, fault.expression) == ("A number was divided by 0.", "RATIO", "/ of 2")
    assert (fault.value, fault.key, fault.sequence) == ("TICKER='B', PRICE=1.0, AMOUNT=0", "B", 41)


def test_faults_come_in_the_order_of_the_records_however_these_are_cut() -> None:
    made = program(pump(RATIO), pump(RATIO, "COPY", "Q"))
    rows = [("A", 1.0, amount) for amount in (0, 1, 0, 0)]
    one = feed(made.start(), batch(5, rows)).faults
    two = feed(made.start(), batch(5, rows[:1]), batch(5, rows[1:], first=1)).faults
    assert [(fault.sequence, fault.pump) for fault in one] == [(at, name) for at in (0, 2, 3) for name in "PQ"]
    assert two == one


def test_a_record_that_cannot_be_read_is_a_fault_and_a_dead_letter() -> None:
    engine = program(pump(TRADE)).start()
    given = Batch(5, [7, 8], ["A", "B"], [b'{"TICKER": "A", "PRICE": 1, "AMOUNT": 2}', b"{"])
    [dead] = engine.add(given, given.datas)
    found = engine.take()
    assert found is not None
    assert (dead.sequence, dead.key, dead.data) == (8, "B", b"{")
    assert rows_of(found) == [(5, ("A", 1.0, 2))]
    assert [(fault.fault, fault.sequence, fault.sentence) for fault in found.faults] == [(Fault.PARSE, 8, dead.error)]


def test_texts_cut_to_their_column_are_counted() -> None:
    columns = (Column("TICKER", varchar(2)), *TRADES[1:])
    found = feed(program(pump(scan(columns)), columns=columns).start(), batch(5, [("ABC", 1.0, 1), ("AB", 1.0, 1)]))
    assert ([row[0] for _, row in rows_of(found)], dict(found.counts)) == (["AB", "AB"], {"cut:TICKER": 1})


def test_time_never_runs_backwards() -> None:
    engine = program(pump(TRADE)).start()
    found = feed(engine, batch(50, [("A", 1.0, 1)]), batch(40, [("B", 1.0, 1)]))
    assert [time for time, _ in rows_of(found)] == [50, 50]


def test_a_group_leaves_when_time_reaches_its_end_before_the_rows_of_that_time() -> None:
    engine = program(pump(group(TRADE, [], [call("COUNT")]))).start()
    feed(engine, batch(1, [("A", 1.0, 1)]))
    engine.advance(MINUTE - 1)
    assert engine.take() is None
    engine.advance(MINUTE)
    assert [(time, row[1:]) for time, row in rows_of(engine.take() or [])] == [(MINUTE, (1,))]


def test_a_window_waits_for_the_next_row_if_the_switch_says_so() -> None:
    switches = replace(application().switches, close_on="row")
    engine = program(pump(group(TRADE, [], [call("COUNT")])), switches=switches).start()
    feed(engine, batch(1, [("A", 1.0, 1)]))
    engine.advance(10 * MINUTE)
    assert engine.take() is None
    assert len(rows_of(feed(engine, batch(MINUTE, [("A", 1.0, 1)])))) == 1


@settings(max_examples=25, deadline=None)
@given(given=records(), ways=ways)
def test_two_pumps_into_one_stream_keep_the_order_of_the_records_however_they_run(
    given: list[Record], ways: list[Way]
) -> None:
    cheap = where(TRADE, apply("<", AMOUNT, const(3)))
    counted = over(TRADE, [Frame(partition=(TICKER,), rows=2)], call("COUNT"))
    counted_too = select(counted, TICKER=column(counted, "TICKER"), PRICE=PRICE, AMOUNT=column(counted, "C0"))
    both = Union(columns=TRADES, branches=(DEAR, cheap))
    made = program(pump(DEAR), pump(cheap, name="Q"), pump(counted_too, name="R"), pump(both, "BOTH", "S"))
    assert made.one_by_one
    assert varied(made, given, ways) == whole(made, given)


@settings(max_examples=25, deadline=None)
@given(given=records(), ways=ways)
def test_other_operators_give_the_same_rows_however_they_run(given: list[Record], ways: list[Way]) -> None:
    stagger = Stagger(
        columns=(TRADES[0], Column("N", call("COUNT").type), Column("S", DOUBLE)),
        input=TRADE,
        length=15_000,
        keys=(TICKER,),
        calls=(call("COUNT"), call("SUM", PRICE)),
    )
    distinct = Distinct(columns=TRADES, input=DEAR, period=None)
    frame = Frame(partition=(), range=2_000)
    right = scan(DEAR.columns, "DEAR")
    join = StreamJoin(
        columns=(*TRADES, *TRADES),
        left=TRADE,
        right=right,
        kind="LEFT",
        left_frame=frame,
        right_frame=frame,
        keys=((TICKER, TICKER),),
        condition=apply("<>", AMOUNT, replace(AMOUNT, slot=5)),
    )
    made = program(pump(DEAR, "DEAR"), pump(stagger, "A", "B"), pump(distinct, "C", "D"), pump(join, "E", "F"))
    assert varied(made, given, ways) == whole(made, given)


def with_table(node: LookupJoin) -> Program:
    table = PlanTable(name="NAMES", columns=(Column("T", varchar(16)), Column("NAME", varchar(16))))
    made: Plan = replace(plan(pump(node)), tables={"NAMES": table})
    return Program(application(), made)


def test_rows_meet_a_reference_table() -> None:
    named = (*TRADES, Column("T", varchar(16)), Column("NAME", varchar(16)))
    inside = InTable(type=BOOLEAN, arg=TICKER, table="NAMES", slot=0)
    node = LookupJoin(
        columns=named, input=where(TRADE, inside), table="NAMES", outer=True, keys=((TICKER, 0),), condition=None
    )
    tables = {"NAMES": Table(2, [("A", "Alpha"), ("B", "Beta")])}
    engine = with_table(node).start(tables=tables)
    found = feed(engine, batch(5, [("A", 1.0, 1), ("C", 1.0, 1), ("B", 1.0, 1)]))
    assert [row[-1] for _, row in rows_of(found)] == ["Alpha", "Beta"]


def test_records_have_their_key_and_sequence_number_as_columns() -> None:
    source = replace(TRADE, extras=("PARTITION_KEY", "SEQUENCE_NUMBER"))
    key, number = (replace(TICKER, slot=slot) for slot in (3, 4))
    found = feed(program(pump(select(source, K=key, N=number))).start(), batch(5, [("A", 1.0, 1)], first=9))
    assert rows_of(found) == [(5, ("A", "9"))]


def test_records_are_dealt_to_several_inputs_by_their_keys() -> None:
    second = replace(TRADE, stream="SOURCE_SQL_STREAM_002")
    made = Program(application(parallelism=2), plan(pump(TRADE, "ONE"), pump(second, "TWO", "Q")))
    found = feed(made.start(), batch(5, [(key, 1.0, 1) for key in "ABCDEFGH"]))
    one, two = ({row[0] for _, row in rows_of(found, stream)} for stream in ("ONE", "TWO"))
    assert (one | two, one & two) == (set("ABCDEFGH"), set())
    assert one
    assert two


def test_finish_closes_all_that_is_open() -> None:
    engine = program(pump(group(TRADE, [TICKER], [call("COUNT")]))).start()
    feed(engine, batch(1, [("A", 1.0, 1), ("B", 1.0, 1)]))
    engine.finish()
    assert len(rows_of(engine.take() or [])) == 2


def test_faults_beyond_the_bound_between_two_commits_are_counted() -> None:
    engine = program(pump(RATIO)).start()
    found = feed(engine, batch(5, [("A", 1.0, 0)] * (FAULTS_MOST + 3)))
    assert (len(found.faults), found.counts[UNTOLD]) == (FAULTS_MOST, 3)
