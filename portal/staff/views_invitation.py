"""An invitation: the page of a link, which burns nothing, and the password that takes it up."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.refusal import Refused
from portal.staff.forms import PasswordForm
from portal.staff.forms_words import PASSWORD_WORDS
from portal.staff.rules_passwords import PasswordFault
from portal.staff.services_accounts import accept, invited
from portal.staff.views import bp
from portal.staff.views_entry import ADDRESSES, begin, sealer
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.throttle import spend, visitor_address


@bp.route("/agents/invitation/<token>", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def invitation(token: str) -> tuple[str, int] | Response | str:
    """Whom the link invites, and the choice of a password; then the second proof, as ever."""
    personal_page()
    form = PasswordForm()
    with transaction() as database:
        agent = invited(database, now(), token=token, sealer=sealer())
    if agent is None:
        return _over()
    if form.validate_on_submit():
        spend(ADDRESSES, visitor_address())
        try:
            with transaction() as database:
                accept(database, now(), token=token, password=form.password.data or "", sealer=sealer())
        except Refused as refused:
            if not isinstance(refused.reason, PasswordFault):
                return _over()
            form.password.errors = [PASSWORD_WORDS[refused.reason]]
        else:
            begin(agent.id, None)
            return redirect(url_for("agents.second_proof" if agent.totp_secret else "agents.enrol"), 303)
    return render_template("staff/invitation.html", form=form, form_has_errors=bool(form.errors), agent=agent)


def _over() -> tuple[str, int]:
    return render_template("staff/invitation_over.html"), 410
