"""The statements of TAXII 2.1, by part of the standard. Importing them registers them."""

from . import negotiation, sign_in, resources, lists, filters, paging, writing, deleting, extras, hostile  # noqa: F401
