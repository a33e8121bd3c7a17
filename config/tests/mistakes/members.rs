//! Mistakes between tables: names, references, and what fits what.

use super::check;

#[test]
fn names_are_declared_once_and_before_use_or_after() {
    check(
        "\"BIRCH\"",
        "\"ALDER\"",
        &[
            "f:26:8: firms.name: \"ALDER\" is declared already, on line 23. \
         Give this firm another name, or remove one of them.",
            "f:38:8: accounts.firm: there is no firm \"BIRCH\". Declare it in [[firms]].",
        ],
    );
    check(
        "name = \"ALDER\"",
        "name = \"ALDERS\"",
        &[
            "f:33:8: accounts.firm: there is no firm \"ALDER\". \
         Did you mean \"ALDERS\"? Otherwise declare it in [[firms]].",
            "f:41:8: sessions.firm: there is no firm \"ALDER\". \
         Did you mean \"ALDERS\"? Otherwise declare it in [[firms]].",
        ],
    );
    check(
        "\"WATCH-TAPE\"",
        "\"ALDER-OMS\"",
        &[
            "f:45:11: sessions.comp_id: \"ALDER-OMS\" is declared already, on line 40. \
         Give this session another name, or remove one of them.",
        ],
    );
    check(
        "\"WATCH-TAPE\"",
        "\"PIT\"",
        &[
            "f:45:11: sessions.comp_id: \"PIT\" is the venue's own CompID. Give the session another one.",
        ],
    );
    check(
        "[[firms]]",
        "[[instruments]]\nsymbol = \"X\"\nprovider = \"ACME\"\nregion = \"r\"\ninstance_type = \"t\"\n\
         currency = \"USD\"\ntick = \"1\"\nmax_order_quantity = 1\n[[firms]]",
        &[
            "f:26:17: instruments.instance_type: these instances have an instrument already, on line 15. \
           Keep one instrument for each provider, region and instance_type.",
        ],
    );
}

#[test]
fn what_fits_what() {
    check(
        "instance_type = \"t\"",
        "instance_type = \"t\"\ntest = true",
        &[
            "f:16:12: instruments.provider: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
            "f:17:10: instruments.region: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
            "f:18:17: instruments.instance_type: does not apply: a test instrument stands for no instances. \
         Remove it, or remove test = true.",
        ],
    );
    check(
        "kind = \"broker\"",
        "kind = \"provider\"",
        &["f:22:1: firms.provider: is missing. Add a line such as: provider = \"ACME\"."],
    );
    check(
        "kind = \"broker\"",
        "kind = \"broker\"\nprovider = \"ACME\"",
        &[
            "f:25:12: firms.provider: does not apply: the firm is not a provider. \
         Remove it, or set kind = \"provider\".",
        ],
    );
    check(
        "kind = \"broker\"",
        "kind = \"regulator\"\nself_match = \"cancel_maker\"",
        &[
            "f:25:14: firms.self_match: does not apply: a regulator sends no orders. Remove it.",
            "f:34:8: accounts.firm: \"ALDER\" is a regulator, which does not trade. \
         Name another firm, or remove the account.",
            "f:42:8: sessions.firm: \"ALDER\" is a regulator, which does not trade. \
         Set role = \"drop_copy\", or name another firm.",
        ],
    );
    check(
        "firm = \"BIRCH\"",
        "firm = \"WATCH\"",
        &[
            "f:38:8: accounts.firm: \"WATCH\" is a regulator, which does not trade. \
         Name another firm, or remove the account.",
        ],
    );
    check(
        "firm = \"BIRCH\"",
        "firm = \"BIRCH\"\nopening_cash = { USD = \"1\" }",
        &[
            "f:39:16: accounts.opening_cash: does not apply: an account at no provider trades test \
         instruments, which move no cash. Remove it, or name the account's provider.",
        ],
    );
    check(
        "USD = \"10.00\"",
        "USD = 10, \"\" = \"1\"",
        &[
            "f:35:24: accounts.opening_cash: is an integer, where a string is expected. \
         Put it in quotes: \"10\".",
            "f:35:28: accounts.opening_cash: \"\" cannot be taken as a name: is empty. \
         Write a short name of printable ASCII characters.",
        ],
    );
}

#[test]
fn a_provider_holds_accounts_at_itself() {
    let firm = "name = \"ALDER\"\nkind = \"provider\"\nprovider = \"OTHER\"\n[[providers]]\n\
                name = \"OTHER\"\nendpoint = \"https://o.example\"\ncustody_account = \"c\"\n\
                token_file = \"t\"";
    check(
        "name = \"ALDER\"\nkind = \"broker\"",
        firm,
        &[
            "f:40:12: accounts.provider: \"ALDER\" is the provider \"OTHER\", and cannot hold an account at \
         \"ACME\". Write provider = \"OTHER\".",
        ],
    );
}

#[test]
fn sessions() {
    check(
        "default_account = \"acme:1\"",
        "default_account = \"acme:2\"",
        &[
            "f:43:19: sessions.default_account: \"acme:2\" belongs to \"BIRCH\", not to \"ALDER\". \
         Name an account of the session's own firm.",
        ],
    );
    check(
        "default_account = \"acme:1\"",
        "heartbeat_min = \"10s\"\nheartbeat_max = \"5s\"",
        &[
            "f:43:17: sessions.heartbeat_min: leaves no interval: heartbeat_min is above heartbeat_max. \
         Make heartbeat_min the smaller one.",
        ],
    );
    check(
        "default_account = \"acme:1\"",
        "heartbeat_min = \"1500ms\"\naccept_reset = \"yes\"",
        &[
            "f:43:17: sessions.heartbeat_min: is not in whole seconds. \
         Write whole seconds, such as \"30s\".",
            "f:44:16: sessions.accept_reset: is a string, where true or false is expected. \
         Write true or false, without quotes.",
        ],
    );
    check(
        "firm = \"BIRCH\"\n[[sessions]]",
        "firm = \"ALDER\"\n[[sessions]]\ncomp_id = \"B\"\nfirm = \
           \"BIRCH\"\nrole = \"order_entry\"\n[[sessions]]",
        &[
            "f:41:8: sessions.firm: \"BIRCH\" has no account to trade in. Declare one for it in [[accounts]].",
        ],
    );
    check(
        "firm = \"WATCH\"\nrole = \"drop_copy\"",
        "firm = \"WATCH\"\nrole = \"order_entry\"",
        &[
            "f:46:8: sessions.firm: \"WATCH\" is a regulator, which does not trade. \
         Set role = \"drop_copy\", or name another firm.",
            "f:48:16: sessions.drop_copy_of: belongs to drop copy. \
         Remove it, or set role = \"drop_copy\".",
        ],
    );
}

#[test]
fn drop_copy() {
    check(
        "drop_copy_of = \"all\"",
        "",
        &[
            "f:44:1: sessions.drop_copy_of: is missing. Add a line such as: drop_copy_of = [\"ALDER\"].",
        ],
    );
    check(
        "drop_copy_of = \"all\"",
        "drop_copy_of = [\"ALDER\", \"ALDER\", \"BRICH\", 5]",
        &[
            "f:48:26: sessions.drop_copy_of: names \"ALDER\" twice. Keep one of them.",
            "f:48:35: sessions.drop_copy_of: there is no firm \"BRICH\". \
         Did you mean \"BIRCH\"? Otherwise declare it in [[firms]].",
            "f:48:44: sessions.drop_copy_of: is an integer, where a string is expected. \
         Put it in quotes: \"5\".",
        ],
    );
    check(
        "drop_copy_of = \"all\"",
        "drop_copy_of = []",
        &["f:48:16: sessions.drop_copy_of: names no firm. \
         Write \"all\", or an array of firms such as [\"ALDER\"]."],
    );
    check(
        "firm = \"WATCH\"\n",
        "firm = \"BIRCH\"\n",
        &[
            "f:48:16: sessions.drop_copy_of: \"BIRCH\" is no regulator, and does not see the reports of \
         other firms. Write [\"BIRCH\"], or leave the line out.",
        ],
    );
}

#[test]
fn only_orders_are_cancelled_with_a_lost_client() {
    check(
        "drop_copy_of = \"all\"",
        "drop_copy_of = \"all\"\ncancel_on_disconnect = \"firm\"",
        &[
            "f:49:24: sessions.cancel_on_disconnect: belongs to order entry. \
         Remove it, or set role = \"order_entry\".",
        ],
    );
    check(
        "default_account = \"acme:1\"",
        "cancel_grace = \"2h\"",
        &[
            "f:43:16: sessions.cancel_grace: \"2h\" is out of range. Write a duration from 0ms to 1h.",
        ],
    );
}
