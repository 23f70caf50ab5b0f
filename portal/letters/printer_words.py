"""What `portal printer in` says of a line with which something is wrong: to whoever runs the portal, in English."""

from portal.letters.rules_printer import COLUMNS, LineFault, Said

_STATUSES = [said.value for said in Said]

FAULTS = {
    LineFault.COLUMNS: f"the first line must be {';'.join(COLUMNS)}",
    LineFault.LETTER: "no such letter was given to the printer",
    LineFault.STATUS: f"the status must be {', '.join(_STATUSES[:-1])} or {_STATUSES[-1]}",
    LineFault.DAY: "the date must be a day like 2026-11-24, not before the run and not to come",
    LineFault.REASON: "a letter that is rejected needs its reason",
    LineFault.PULLED: "this letter was pulled here, yet the printer posted it: tell whoever it is to, "
    "for another letter or a call may say otherwise",
    LineFault.NUMBER: "this is no tracking number, or another letter's, or not the one that is known; "
    "the rest of the line was taken",
    LineFault.NO_NUMBER: "posted, and noted; but a registered letter needs its tracking number (suivi): "
    "send the line again with it, or write it in the print room",
}
