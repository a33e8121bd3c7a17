//! From a text to a configuration: parses it, opens its tables, and has each section read. What one
//! section may say of another is in `declared`.

mod amounts;
mod conduct;
mod declared;
mod drop_copy;
mod halt_policies;
mod identity;
mod market;
mod members;
mod message_store;
mod midnight;
mod nova;
mod observation;
mod on_disconnect;
mod risk_limits;
mod schedules;
mod secrets;
mod sessions;
mod settings;
mod store;
mod syntax;
mod throttles;
mod trading_calendars;

use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;

use crate::keys;
use crate::mistake::{Fault, Mistakes, Report};
use crate::model::Config;
use crate::table::{Table, unknown_key};
use declared::Declared;

/// The tables of a file, opened: nothing in them is read yet.
struct Tables<'a> {
    venue: Table<'a>,
    fix: Table<'a>,
    tls: Table<'a>,
    journal: Table<'a>,
    fix_log: Table<'a>,
    metrics: Table<'a>,
    message_store: Table<'a>,
    settlement: Table<'a>,
    postgresql: Table<'a>,
    providers: Vec<Table<'a>>,
    instruments: Vec<Table<'a>>,
    firms: Vec<Table<'a>>,
    accounts: Vec<Table<'a>>,
    throttles: Vec<Table<'a>>,
    schedules: Vec<Table<'a>>,
    trading_calendars: Vec<Table<'a>>,
    halt_policies: Vec<Table<'a>>,
    sessions: Vec<Table<'a>>,
    risk_limits: Vec<Table<'a>>,
}

/// Reads a whole text.
pub(crate) fn config(text: &str, file: &Path) -> Result<Config, Mistakes> {
    let mut report = Report::new(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    syntax::report(&errors, &mut report);
    check_section_names(root.get_ref(), &mut report);
    let tables = open(root.get_ref(), &mut report);
    let config = sections(&tables, file, &mut report);
    report.finish(file, config)
}

fn sections(tables: &Tables<'_>, file: &Path, report: &mut Report) -> Option<Config> {
    let declared = Declared::gather(tables);
    // Each is read before any is given up, so that the mistakes of all are found.
    let venue = settings::venue(&tables.venue, report);
    let fix = settings::fix(&tables.fix, report);
    let tls = identity::tls(&tables.tls, file, report);
    if let Some(fix) = &fix {
        settings::check_listen(&tables.fix, fix.listen, tables.tls.is_there(), report);
    }
    let journal = settings::journal(&tables.journal, report);
    let fix_log = observation::fix_log(&tables.fix_log, report);
    let metrics = observation::metrics(&tables.metrics, report);
    let message_store = message_store::message_store(&tables.message_store, report);
    let store = store::store(&tables.settlement, &tables.postgresql, file, report);
    let settlement = settings::settlement(&tables.settlement, store, report);
    let providers = market::providers(&tables.providers, &declared, file, report);
    let instruments = market::instruments(&tables.instruments, &declared, report);
    let firms = members::firms(&tables.firms, &declared, report);
    let accounts = members::accounts(&tables.accounts, &declared, report);
    let throttles = throttles::throttles(&tables.throttles, &declared, report);
    let venue_wide = sessions::VenueWide {
        file,
        fix: fix.as_ref(),
        tls: tls.as_ref(),
        throttles: &throttles,
    };
    let sessions = sessions::sessions(&tables.sessions, &declared, venue_wide, report);
    let schedules = schedules::schedules(&tables.schedules, &declared, report);
    let calendars = &tables.trading_calendars;
    let trading_calendars = trading_calendars::trading_calendars(calendars, &declared, report);
    let halt_policies = instruments.as_ref().and_then(|listed| {
        let listed: Vec<_> = listed.iter().map(|one| one.symbol).collect();
        halt_policies::halt_policies(&tables.halt_policies, &listed, &declared, report)
    });
    let risk_limits = risk_limits::risk_limits(&tables.risk_limits, &declared, report);
    Some(Config {
        venue: venue?,
        fix: fix?,
        tls,
        journal: journal?,
        fix_log: fix_log?,
        metrics: metrics?,
        message_store,
        settlement: settlement?,
        providers: providers?,
        instruments: instruments?,
        firms: firms?,
        accounts: accounts?,
        schedules: schedules?,
        trading_calendars: trading_calendars?,
        halt_policies: halt_policies?,
        sessions: sessions?,
        risk_limits: risk_limits?,
    })
}

fn open<'a>(root: &'a DeTable<'a>, report: &mut Report) -> Tables<'a> {
    let tables = Tables {
        venue: Table::single(root, &keys::VENUE, report),
        fix: Table::single(root, &keys::FIX, report),
        tls: Table::single(root, &keys::TLS, report),
        journal: Table::single(root, &keys::JOURNAL, report),
        fix_log: Table::single(root, &keys::FIX_LOG, report),
        metrics: Table::single(root, &keys::METRICS, report),
        message_store: Table::single(root, &keys::MESSAGE_STORE, report),
        settlement: Table::single(root, &keys::SETTLEMENT, report),
        postgresql: Table::single(root, &keys::POSTGRESQL, report),
        providers: Table::repeated(root, &keys::PROVIDERS, report),
        instruments: Table::repeated(root, &keys::INSTRUMENTS, report),
        firms: Table::repeated(root, &keys::FIRMS, report),
        accounts: Table::repeated(root, &keys::ACCOUNTS, report),
        throttles: Table::repeated(root, &keys::THROTTLES, report),
        schedules: Table::repeated(root, &keys::SCHEDULES, report),
        trading_calendars: Table::repeated(root, &keys::TRADING_CALENDARS, report),
        halt_policies: Table::repeated(root, &keys::HALT_POLICIES, report),
        sessions: Table::repeated(root, &keys::SESSIONS, report),
        risk_limits: Table::repeated(root, &keys::RISK_LIMITS, report),
    };
    let needed = [
        (&keys::INSTRUMENTS, "nothing can be traded"),
        (&keys::FIRMS, "nobody can trade"),
        (&keys::SESSIONS, "nobody can log on"),
    ];
    for (section, consequence) in needed {
        let value = root.get(section.name).map(Spanned::get_ref);
        let items = value.map(|value| value.as_array().map(|items| items.is_empty()));
        // A value of another shape has been reported.
        if items.is_none_or(|empty| empty == Some(true)) {
            let what = format!("is missing: {consequence}");
            let remedy = format!("Add at least one table [[{}]]", section.name);
            report.add_absence(&(0..0), section.name, Fault::new(what, remedy));
        }
    }
    tables
}

fn check_section_names(root: &DeTable<'_>, report: &mut Report) {
    let known = keys::SECTIONS.map(|section| section.name);
    for (key, _) in root.iter() {
        let name = key.get_ref();
        if !known.contains(&name.as_ref()) {
            report.add(&key.span(), name, unknown_key(name, &known));
        }
    }
}

/// Every element of a repeated section, or nothing when any of them has mistakes.
fn every<'a, T>(tables: &[Table<'a>], read: impl FnMut(&Table<'a>) -> Option<T>) -> Option<Vec<T>> {
    // Collected first, so that a mistake in one does not end the reading of the others.
    let read: Vec<Option<T>> = tables.iter().map(read).collect();
    read.into_iter().collect()
}
