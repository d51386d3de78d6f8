"""Headers that every answer carries, static files too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# What a page of ours may use: passkeys, and the clipboard's "copy" button.
USED = {"publickey-credentials-create", "publickey-credentials-get", "clipboard-write"}
UNUSED = [
    "accelerometer", "ambient-light-sensor", "attribution-reporting", "autoplay", "bluetooth", "browsing-topics",
    "camera", "clipboard-read", "compute-pressure", "display-capture", "encrypted-media", "fullscreen", "gamepad",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial",
    "storage-access", "sync-xhr", "usb", "web-share", "window-management", "xr-spatial-tracking",
]  # fmt: skip
POLICY = ", ".join([*(f"{name}=(self)" for name in sorted(USED)), *(f"{name}=()" for name in UNUSED)])


class HeadersMiddleware:
    """``Permissions-Policy``, and that no page of another site takes anything of ours in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
