"""The headers of every answer: what a page may load, what may be kept, who may frame it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response, request

STATIC_SECONDS = 3600
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "report-uri /csp",
    )
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
        ),
    }
)
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def install(app: Flask, *, https: bool) -> None:
    """Put the headers on every answer of the application."""

    def add(response: Response) -> Response:
        if "webhooks" in request.blueprints:  # no browser reads them, and the line waits
            return response
        response.headers.update(HEADERS)
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        kept = f"public, max-age={STATIC_SECONDS}" if request.endpoint == "static" else "no-store"
        response.headers.setdefault("Cache-Control", kept)
        if request.endpoint == "static":
            response.headers["Cache-Control"] = kept
        return response

    app.after_request(add)
