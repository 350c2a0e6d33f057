"""The pages people see when something is refused or broken, in their language."""

import logging
from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from contactbot.domain.wording import translatable
from contactbot.logs import log_problem
from contactbot.web.language import _ as words

_log = logging.getLogger("contactbot.web")

# Heading and advice by status; any other is told as 500.
PAGES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: (
            translatable("This was not understood"),
            translatable("The page was open for too long, or the form was changed. Try again."),
        ),
        403: (
            translatable("You may not see this page"),
            translatable("If you need it for your work, ask your supervisor."),
        ),
        404: (
            translatable("There is no such page"),
            translatable("Check the address, or start from the first page."),
        ),
        405: (
            translatable("This was not understood"),
            translatable("This address cannot be used in that way."),
        ),
        413: (
            translatable("This is too much at once"),
            translatable("What was sent is larger than this page takes."),
        ),
        500: (
            translatable("Something went wrong"),
            translatable("Nothing was saved. Try again; if it goes on, tell your supervisor."),
        ),
    }
)
# Shown when even the error page cannot be made.
LAST_RESORT = (
    '<!DOCTYPE html><html lang="en"><title>contactbot</title>'
    '<p>Something went wrong. Nothing was saved.</p><p lang="cy">Aeth rhywbeth o’i le. '
    "Ni chadwyd dim.</p></html>"
)


def install(app: Flask) -> None:
    """Show refusals and faults in the language of the page; webhooks answer in their own way."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)


def refused(error: HTTPException) -> tuple[str, int]:
    """What HTTP has a number for."""
    status = error.code or 500
    return page(status), status


def broken(error: Exception) -> tuple[str, int]:
    """A fault of ours: logged by its kind and place alone."""
    log_problem(_log, "page", error)
    return page(500), 500


def page(status: int) -> str:
    """The page of one status."""
    heading, advice = PAGES.get(status, PAGES[500])
    try:
        return render_template("error.html", heading=words(heading), advice=words(advice))
    except Exception as error:  # noqa: BLE001 - the last resort must not fail
        log_problem(_log, "error page", error)
        return LAST_RESORT
