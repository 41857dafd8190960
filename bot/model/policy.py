"""Policy: every number the deciding rules use, each with one sentence that a moderator can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, get_type_hints

from bot.model.incidents import Stage


@dataclass(frozen=True, slots=True)
class Rule:
    """What a number of the rules means, and the bounds it must keep (of a duration in hours)."""

    says: str
    low: float = 0
    high: float = 0


ATTENDED: Final = 3
"""`lone_a_day` where there are moderators to tell."""

# Where a number comes from stands in its sentence; "simulated" ones were set on the seeds to fit of `simulate`
# (`bot.simulation.worlds.FIT_SEEDS`) in the base world, and tried in the others.


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of trust, incidents and alerts. Points are log-odds; `bot.policies` ships two of these."""

    name: str = "early"
    rules_version: int = 1  # version of the grouping rules: a new one never regroups old incidents
    public_from: Annotated[Stage, Rule("Members are told from this stage on; moderators from suspected on.")] = (
        Stage.SUSPECTED
    )

    # What one report is worth.
    neutral: Annotated[
        float,
        Rule(
            "A reading this sure says nothing either way: a reader's errors about one requester go together.",
            0.001,
            0.5,
        ),
    ] = 0.2
    claim_floor: Annotated[
        float, Rule("A post read as less likely than this is the requester's ordinary volume.", 0.01, 1)
    ] = 0.25
    report_cap: Annotated[
        float, Rule("No single report is worth more, however sure its reading (simulated).", 0, 20)
    ] = 4.0
    first_hand: Annotated[float, Rule("It happened to the writer (a weight, never a filter: CrisisLex).", 0, 5)] = 0.4
    hearsay: Annotated[float, Rule("The writer passes on what others say: about a third of a report.", -5, 0)] = -1.2
    share_most: Annotated[float, Rule("All or most of the writer's work was rejected.", 0, 5)] = 0.6
    share_some: Annotated[
        float, Rule("Some of the work was rejected: honest requesters do that (CloudResearch).", -5, 0)
    ] = -1.2
    many_from: Annotated[int, Rule("So many rejections at once are many: our definition of 'mass'.", 2, 10_000)] = 10
    many: Annotated[float, Rule("The writer counts many rejections.", 0, 5)] = 0.6
    few_to: Annotated[int, Rule("So few rejections are few.", 0, 1_000)] = 4
    few: Annotated[float, Rule("The writer counts only a few rejections.", -5, 0)] = -1.5
    fault: Annotated[float, Rule("A reason for quality is given: some rejections are justified.", -5, 0)] = -1.2
    blank: Annotated[float, Rule("No reason, one identical text for all, or a technical fault.", 0, 5)] = 0.4

    # What surrounds the reports.
    prior: Annotated[
        float, Rule("Nine in ten requesters reject less than 1 % of the work (CloudResearch; simulated).", -20, 0)
    ] = -3.5
    spoken_of: Annotated[
        float,
        Rule("Somebody spoke of the requester in the 90 days before: most offenders are new (simulated).", -5, 0),
    ] = -1.5
    again: Annotated[
        float, Rule("The requester had an incident before that was told in public or confirmed.", 0, 5)
    ] = 0.7
    unproven: Annotated[float, Rule("A huge easy batch without reviews was up before the first report.", 0, 5)] = 0.5
    volume_for: Annotated[timedelta, Rule("Ordinary volume is counted over this long before.", 1, 24 * 365)] = (
        timedelta(days=90)
    )
    volume_weight: Annotated[
        float, Rule("How much each report is discounted for ordinary volume (simulated).", 0, 5)
    ] = 0.8
    volume_scale: Annotated[
        float, Rule("Ordinary posts a half-life from which on volume counts against a report (simulated).", 0.001, 100)
    ] = 0.25
    praise_share: Annotated[
        float, Rule("Somebody who said that all was approved counts as so much of an ordinary post.", 0, 5)
    ] = 0.25
    known_from: Annotated[
        int, Rule("So many ordinary posts and approvals make a requester one whom many know.", 0, 10_000)
    ] = 3
    burst_for: Annotated[
        timedelta, Rule("People who speak within this time about somebody known may be one hand.", 0, 24 * 14)
    ] = timedelta(hours=48)
    burst_points: Annotated[
        float,
        Rule("Or they reach so many points together though each such time counts one of them (simulated).", 0, 50),
    ] = 8.0
    burst_voices: Annotated[int, Rule("Unless they are more than this.", 1, 1_000)] = 7
    prelude: Annotated[
        timedelta,
        Rule("What is said so shortly before the first report belongs to it and is not ordinary.", 0, 24 * 14),
    ] = timedelta(hours=48)
    half_life: Annotated[timedelta, Rule("Reports so far apart add up to half (simulated).", 1, 24 * 90)] = timedelta(
        days=4
    )
    further_site: Annotated[
        float, Rule("A voice from a second site counts so much: it may be one person twice.", 0, 1)
    ] = 0.6
    contrary: Annotated[float, Rule("A worker says that all of theirs was approved.", 0, 5)] = 0.7
    contrary_cap: Annotated[
        float, Rule("All contrary voices together take away no more: praise can be bought.", 0, 20)
    ] = 5.0

    # Whose voice counts how much (weights of Community Notes, Stop Forum Spam and our own toy runs).
    fresh_age: Annotated[float, Rule("Days under which an account is fresh and counts nothing.", 0, 3650)] = 30
    fresh_posts: Annotated[int, Rule("Posts under which an account is fresh and counts nothing.", 0, 10_000)] = 10
    young_age: Annotated[float, Rule("Days under which an account is young.", 0, 3650)] = 180
    young_posts: Annotated[
        int, Rule("Posts under which an account is young: most people write little (Nielsen).", 0, 100_000)
    ] = 20
    young_weight: Annotated[float, Rule("What a young account's voice counts.", 0, 1)] = 0.5
    unknown_weight: Annotated[
        float, Rule("What a voice counts whose site tells no age: two of them are not enough.", 0, 1)
    ] = 0.4
    unknown_voices: Annotated[
        int, Rule("At one site voices of unknown age count together as at most so many.", 0, 100)
    ] = 6
    false_weight: Annotated[float, Rule("What is left of a voice after a report of theirs was judged false.", 0, 1)] = (
        0.5
    )
    false_limit: Annotated[
        int, Rule("After so many false reports a voice counts nothing (Stop Forum Spam).", 1, 100)
    ] = 3
    true_weight: Annotated[float, Rule("What a voice is worth after a report of theirs was confirmed.", 1, 2)] = 1.2

    # Answers to the bot's own question, by one tap. Their `source` is of the kind "question".
    answer_weight: Annotated[
        float, Rule("A tap that work was rejected counts so much of a post that says so: it costs less.", 0, 1)
    ] = 0.7
    answer_contrary: Annotated[
        float, Rule("A tap that all was approved: who is asked answers either way, who posts mostly complains.", 0, 5)
    ] = 1.0

    # When a stage is reached.
    suspected: Annotated[float, Rule("Points from which on an incident is suspected (simulated).", -20, 50)] = 0.0
    suspected_voices: Annotated[
        int, Rule("Independent workers needed to suspect; 1 tells moderators of every one.", 1, 100)
    ] = 2
    public_voices: Annotated[int, Rule("Independent workers needed before any public word.", 2, 100)] = 2
    corroborated: Annotated[float, Rule("Points from which on an incident is corroborated (simulated).", -20, 50)] = 4.0
    corroborated_voices: Annotated[
        int, Rule("Independent workers needed to corroborate: four may collude.", 2, 100)
    ] = 5
    same_site_voices: Annotated[
        int, Rule("So many of them on one site: nobody can tell one person on two sites.", 1, 100)
    ] = 2
    margin: Annotated[float, Rule("A stage is lost only when the points fall so far below what it took.", 0, 20)] = 1.0
    contrary_for: Annotated[
        timedelta, Rule("Contrary voices count from so long before the first report.", 0, 24 * 14)
    ] = timedelta(days=3)
    disputed_voices: Annotated[int, Rule("Contrary workers from which on an incident may be disputed.", 1, 100)] = 3
    disputed_share: Annotated[float, Rule("They must be so many for each worker who reports.", 0, 100)] = 0.5
    reversed_voices: Annotated[
        int, Rule("Workers who must say that all was reversed; one makes it partly.", 1, 100)
    ] = 2
    reversed_share: Annotated[
        float, Rule("Counted reversals that are 'all', as a share of counted rejections.", 0.1, 1)
    ] = 0.9

    # When something is told.
    public_delay: Annotated[timedelta, Rule("From first report to first public word.", 0, 72)] = timedelta(minutes=10)
    severe_rejected: Annotated[
        int, Rule("With so many rejections counted by one worker there is no delay.", 1, 1_000_000)
    ] = 100
    fresh_for: Annotated[timedelta, Rule("Older evidence is history and is not told the first time.", 1, 720)] = (
        timedelta(hours=48)
    )
    quiet_for: Annotated[
        timedelta, Rule("When nothing made it stronger for so long an incident is over.", 1, 24 * 90)
    ] = timedelta(days=14)
    lock_for: Annotated[timedelta, Rule("So long nothing reopens what was dismissed.", 0, 24 * 90)] = timedelta(days=14)
    reversal_for: Annotated[
        timedelta, Rule("A reversal so long after still belongs to the incident (some took over 40 days).", 1, 24 * 365)
    ] = timedelta(days=90)
    grown_factor: Annotated[float, Rule("Reporters or rejections grown so many times are worth an edit.", 1.1, 100)] = (
        2.0
    )
    asks: Annotated[
        bool, Rule("Members may be asked a neutral question while nobody is warned; off unless a guild wants it.")
    ] = False
    ask_gain: Annotated[
        float,
        Rule(
            "Of what a warning now would save, answers to a question are expected to bring so much (simulated).", 0, 1
        ),
    ] = 0.15
    ask_half: Annotated[
        timedelta, Rule("So long after the first report half of what a warning saves is left (simulated).", 1, 24 * 30)
    ] = timedelta(hours=24)
    ask_harm: Annotated[
        float, Rule("What a question costs a requester who did nothing; 1 is what a true warning saves.", 0, 10)
    ] = 0.02
    ask_cost: Annotated[float, Rule("What a question costs the community's patience, in the same measure.", 0, 10)] = (
        0.02
    )
    ask_every: Annotated[
        timedelta, Rule("About one requester nobody is asked again within this time.", 24 * 7, 24 * 365)
    ] = timedelta(days=7)
    ask_for: Annotated[
        timedelta, Rule("So long answers to a question are taken; then it says what came of it.", 1, 24 * 7)
    ] = timedelta(hours=24)
    lone: Annotated[
        float, Rule("Points from which on moderators hear of a report that is not enough to suspect.", -20, 50)
    ] = -1.0
    lone_a_day: Annotated[
        int, Rule("Of so many such they hear in 24 hours, 0 of none; where moderators have a channel, of 3.", 0, 100)
    ] = 0
    unproven_tasks: Annotated[int, Rule("Tasks from which on a batch is huge.", 1, 10_000_000)] = 1_000
    unproven_reward: Annotated[float, Rule("Reward up to which a task is taken for easy.", 0, 100)] = 0.10


def rules() -> Mapping[str, Rule]:
    """Every number's sentence and bounds, by name, in order."""
    hints = get_type_hints(Policy, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}
