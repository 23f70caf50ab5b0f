"""The print room of the simulated year: it prints, counts, pulls and posts; the post brings some letters back."""

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO

import pikepdf
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer
from year_people import People
from year_ways import whatever_else_runs

from portal.clock import paris_day
from portal.database import Database
from portal.journal.services import Actor
from portal.letters.models import Letter, ReturnReason, RunFile, RunState
from portal.letters.queries_runs import going_on, letters_of, to_pull
from portal.letters.rules_post import PostFault
from portal.letters.services_post import count, mark_printed, post, pull
from portal.letters.services_returns import note_return
from portal.notifications.queries_post import calendar_of
from portal.refusal import Refused

LATE = 0.03  # of runs are taken to the post on the next working day only
_TRIES = 5  # to post a run
_OVERTAKEN = (PostFault.TO_PULL, PostFault.BUSY)
RETURNED_ANYWAY = 0.001  # of letters to good addresses: refused, or never fetched
_BY = Actor.agent(1)


@dataclass
class Room:
    """What is done with paper, as the hands that do it know it."""

    database: Database
    dice: random.Random
    people: People
    posted: Counter[str] = field(default_factory=Counter)  # by reference
    sheets: int = 0
    pulled: Counter[str] = field(default_factory=Counter)  # by reason
    late_runs: int = 0
    pressed_again: int = 0
    faults: list[str] = field(default_factory=list)
    coming_back: list[tuple[date, str, ReturnReason]] = field(default_factory=list)
    returned: Counter[ReturnReason] = field(default_factory=Counter)
    moved_away: set[int] = field(default_factory=set)  # people who gave another address: it is a good one

    def work(self, now: datetime) -> None:
        """An evening: every run made is printed, put in envelopes and taken to the post."""
        with self.database.transaction() as session:
            found = [(run.id, run.state) for run in going_on(session)]
            is_open = calendar_of(session).is_working_day(paris_day(now))
        for run_id, state in found if is_open else []:
            if state is RunState.MADE and self.dice.random() < LATE:
                self.late_runs += 1
                with self.database.transaction() as session:
                    mark_printed(session, now, run_id=run_id, by=_BY)
            elif state is RunState.MAKING:
                self.faults.append(f"run {run_id} is not made at {now}")
            else:
                self._finish(now, run_id, state)

    def _finish(self, now: datetime, run_id: int, state: RunState) -> None:
        if state is RunState.MADE:
            self._look_at_files(run_id)
            with self.database.transaction() as session:
                mark_printed(session, now, run_id=run_id, by=_BY)
        letters: list[Letter] = []
        for left in reversed(range(_TRIES)):
            self._pull(now, run_id)
            try:
                letters = self._post(now, run_id)
            except Refused as refused:  # something overtook one at this very instant: it is pulled too
                if not left or refused.reason not in _OVERTAKEN:
                    raise
            else:
                break
        for letter in letters:
            self.sheets += letter.sheets
            self.posted[letter.reference] += 1
            self._foresee_return(now, letter)

    def _post(self, now: datetime, run_id: int) -> list[Letter]:
        with self.database.transaction() as session:
            letters = [letter for letter in letters_of(session, run_id) if letter.pulled_at is None]
            sheets = sum(letter.sheets for letter in letters)
            count(session, now, run_id=run_id, by=_BY, letters=len(letters), sheets=sheets)
        with self.database.transaction() as session:
            calendar = calendar_of(session)
            post(session, now, run_id=run_id, by=_BY, posted_on=paris_day(now), post=calendar)
        return letters

    def _pull(self, now: datetime, run_id: int) -> None:
        with self.database.transaction() as session:
            references = [letter.reference for letter in to_pull(session, run_id)]
        for reference in references:
            self.pressed_again += whatever_else_runs(
                self.database, partial(self._pull_one, now=now, reference=reference)
            )

    def _pull_one(self, session: Session, now: datetime, reference: str) -> None:
        pulled = pull(session, now, reference=reference, reason=None, by=_BY, post=calendar_of(session))
        self.pulled[str(pulled.letter.pull_reason)] += 1

    def _look_at_files(self, run_id: int) -> None:
        """The sheets that come out of the printer are those that the run says."""
        with self.database.transaction() as session:
            files = select(RunFile).where(RunFile.run_id == run_id).options(undefer(RunFile.pdf))
            for file in session.scalars(files.order_by(RunFile.position)):
                with pikepdf.open(BytesIO(file.pdf or b"")) as paper:
                    if len(paper.pages) != 2 + 2 * file.letters * file.sheets_each:
                        self.faults.append(f"file {file.id} has {len(paper.pages)} pages")

    def _foresee_return(self, now: datetime, letter: Letter) -> None:
        person_id = letter.message.person_id or 0
        reason = self.people.returns.get(person_id) if person_id not in self.moved_away else None
        if reason is None and self.dice.random() < RETURNED_ANYWAY:
            reason = self.dice.choice((ReturnReason.REFUSED, ReturnReason.UNCLAIMED))
        if reason is not None:
            day = paris_day(now) + timedelta(days=self.dice.randint(5, 12))
            heapq.heappush(self.coming_back, (day, letter.reference, reason))

    def take_back(self, now: datetime) -> None:
        """What the post brings back is noted, key by key."""
        while self.coming_back and self.coming_back[0][0] <= paris_day(now):
            _day, reference, reason = heapq.heappop(self.coming_back)
            note = partial(self._note, now=now, reference=reference, reason=reason)
            self.pressed_again += whatever_else_runs(self.database, note)

    def _note(self, session: Session, now: datetime, reference: str, reason: ReturnReason) -> None:
        self.returned[reason] += note_return(session, now, reference=reference, reason=reason, by=_BY).is_new
