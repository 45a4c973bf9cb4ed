"""The library of captured files on disk: the bytes as given, and the Documents that were read from them."""

from mscevidence.documents.folder import Captured
from mscevidence.documents.library import DocumentLibrary

__all__ = ["Captured", "DocumentLibrary"]
