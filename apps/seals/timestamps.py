"""Time from a timestamp authority (RFC 3161), asked through the one way out."""

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from apps.core.network import outbound
from apps.seals.certificates import NoTimestamp


class OutboundTimeStamper(TimeStamper):
    """Asks ``url``. Raises ``NoTimestamp`` when no timestamp comes."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except TimestampRequestError as error:
            raise NoTimestamp(str(error)) from error

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            answer = outbound.fetch(
                "POST",
                self._url,
                headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
                body=req.dump(),
                max_bytes=200_000,
            )
        except outbound.Unreachable as error:
            raise TimestampRequestError(f"the authority was not reached: {error.why}") from error
        if (
            answer.status != 200
            or answer.headers.get("content-type", "").split(";")[0] != "application/timestamp-reply"
        ):
            raise TimestampRequestError(f"the authority answered {answer.status}")
        return tsp.TimeStampResp.load(answer.body)
