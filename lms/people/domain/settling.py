"""A person's own choices about the site."""

from lms.people.models import Person


def choose_elder_mode(person: Person, wanted: bool) -> None:
    """Large print, by the person's own choice only."""
    Person.objects.filter(pk=person.pk).update(elder_mode=wanted)


def choose_saving_data(person: Person, wanted: bool) -> None:
    """Whether pages and lessons fetch as little as they can for her, whatever her phone says."""
    Person.objects.filter(pk=person.pk).update(saves_data=wanted)


def choose_language(person: Person, language: str) -> None:
    Person.objects.filter(pk=person.pk).update(language=language)
