"""The day and the week of agents: agendas, the waiting room, openings and absences, calendar feeds."""
