"""Draws the screens: `python -m mockups.draw [NAME…]` prints a JSON object of Excalidraw files by name.

`make mockups` renders them. With `--to FOLDER` each is written as FOLDER/NAME.excalidraw, to be opened in Excalidraw.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from mockups.pencil import Sheet
from mockups.screens import (
    accounts,
    alarms,
    boards,
    fleet,
    flow,
    market,
    operators,
    orders,
    people,
    phone,
    probes,
    rooms,
    search,
    sql,
    sql_edit,
    streams,
    targets,
    ticker,
)

SCREENS: dict[str, Callable[[], Sheet]] = {
    "sign-in": people.sign_in,
    "success": people.success,
    "two-factor": accounts.two_factor,
    "security": accounts.security,
    "passkey": accounts.passkey,
    "totp": accounts.totp,
    "recovery-codes": accounts.recovery_codes,
    "confirm": accounts.confirm,
    "password": accounts.password,
    "reset": accounts.reset,
    "invitation": accounts.invitation,
    "market": market.market,
    "market-empty": market.empty,
    "market-offline": market.offline,
    "market-paused": market.paused,
    "market-phone": phone.market,
    "ticker": ticker.ticker,
    "orders": orders.orders,
    "orders-phone": phone.orders,
    "order-lines": probes.lines,
    "probes": probes.probes,
    "probes-status": probes.status,
    "alarms": alarms.alarms,
    "alarm": alarms.alarm,
    "alarm-rule": alarms.rule,
    "alarm-ledger": alarms.ledger,
    "alarm-targets": targets.targets,
    "streams": streams.streams,
    "stream": streams.stream,
    "sql": sql.applications,
    "sql-application": sql.application,
    "sql-edit": sql_edit.edit,
    "sql-panel": sql_edit.made_panel,
    "board": boards.board,
    "board-edit": boards.edit,
    "board-panel": boards.made_panel,
    "board-display": boards.display,
    "board-map": fleet.live_map,
    "records": operators.records,
    "dead-letters": operators.letters,
    "dead-letter": operators.letter,
    "dead-letters-all": operators.sure,
    "search": search.search,
    "sessions": rooms.sessions,
    "history": rooms.history,
    "tokens": rooms.tokens,
    "token-made": rooms.token_made,
    "key-made": rooms.key_made,
    "people": rooms.people,
    "person": rooms.person,
    "flow": flow.flow,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mockups.draw")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a screen; default: all of them")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write .excalidraw files there")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(SCREENS)):
        parser.error(f"There is no screen {unknown[0]}. The screens are {', '.join(SCREENS)}.")
    drawings = {name: SCREENS[name]().file() for name in options.names or SCREENS}
    if options.to:
        options.to.mkdir(parents=True, exist_ok=True)
        for name, drawing in drawings.items():
            (options.to / f"{name}.excalidraw").write_text(drawing, encoding="utf-8")
    else:
        print(json.dumps(drawings))


if __name__ == "__main__":
    main()
