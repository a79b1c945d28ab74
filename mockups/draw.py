"""Draws every screen: `python -m mockups.draw`. Writes mockups/*.excalidraw; render.mjs makes pictures of them."""

from collections.abc import Callable
from pathlib import Path

from mockups.pencil import Sheet
from mockups.screens import accounts, flow, market, operators, orders, people, phone, rooms, ticker

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
    "streams": operators.streams,
    "records": operators.records,
    "dead-letters": operators.letters,
    "dead-letter": operators.letter,
    "dead-letters-all": operators.sure,
    "sessions": rooms.sessions,
    "history": rooms.history,
    "tokens": rooms.tokens,
    "token-made": rooms.token_made,
    "people": rooms.people,
    "person": rooms.person,
    "flow": flow.flow,
}


def main() -> None:
    here = Path(__file__).parent
    for name, screen in SCREENS.items():
        (here / f"{name}.excalidraw").write_text(screen().file(), encoding="utf-8")


if __name__ == "__main__":
    main()
