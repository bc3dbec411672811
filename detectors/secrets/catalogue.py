"""The shipped secret rules in, what they can find out: for the documentation and for checks of policies."""

from detectors.secrets.rulebook import shipped


def entities() -> dict[str, str]:
    """Return every entity id that the shipped rules report, with its title, sorted by id.

    Where several rules report one entity, the title of the first in the files' order stands.
    """
    titles: dict[str, str] = {}
    for rule in shipped():
        titles.setdefault(rule.entity, rule.title)
    return dict(sorted(titles.items()))
