//! What a file declares by name, gathered before anything is read, so that references are checked
//! against every declaration: also one further down, and one with other mistakes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use engine::FirmKind;

use super::Tables;
use super::members::FIRM_KINDS;
use crate::mistake::{Fault, Report};
use crate::table::{Found, Table, nearest};

/// Suggesting a name compares with every known one: with more of them, none is suggested.
const SUGGESTED_FROM_MAX: usize = 1_000;

/// Everything that a file declares by name.
pub(super) struct Declared<'a> {
    pub(super) venue_comp_id: &'a str,
    pub(super) providers: Names<'a>,
    pub(super) instruments: Names<'a>,
    pub(super) firms: Names<'a>,
    pub(super) accounts: Names<'a>,
    pub(super) throttles: Names<'a>,
    pub(super) schedules: Names<'a>,
    pub(super) sessions: Names<'a>,
    firm_kinds: BTreeMap<&'a str, FirmKind>,
    firm_providers: BTreeMap<&'a str, &'a str>,
    account_firms: BTreeMap<&'a str, &'a str>,
    session_roles: BTreeMap<&'a str, &'a str>,
    currencies: BTreeMap<&'a str, &'a str>,
    firms_with_accounts: BTreeSet<&'a str>,
}

impl<'a> Declared<'a> {
    pub(super) fn gather(tables: &Tables<'a>) -> Self {
        let kinds = pairs(&tables.firms, "name", "kind");
        let kind_of = |word: &str| FIRM_KINDS.iter().find(|(known, _)| *known == word);
        let account_firms = pairs(&tables.accounts, "name", "firm");
        let venue_comp_id = tables.venue.raw("comp_id");
        Self {
            venue_comp_id: venue_comp_id.map_or(super::settings::COMP_ID, |found| found.value),
            providers: Names::gather(&tables.providers, "name", "provider"),
            instruments: Names::gather(&tables.instruments, "symbol", "instrument"),
            firms: Names::gather(&tables.firms, "name", "firm"),
            accounts: Names::gather(&tables.accounts, "name", "account"),
            throttles: Names::gather(&tables.throttles, "name", "throttle"),
            schedules: Names::gather(&tables.schedules, "name", "schedule"),
            sessions: Names::gather(&tables.sessions, "comp_id", "session"),
            firm_kinds: kinds
                .into_iter()
                .filter_map(|(name, word)| Some((name, kind_of(word)?.1)))
                .collect(),
            firm_providers: pairs(&tables.firms, "name", "provider"),
            firms_with_accounts: account_firms.values().copied().collect(),
            account_firms,
            session_roles: pairs(&tables.sessions, "comp_id", "role"),
            currencies: pairs(&tables.instruments, "symbol", "currency"),
        }
    }

    /// What a firm is, when it is declared and says so.
    pub(super) fn kind_of(&self, firm: &str) -> Option<FirmKind> {
        self.firm_kinds.get(firm).copied()
    }

    /// Which provider a firm is, when it is one.
    pub(super) fn provider_of(&self, firm: &str) -> Option<&'a str> {
        self.firm_providers.get(firm).copied()
    }

    /// Whose an account is, when it is declared and says so.
    pub(super) fn firm_of(&self, account: &str) -> Option<&'a str> {
        self.account_firms.get(account).copied()
    }

    /// The word for what a session is for, when it is declared and says so.
    pub(super) fn role_of(&self, session: &str) -> Option<&'a str> {
        self.session_roles.get(session).copied()
    }

    /// The currency of an instrument, when it is declared and says so.
    pub(super) fn currency_of(&self, instrument: &str) -> Option<&'a str> {
        self.currencies.get(instrument).copied()
    }

    /// Whether any account says that it is this firm's.
    pub(super) fn has_account(&self, firm: &str) -> bool {
        self.firms_with_accounts.contains(firm)
    }
}

/// The names that one section declares, and where each first stands.
pub(super) struct Names<'a> {
    what: &'static str,
    first: BTreeMap<&'a str, Range<usize>>,
}

impl<'a> Names<'a> {
    fn gather(tables: &[Table<'a>], key: &str, what: &'static str) -> Self {
        let mut first = BTreeMap::new();
        for name in tables.iter().filter_map(|table| table.raw(key)) {
            first.entry(name.value).or_insert(name.span);
        }
        Self { what, first }
    }

    /// Reports a table whose name an earlier one has.
    pub(super) fn check_unique(&self, table: &Table<'_>, key: &'static str, report: &mut Report) {
        let Some(name) = table.raw(key) else { return };
        let first = self.first.get(name.value);
        let Some(first) = first.filter(|first| **first != name.span) else {
            return;
        };
        let (line, _) = report.place(first.start);
        let fault = Fault::new(
            format!("{:?} is declared already, on line {line}", name.value),
            format!(
                "Give this {} another name, or remove one of them",
                self.what
            ),
        );
        report.add(&name.span, &table.path(key), fault);
    }

    /// Reports a reference to what is not declared; says whether it is.
    pub(super) fn check_known(&self, name: &Found<&str>, path: &str, report: &mut Report) -> bool {
        if self.first.contains_key(name.value) {
            return true;
        }
        let fault = Fault::new(
            format!("there is no {} {:?}", self.what, name.value),
            self.remedy(name.value),
        );
        report.add_absence(&name.span, path, fault);
        false
    }

    fn remedy(&self, name: &str) -> String {
        let known: Vec<&str> = self.first.keys().copied().collect();
        let near = if known.len() <= SUGGESTED_FROM_MAX {
            nearest(name, &known)
        } else {
            None
        };
        match near {
            Some(near) => format!(
                "Did you mean {near:?}? Otherwise declare it in [[{}s]]",
                self.what
            ),
            None => format!("Declare it in [[{}s]]", self.what),
        }
    }
}

fn pairs<'a>(tables: &[Table<'a>], from: &str, to: &str) -> BTreeMap<&'a str, &'a str> {
    let pair = |table: &Table<'a>| Some((table.raw(from)?.value, table.raw(to)?.value));
    // The first declaration of a name counts; a second one is a mistake of its own.
    tables.iter().rev().filter_map(pair).collect()
}
