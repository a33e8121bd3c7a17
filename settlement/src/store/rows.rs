//! Reading rows back. A row is input like any other: it is parsed, never asserted.

use std::str::FromStr;

use engine::Timestamp;
use sqlx::{Row, any::AnyRow};

use super::{StoreError, rulings};
use crate::{
    ledger::Amount,
    record::{Learnt, Parked, Record, Terms},
    state::State,
};

/// Typed columns of a row.
pub(super) trait Read {
    /// A whole number.
    fn whole(&self, column: &'static str) -> Result<i64, StoreError>;
    /// A whole number, if there is one.
    fn maybe_whole(&self, column: &'static str) -> Result<Option<i64>, StoreError>;
    /// Text, if there is some.
    fn maybe_string(&self, column: &'static str) -> Result<Option<String>, StoreError>;

    /// Text.
    fn string(&self, column: &'static str) -> Result<String, StoreError> {
        self.maybe_string(column)?
            .ok_or(StoreError::Unreadable(column))
    }

    /// Text of a known form.
    fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.string(column)?
            .parse()
            .map_err(|_| StoreError::Unreadable(column))
    }

    /// Text of a known form, if there is some.
    fn maybe_parsed<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_string(column)?
            .map(|text| text.parse().map_err(|_| StoreError::Unreadable(column)))
            .transpose()
    }

    /// A whole number within the bounds of `T`.
    fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.whole(column)?).map_err(|_| StoreError::Unreadable(column))
    }

    /// A whole number within the bounds of `T`, if there is one.
    fn maybe_count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_whole(column)?
            .map(|value| T::try_from(value).map_err(|_| StoreError::Unreadable(column)))
            .transpose()
    }

    /// A flag.
    fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.whole(column)? != 0)
    }

    /// A time.
    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.count(column).map(Timestamp::from_nanos)
    }

    /// A state.
    fn state(&self, column: &'static str) -> Result<State, StoreError> {
        State::parse(&self.string(column)?).ok_or(StoreError::Unreadable(column))
    }
}

impl Read for AnyRow {
    fn whole(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_whole(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_string(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// A row of `reassignments`.
pub(super) fn record(row: &AnyRow) -> Result<Record, StoreError> {
    Ok(Record {
        terms: terms(row)?,
        state: row.state("state")?,
        entered_at: row.time("entered_at")?,
        attempts: row.count("attempts")?,
        failures: row.count("failures")?,
        round: row.count("round")?,
        task: row.maybe_string("task")?,
        learnt: Learnt {
            generation: row.maybe_count("generation")?,
            image_digest: row.maybe_string("image_digest")?,
            new_instance: row.maybe_parsed("new_instance")?,
            old_process: row.maybe_count("old_process")?,
            new_process: row.maybe_count("new_process")?,
            address: row.maybe_string("address")?,
        },
        fence_held: row.flag("fence_held")?,
        lease_epoch: row.count("lease_epoch")?,
        said: rulings::said(row)?,
        corrections: row.count("corrections")?,
        parked: parked(row)?,
        told_failed: row.flag("told_failed")?,
    })
}

fn parked(row: &impl Read) -> Result<Option<Parked>, StoreError> {
    let Some(name) = row.maybe_string("parked_from")? else {
        return Ok(None);
    };
    Ok(Some(Parked {
        from: State::parse(&name).ok_or(StoreError::Unreadable("parked_from"))?,
        age_nanos: row.count("parked_age")?,
    }))
}

fn terms(row: &AnyRow) -> Result<Terms, StoreError> {
    Ok(Terms {
        id: row.parsed("id")?,
        symbol: row.parsed("symbol")?,
        provider: row.parsed("provider")?,
        slot: row.parsed("slot")?,
        old_instance: row.parsed("old_instance")?,
        image: row.maybe_parsed("image")?,
        retire: row.flag("retire")?,
        buyer: row.parsed("buyer")?,
        seller: row.parsed("seller")?,
        currency: row.parsed("currency")?,
        price: Amount::new(i128::from(row.whole("price")?))
            .ok_or(StoreError::Unreadable("price"))?,
        executed_at: row.time("executed_at")?,
    })
}
