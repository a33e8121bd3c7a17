//! The market without its journal: a command in, its events out.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use config::Config;
use engine::{CommandNumber, CurrencyCode, Engine, Event, Input, Sequenced, Symbol, Timestamp};

pub(super) struct Market {
    engine: Engine,
    number: u64,
}

/// The currency of each instrument's prices.
pub(super) type Currencies = Arc<BTreeMap<Symbol, CurrencyCode>>;

pub(super) fn currencies(config: &Config) -> Currencies {
    let instruments = config.instruments.iter();
    Arc::new(
        instruments
            .map(|instrument| (instrument.symbol, instrument.currency))
            .collect(),
    )
}

impl Market {
    pub(super) fn new() -> Self {
        Self {
            engine: Engine::new(),
            number: 0,
        }
    }

    pub(super) fn apply(&mut self, now: DateTime<Utc>, input: Input, events: &mut Vec<Event>) {
        self.number += 1;
        let sequenced = Sequenced {
            number: CommandNumber::new(self.number),
            time: Timestamp::from_nanos(
                u64::try_from(now.timestamp_nanos_opt().unwrap_or_default()).unwrap_or_default(),
            ),
            input,
        };
        self.engine.apply(&sequenced, events);
    }
}
