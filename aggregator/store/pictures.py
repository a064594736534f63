"""
Pictures of outlets: their addresses, what came of them, and those that were made.

The bytes stand in one hash beside their moments, so that what is too much goes in the step that
brings more. A picture that is gone from here is still in the copies that pages are made of; of an
article that had one, none is asked for again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis, to_millis
from aggregator.errors import LeaseLostError
from aggregator.models import Picture, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.ports import Clock
    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

__all__ = ["PictureAddress", "PictureBounds", "PictureRecord", "PictureStore"]

# What was put back from a backup may be called anything, and names become addresses and files.
_ID = re.compile("[0-9a-f]{32}")
_OUTLET = re.compile(b"[a-z0-9-]{2,40}")
_NUMBER = re.compile(b"[1-9][0-9]{0,3}")
_WEBP = re.compile(b"RIFF.{4}WEBP", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBounds:
    """
    How much of pictures is kept in the store.

    Attributes:
        most: Pictures.
        most_bytes: Of all of them.
    """

    most: int = 2_000
    most_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureAddress:
    """Where an article's picture is, and whose it is."""

    url: str
    outlet_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRecord:
    """
    What is known of an article's picture.

    Attributes:
        url: The outlet's address of it.
        outlet_id: Of the outlet.
        said: What came of it, in words; empty while it waits.
        kept: It was made.
    """

    url: str
    outlet_id: str
    said: str
    kept: bool


class PictureStore:
    """Pictures by the ids of their articles."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        clock: Clock,
        retention: Retention,
        bounds: PictureBounds = PictureBounds(),
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock
        self._retention = retention
        self._bounds = bounds

    def ask(self, addresses: Mapping[str, PictureAddress]) -> int:
        """
        Let pictures wait to be fetched, each once for ever.

        Args:
            addresses: By article id.

        Returns:
            How many wait now that did not.
        """
        now = to_millis(self._clock.now())
        asked = 0
        for article_id, address in addresses.items():
            keys = [self._keys.picture(article_id), self._keys.wait(Stage.PICTURE)]
            ttl_s = self._retention.digests_s
            args = [article_id, now, address.url, ttl_s, address.outlet_id]
            asked += int(self._connection.run_script("ask_picture", keys, args))
        return asked

    def finish(
        self,
        article_id: str,
        *,
        said: str,
        token: str,
        picture: Picture | None = None,
    ) -> None:
        """
        Note what came of a picture.

        Args:
            said: In words.
            token: Of the lease.
            picture: To be kept; None if there is none to show.

        Raises:
            LeaseLostError: Somebody else has it.
        """
        now = self._clock.now()
        keys = [
            self._keys.picture(article_id),
            self._keys.pictures,
            self._keys.picture_bodies,
            self._keys.lease(Stage.PICTURE),
            self._keys.owner(Stage.PICTURE),
            self._keys.tries(Stage.PICTURE),
        ]
        args = [
            article_id,
            token,
            to_millis(now),
            said,
            picture.width if picture else "",
            picture.height if picture else "",
            picture.body if picture else b"",
            to_millis(now - self._retention.digests),
            self._bounds.most,
            self._bounds.most_bytes,
        ]
        if not self._connection.run_script("finish_picture", keys, args):
            raise LeaseLostError(article_id)

    def load_records(self, ids: Iterable[str]) -> dict[str, PictureRecord]:
        """Return what is known of pictures, by article id."""
        wanted = list(ids)
        records = {}
        names = ("url", "outlet", "said", "width")
        for article_id, (url, outlet, said, width) in self._load_fields(wanted, *names):
            if url is not None:
                records[article_id] = PictureRecord(
                    url=url.decode(errors="replace"),
                    outlet_id=(outlet or b"").decode(errors="replace"),
                    said=(said or b"").decode(errors="replace"),
                    kept=width is not None,
                )
        return records

    def load(self, ids: Iterable[str]) -> dict[str, Picture]:
        """Return the pictures that are kept, by article id; what is none is left out."""
        wanted = [article_id for article_id in ids if _ID.fullmatch(article_id)]
        if not wanted:
            return {}
        with self._connection.client() as client:
            bodies = client.hmget(self._keys.picture_bodies, wanted)
        by_id = dict(zip(wanted, bodies, strict=True))
        pictures = {}
        for article_id, fields in self._load_fields(wanted, "outlet", "width", "height"):
            picture = _read_picture(article_id, by_id[article_id], *fields)
            if picture is not None:
                pictures[article_id] = picture
        return pictures

    def _load_fields(self, ids: Sequence[str], *names: str) -> list[tuple[str, Sequence[Any]]]:
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for article_id in ids:
                pipe.hmget(self._keys.picture(article_id), *names)
            rows = pipe.execute()
        return list(zip(ids, rows, strict=True))

    def list_kept(self, since: datetime | None = None) -> dict[str, datetime]:
        """Return when pictures were made, by article id: all, or those since a moment."""
        least = "-inf" if since is None else to_millis(since)
        with self._connection.client() as client:
            rows = client.zrangebyscore(self._keys.pictures, least, "+inf", withscores=True)
        return {article_id.decode(): from_millis(score) for article_id, score in rows}


def _read_picture(
    article_id: str,
    body: bytes | None,
    outlet: bytes | None,
    width: bytes | None,
    height: bytes | None,
) -> Picture | None:
    """Return a picture; None if what is kept is none."""
    parts = ((_WEBP, (body or b"")[:12]), (_OUTLET, outlet), (_NUMBER, width), (_NUMBER, height))
    if not all(form.fullmatch(value or b"") for form, value in parts):
        return None
    assert body and outlet and width and height  # noqa: PT018 -- what their forms say
    return Picture(
        article_id=article_id,
        outlet_id=outlet.decode(),
        width=int(width),
        height=int(height),
        body=body,
    )
