"""A folder: the whole site as files, written anew where something has changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.errors import ArchiveError, NotSentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.models import Digest

__all__ = ["FOLDER_KIND", "FolderChannel"]


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """
    A site of files.

    Attributes:
        id: Slug from ``channels.toml``.
        write: Writes it; returns how many files changed.
        folder: Path, for people to read.
    """

    id: str
    write: Callable[[], int]
    folder: str

    def prepare(self, digest: Digest) -> Prepared:
        """See the port."""
        text = f"the site in {self.folder}, with {digest.edition} of {digest.day}"
        return Prepared((Part("site", self.folder, text, ""),), "site")

    def send(self, part: Part) -> str:
        """See the port."""
        del part
        try:
            return f"{self.write()} files"
        except ArchiveError as error:
            raise NotSentError(self.id, str(error)) from error


def _read_keys(keys: ChannelKeys) -> Callable[[ChannelContext], FolderChannel]:
    folder = keys.table.absolute_path("folder")

    def make(context: ChannelContext) -> FolderChannel:
        write = partial(context.write_site, folder)
        return FolderChannel(keys.id, write, str(folder))

    return make


# A folder that is written twice is the same folder.
FOLDER_KIND = ChannelKind(
    name="folder",
    read=_read_keys,
    no_alerts="a folder tells nobody",
    repeats=True,
)
