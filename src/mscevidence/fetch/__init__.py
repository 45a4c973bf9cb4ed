"""Network to bytes: the only room that opens a socket."""

from mscevidence.fetch.answer import Answer, Clock, Limits, Request
from mscevidence.fetch.cache import AnswerCache
from mscevidence.fetch.client import Client

__all__ = ["Answer", "AnswerCache", "Client", "Clock", "Limits", "Request"]
