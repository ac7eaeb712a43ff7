"""What the script of the caption desk says, in the language of the page."""

from typing import Any

from django.utils.translation import gettext as _

from media.enums import CueFlag


def desk_texts() -> dict[str, Any]:
    """Sentences by name; words in braces are filled in by the script."""
    return {
        "row": _("Line {number}"),
        "words": _("Words of line {number}"),
        "play": _("Play line {number}"),
        "settle": _("It is right"),
        "perSecond": _("{rate} characters a second"),
        "confidence": _("recognised with {percent} % confidence"),
        "heard": _("The machine heard: {text}"),
        "of": _("Line {number} of {count}"),
        "flags": {flag.value: str(flag.label) for flag in CueFlag},
        "warnings": {
            "fast": _("too much to read in this time"),
            "wide": _("too long for two lines"),
            "tall": _("more than two lines"),
            "short": _("shown for less than 0.8 seconds"),
            "long": _("shown for more than 7 seconds"),
            "overlap": _("begins before the line above has ended"),
            "beyond": _("stands after the end of the recording"),
            "empty": _("has no words yet"),
        },
        "states": {
            "saved": _("All saved"),
            "waiting": _("Not saved yet"),
            "saving": _("Saving…"),
            "offline": _("No network. Your changes are kept in this browser and sent as soon as it is back."),
            "signed-out": _("You are signed out. Your changes are kept in this browser."),
            "conflict": _("Somebody else changed the same lines. Please choose below."),
            "closed": _("This draft is open no more. Your changes are kept in this browser."),
            "refused": _("Not saved:"),
            "incomplete": _("Lines without words, or that end before they begin, are not saved yet."),
        },
        "found": _("found {times} times, in {lines} lines"),
        "mine": _("Yours: "),
        "theirs": _("Theirs: "),
        "gone": _("(deleted)"),
        "keepMine": _("Keep yours"),
        "keepTheirs": _("Take theirs"),
        "oddLine": _("Line {number}"),
        "who": _("{name} changed the same lines at {moment}. All your other lines are saved."),
        "somebody": _("Somebody else"),
        "othersNow": _("{name} is changing this draft too"),
        "othersAgo": _("{name} changed this draft too, {minutes} minutes ago"),
        "closed": _("These captions were approved or replaced meanwhile."),
        "closedBy": _("{name} approved or replaced these captions at {moment}."),
        "keepAsDraft": _("Keep my lines as a new draft"),
        "left": _("{count} changed lines of an earlier draft are still kept in this browser."),
        "takeLeft": _("Put them into this draft"),
        "dropLeft": _("Throw them away"),
        "tapNext": _("Next: {text}"),
        "tapEnd": _("That was the last line."),
        "noMore": _("No marked lines are left."),
        "noTime": _("Please write seconds, such as 0.5 or -1.2."),
        "signIn": _("Sign in again"),
    }
