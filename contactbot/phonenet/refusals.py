"""Twilio's refusals: the codes this network gives, each with its HTTP status and words."""

from collections.abc import Mapping
from types import MappingProxyType

# Code: (HTTP status, message). The wording follows Twilio's error catalogue.
REFUSALS: Mapping[int, tuple[int, str]] = MappingProxyType(
    {
        20001: (400, "Unknown parameters"),
        20003: (401, "Authenticate"),
        20004: (405, "Method not allowed"),
        20404: (404, "The requested resource was not found"),
        20429: (429, "Too Many Requests"),
        20500: (500, "An internal server error has occurred"),
        20503: (503, "Service unavailable"),
        20009: (409, "Cannot delete a resource that is still in progress"),
        21201: (400, "No 'To' number is specified"),
        21205: (400, "Url is not a valid URL"),
        21210: (400, "'From' phone number not verified"),
        21211: (400, "Invalid 'To' Phone Number"),
        21212: (400, "Invalid 'From' Phone Number"),
        21213: (400, "A 'From' phone number is required"),
        21214: (400, "'To' phone number cannot be reached"),
        21215: (400, "Account not authorized to call this number"),
        21218: (400, "Invalid ApplicationSid"),
        21220: (400, "Call is not in-progress. Cannot redirect."),
        21602: (400, "Message body is required."),
        21603: (400, "A 'From' phone number is required to send a Message."),
        21604: (400, "A 'To' phone number is required."),
        21610: (400, "Attempt to send to unsubscribed recipient"),
        21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    }
)


class Refusal(Exception):
    """The API says no, and nothing has happened."""

    def __init__(self, code: int, detail: str = "", *, status: int = 0) -> None:
        usual, message = REFUSALS.get(code, (400, "Refused"))
        self.code = code
        self.status = status or usual
        self.message = f"{message}: {detail}" if detail else message
        super().__init__(self.message)

    def as_json(self) -> dict[str, object]:
        """The body of the answer, in Twilio's shape."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
