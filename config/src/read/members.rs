//! Reads the members: firms and their accounts.

use super::declared::Declared;
use super::{amounts, every};
use crate::mistake::{Fault, Report};
use crate::model::{Account, Firm};
use crate::table::Table;
use crate::value;
use engine::{
    AccountName, FirmKind, FirmName, ProviderName, SelfMatchInstruction, SelfMatchPolicy,
    SelfMatchScope,
};

/// What `firms.kind` takes.
pub(super) const FIRM_KINDS: [(&str, FirmKind); 4] = [
    ("broker", FirmKind::Broker),
    ("market_maker", FirmKind::MarketMaker),
    ("provider", FirmKind::Provider),
    ("regulator", FirmKind::Regulator),
];

/// What `firms.self_match_scope` takes.
const SELF_MATCH_SCOPES: [(&str, SelfMatchScope); 2] = [
    ("account", SelfMatchScope::Account),
    ("firm", SelfMatchScope::Firm),
];

/// What `firms.self_match` takes.
const SELF_MATCH_INSTRUCTIONS: [(&str, SelfMatchInstruction); 4] = [
    ("cancel_taker", SelfMatchInstruction::CancelTaker),
    ("cancel_maker", SelfMatchInstruction::CancelMaker),
    ("cancel_both", SelfMatchInstruction::CancelBoth),
    (
        "decrement_and_cancel",
        SelfMatchInstruction::DecrementAndCancel,
    ),
];

pub(super) fn firms(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<Firm>> {
    every(tables, |table| firm(table, declared, report))
}

fn firm(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<Firm> {
    declared.firms.check_unique(table, "name", report);
    let name = table.required("name", value::name::<FirmName>, report);
    let kind = table.required("kind", |v| value::choice(v, &FIRM_KINDS), report);
    let provider = match kind.as_ref().map(|kind| kind.value) {
        Some(FirmKind::Provider) => {
            check_provider(table, declared, report);
            let provider = table.required("provider", value::name::<ProviderName>, report);
            Some(provider?.value)
        }
        Some(FirmKind::Broker | FirmKind::MarketMaker | FirmKind::Regulator) => {
            let fault = Fault::new(
                "does not apply: the firm is not a provider",
                "Remove it, or set kind = \"provider\"",
            );
            table.forbid("provider", fault, report);
            None
        }
        None => None,
    };
    let self_match = self_match(table, kind.as_ref().map(|kind| kind.value), report);
    Some(Firm {
        name: name?.value,
        kind: kind?.value,
        provider,
        self_match,
    })
}

/// What is done when orders of the firm would trade with each other.
fn self_match(table: &Table<'_>, kind: Option<FirmKind>, report: &mut Report) -> SelfMatchPolicy {
    if kind == Some(FirmKind::Regulator) {
        for key in ["self_match_scope", "self_match"] {
            let fault = Fault::new("does not apply: a regulator sends no orders", "Remove it");
            table.forbid(key, fault, report);
        }
        return SelfMatchPolicy::default();
    }
    let scope = |v| value::choice(v, &SELF_MATCH_SCOPES);
    let instruction = |v| value::choice(v, &SELF_MATCH_INSTRUCTIONS);
    SelfMatchPolicy {
        scope: table.or("self_match_scope", SelfMatchScope::default(), scope, report),
        instruction: table.or(
            "self_match",
            SelfMatchInstruction::default(),
            instruction,
            report,
        ),
    }
}

pub(super) fn accounts(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<Account>> {
    every(tables, |table| account(table, declared, report))
}

fn account(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<Account> {
    declared.accounts.check_unique(table, "name", report);
    let name = table.required("name", value::name::<AccountName>, report);
    let firm = table.required("firm", value::name::<FirmName>, report);
    check_owner(table, declared, report);
    check_provider(table, declared, report);
    let provider = table.optional("provider", value::name::<ProviderName>, report);
    let opening_cash = amounts::by_currency(table, "opening_cash", report);
    if !table.has("provider") && table.has("opening_cash") {
        let fault = Fault::new(
            "does not apply: an account at no provider trades test instruments, which move no cash",
            "Remove it, or name the account's provider",
        );
        report.add_absence(
            &table.span_of("opening_cash"),
            &table.path("opening_cash"),
            fault,
        );
    }
    Some(Account {
        name: name?.value,
        firm: firm?.value,
        provider: provider.map(|found| found.value),
        opening_cash: opening_cash?,
    })
}

/// The firm exists, may hold accounts, and may hold one at this provider.
fn check_owner(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) {
    let Some(firm) = table.raw("firm") else {
        return;
    };
    if !declared
        .firms
        .check_known(&firm, &table.path("firm"), report)
    {
        return;
    }
    match declared.kind_of(firm.value) {
        Some(FirmKind::Regulator) => {
            let fault = Fault::new(
                format!("{:?} is a regulator, which does not trade", firm.value),
                "Name another firm, or remove the account",
            );
            report.add(&firm.span, &table.path("firm"), fault);
        }
        Some(FirmKind::Provider) => check_own_provider(table, firm.value, declared, report),
        Some(FirmKind::Broker | FirmKind::MarketMaker) | None => {}
    }
}

/// A provider buys back its own capacity: its accounts are at itself.
fn check_own_provider(table: &Table<'_>, firm: &str, declared: &Declared<'_>, report: &mut Report) {
    let (Some(at), Some(own)) = (table.raw("provider"), declared.provider_of(firm)) else {
        return;
    };
    if at.value != own {
        let fault = Fault::new(
            format!(
                "{firm:?} is the provider {own:?}, and cannot hold an account at {:?}",
                at.value
            ),
            format!("Write provider = {own:?}"),
        );
        report.add(&at.span, &table.path("provider"), fault);
    }
}

fn check_provider(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) {
    if let Some(name) = table.raw("provider") {
        declared
            .providers
            .check_known(&name, &table.path("provider"), report);
    }
}
