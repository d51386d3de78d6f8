"""Who may invite: whoever manages the people of the company; a lead, only its leads and Presence's managers."""

import rules

from apps.companies.access import manages_people_of, names_leads_of


@rules.predicate
def manages_people_of_its_company(user, invitation) -> bool:
    return invitation is not None and manages_people_of(user, invitation.company)


rules.add_perm("invitations.invite", manages_people_of)
rules.add_perm("invitations.invite_lead", names_leads_of)
rules.add_perm("invitations.manage", manages_people_of_its_company)
