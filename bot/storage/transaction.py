"""The transaction: all that can be asked of the store, composed of its parts."""

from __future__ import annotations

from bot.storage.following import Following
from bot.storage.forgetting import Forgetting
from bot.storage.guilds import Guilds
from bot.storage.moves import Moves
from bot.storage.outbox import Outbox
from bot.storage.posts import Posts
from bot.storage.reports import Reports
from bot.storage.sources import Sources
from bot.storage.standing import Standings


class Transaction(Sources, Posts, Reports, Standings, Moves, Guilds, Outbox, Following, Forgetting):
    """One open transaction, given to the work of `Store.write` or `Store.read`; all or nothing of it is kept.

    Sources     add_source drop_source sources wake_sources find_source claim_sources settle_source add_gap gaps
    Posts       unseen add_posts find_post aside count_posts
    Names       names_since names_of tasks_since add_requester add_account add_alias sight ids_said_of ids_of_nobody
                rename get_requester whole find_account name_history seen_at was_reported
    Edits       journal add_edit find_edit edits edits_since in_the_way take_back
    Links       find_link get_link links_of suggest_link say_link
    Reports     add_report find_report assign remove_report said_by sketches said_before take_up_praise
                count_reports_by voice meet_voice
    Incidents   open_incident get_incident find_incident save_incident wake ref add_verdict add_batch batches
                incidents_due due_ids incidents_of recent_incidents
    Moves       new_requester give_name give_account find_names account_names drop_name show_as move_name move_all
                move_incident join_incidents keep_incident call_copy is_judged counted
    Guilds      guilds find_guild save_guild drop_guild last_alert asked_at count_alerts add_alert interaction notes
                note set_note drop_note
    Outbox      queue want card_of next_generation claim_deliveries begin_attempt unbegin settle_delivery unsettle
                suspend witness removed noted_since outbox deliveries_of find_delivery_by_message questions_about
                questions_to_members asked_in call_off waiting_of drop_untried give_up_on
    Standings   standing find_tasks
    Following   looks_due put_off_looks stored saw_again replace_words drop_posts reports_of amend_report
    Forgetting  drop_texts forget_voice forget_guild
    Audit       record audit_head audit count_deeds_by last_setting forget_in_audit
    """
