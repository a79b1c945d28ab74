"""Headers of every answer, besides the Content-Security-Policy of settings.py and Django's own for HTTPS."""

# All features of browsers (Chromium 156) that the site does not use; an embedding page cannot grant them either.
_UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "captured-surface-control", "clipboard-read",
    "compute-pressure", "digital-credentials-create", "digital-credentials-get", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection",
    "interest-cohort", "keyboard-map", "language-detector", "language-model", "local-fonts", "local-network",
    "local-network-access", "loopback-network", "magnetometer", "microphone", "midi", "on-device-speech-recognition",
    "otp-credentials", "payment", "picture-in-picture", "private-state-token-issuance",
    "private-state-token-redemption", "screen-wake-lock", "serial", "speaker-selection", "storage-access", "summarizer",
    "sync-xhr", "translator", "unload", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
_OURS = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")  # copy buttons and passkeys

HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [*(f"{feature}=()" for feature in _UNUSED), *(f"{feature}=(self)" for feature in _OURS)]
    ),
    "Referrer-Policy": "same-origin",
    "Reporting-Endpoints": 'csp="/reports/csp/"',  # login/reports.py
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
