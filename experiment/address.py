"""Addresses of shared studies: which forms there are, and how one is shown without its password."""

import re

from worthit.core.errors import InputError

__all__ = ["FORMS", "JOURNAL", "check_address", "hide_password"]

JOURNAL = "journal:"
FORMS = "journal:FILE or a database such as postgresql+psycopg://USER@HOST/DATABASE"
# A password may itself hold ':' and '@', so it reaches to the last '@' before the database's name.
PASSWORD = re.compile(r"(://[^:/@\s]*):[^\s]*@")
QUERY_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&\s]*", re.IGNORECASE)


def hide_password(text: str) -> str:
    """Replace passwords of database addresses in a text by stars.

    Parameters
    ----------
    text : str
        An address, a command or a message.

    Returns
    -------
    str
        The same, fit for runs, reports and error messages.

    Examples
    --------
    >>> hide_password("postgresql+psycopg://ann:s3:cr@t@host/studies")
    'postgresql+psycopg://ann:***@host/studies'
    """
    return QUERY_PASSWORD.sub(r"\1***", PASSWORD.sub(r"\1:***@", text))


def check_address(address: str) -> None:
    """Refuse an address that has neither form, or whose password would be read as a host.

    Raises
    ------
    InputError
        With the forms there are.
    """
    scheme, _, rest = address.partition("://")
    is_journal = address.startswith(JOURNAL) and len(address) > len(JOURNAL)
    if not is_journal and not (re.fullmatch(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?", scheme) and rest):
        raise InputError(f"Got --storage '{hide_password(address)}'; give {FORMS}.")
    if not is_journal and rest.partition("?")[0].count("@") > 1:
        raise InputError(
            f"Got --storage '{hide_password(address)}' with more than one '@'; write one that "
            "belongs to the password as %40."
        )
