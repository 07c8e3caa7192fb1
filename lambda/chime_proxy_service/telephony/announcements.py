"""The sentences that a sender hears or reads when a call or a text reaches nobody.

To add a language, add its tag (as in RFC 5646) and all sentences to `ANNOUNCEMENTS`.
"""

from collections.abc import Mapping
from typing import TypeAlias

from chime_proxy_service.contact import Outcome, Refusal

Occasion: TypeAlias = Refusal | Outcome

DEFAULT_LANGUAGE = "en-US"

ANNOUNCEMENTS: Mapping[str, Mapping[Occasion, str]] = {
    "en-US": {
        Refusal.UNKNOWN: "You cannot reach anybody at this number from your phone.",
        Refusal.CLOSED: "This number is no longer in use for you.",
        Refusal.NOT_CARRIED: "This number does not take both calls and texts. Please try the other.",
        Refusal.BUSY: "The line is busy. Please try again later.",
        Refusal.ENDED: "This call has ended.",
        Refusal.UNAVAILABLE: "You cannot be connected at the moment. Please try again later.",
        Outcome.BUSY: "The line is busy. Please try again later.",
        Outcome.NO_ANSWER: "Nobody answers. Please try again later.",
        Outcome.FAILED: "You cannot be connected at the moment. Please try again later.",
    },
    "es-US": {
        Refusal.UNKNOWN: "Desde su teléfono no puede comunicarse con nadie en este número.",
        Refusal.CLOSED: "Este número ya no está disponible para usted.",
        Refusal.NOT_CARRIED: "Este número no acepta llamadas y mensajes a la vez. Pruebe el otro.",
        Refusal.BUSY: "La línea está ocupada. Inténtelo más tarde.",
        Refusal.ENDED: "Esta llamada ha terminado.",
        Refusal.UNAVAILABLE: "En este momento no es posible conectarle. Inténtelo más tarde.",
        Outcome.BUSY: "La línea está ocupada. Inténtelo más tarde.",
        Outcome.NO_ANSWER: "Nadie contesta. Inténtelo más tarde.",
        Outcome.FAILED: "En este momento no es posible conectarle. Inténtelo más tarde.",
    },
}


def announcements(language: str) -> Mapping[Occasion, str]:
    """Return the sentences of a language.

    Raises:
        ValueError: there are none.
    """
    if language not in ANNOUNCEMENTS:
        msg = f"There are no announcements in this language; use one of {', '.join(ANNOUNCEMENTS)}"
        raise ValueError(msg)
    return ANNOUNCEMENTS[language]
