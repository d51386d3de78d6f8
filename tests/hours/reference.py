"""The hour rules once more, slowly and minute by minute, as a person with a pencil would: nothing is shared with the code.

``reference`` gives ``{entry: {class: (minutes, centavos)}}``; minutes that an adjustment takes back are negative.
"""

from collections import defaultdict
from fractions import Fraction


def version_of(versions, day):
    """Walk the versions in the order they were made; the one that began last by ``day`` holds."""
    best = None
    for version in versions:
        if version.effective_from <= day and (best is None or version.effective_from >= best.effective_from):
            best = version
    return best or min(versions, key=lambda version: version.effective_from)


def charged(minutes, policy):
    """Lay down whole increments until the minutes are covered (up), or until no nearer one exists."""
    if policy.rounding == "none":
        return minutes
    laid = 0
    while laid < minutes:
        laid += policy.increment
    if policy.rounding == "nearest" and laid - minutes > minutes - (laid - policy.increment):
        laid -= policy.increment
    return laid


def price(minutes, policy, activity):
    rate = {
        "training": policy.training_rate, "follow_up": policy.follow_up_rate, "homologation": policy.homologation_rate
    }[activity]  # fmt: skip
    rate = policy.hourly_rate if rate is None else rate
    exact = Fraction(minutes * rate, 60)
    whole = int(exact)
    return whole + 1 if exact - whole >= Fraction(1, 2) else whole


def reference(works, versions):
    used = {"training": 0, "homologation": 0}
    given = defaultdict(list)  # by first entry: (class, consumed an allowance) of each minute it still has
    paid = defaultdict(int)
    result = {}
    for work in sorted(works, key=lambda work: (work.started_at, work.number)):
        first = work.adjusts or work.number
        policy = version_of(versions, work.started_at.date())
        sizes = {"training": policy.training_allowance, "homologation": policy.homologation_allowance}
        minutes = defaultdict(int)
        if work.minutes < 0:
            for _minute in range(-work.minutes):
                having = [
                    each
                    for hour_class in ("billable", "included", "free")
                    for each in given[first]
                    if each[0] == hour_class
                ]
                hour_class, consumed = having[0]
                given[first].remove((hour_class, consumed))
                minutes[hour_class] -= 1
                if consumed:
                    used[work.activity] -= 1
        for _minute in range(max(work.minutes, 0)):
            consumed = False
            if work.nonconformity:
                hour_class = "free"
            elif work.activity == "follow_up":
                hour_class = "billable"
            elif work.activity not in sizes:
                hour_class = "included"
            elif used[work.activity] < sizes[work.activity]:
                hour_class, consumed = "included", True
                used[work.activity] += 1
            else:
                hour_class = "billable"
            given[first].append((hour_class, consumed))
            minutes[hour_class] += 1
        entry = {hour_class: (count, 0) for hour_class, count in minutes.items()}
        if "billable" in entry:
            priced_by = version_of(versions, work.worked_on or work.started_at.date())
            left = sum(1 for hour_class, _consumed in given[first] if hour_class == "billable")
            now = price(charged(left, priced_by), priced_by, work.activity)
            entry["billable"] = (minutes["billable"], now - paid[first])
            paid[first] = now
        result[work.number] = entry
    return result


def covered_minutes(claims, approvals):
    """How many minutes of each claim (by key) are approved: minute by minute, each paid from an approval or by nobody.

    Lines of closed months first, then the open ones, each group in the order of the work. A minute takes the cheapest
    approval of its activity whose rate it does not exceed, which has a minute left and enough money for it, with half a
    centavo to spare for rounding.
    """
    purses = sorted(
        (
            [each.rate, each.number, each.activity, each.minutes, Fraction(each.price) + Fraction(1, 2)]
            for each in approvals
        ),
        key=lambda purse: purse[:2],
    )
    order = sorted(claims, key=lambda claim: (claim.started_at, claim.number, claim.key))
    minutes = {claim.key: max(claim.minutes, 0) for claim in claims}
    charged = {claim.key: max(claim.charged, 0) for claim in claims}
    for taking in (claim for claim in claims if claim.minutes < 0):
        own = [claim.key for claim in reversed(order) if claim.entry == taking.entry]
        for amounts, total in ((minutes, -taking.minutes), (charged, max(-taking.charged, 0))):
            for _one in range(total):
                key = next((key for key in own if amounts[key]), None)
                if key is not None:
                    amounts[key] -= 1
    result = dict.fromkeys(minutes, 0)
    for is_closed in (True, False):
        for claim in order:
            if (claim.fixed is not None) != is_closed:
                continue
            most = minutes[claim.key] if claim.fixed is None else min(claim.fixed, minutes[claim.key])
            for _minute in range(most):
                cost = Fraction(charged[claim.key] * claim.rate, 60 * minutes[claim.key])
                for purse in purses:
                    rate, _number, activity, left, money = purse
                    if activity == claim.activity and claim.rate <= rate and left and money >= cost:
                        purse[3], purse[4] = left - 1, money - cost
                        result[claim.key] += 1
                        break
    return result
