//! Reads an inline table of currencies and amounts, such as `{ USD = "10000.00" }`.

use engine::{CurrencyCode, Notional};

use crate::mistake::{Fault, Report};
use crate::table::{Table, article};
use crate::value;

/// The amounts of a key, in the order of the currency codes; none where it is absent.
pub(super) fn by_currency(
    table: &Table<'_>,
    key: &'static str,
    report: &mut Report,
) -> Option<Vec<(CurrencyCode, Notional)>> {
    let Some(value) = table.value(key) else {
        return Some(Vec::new());
    };
    let path = table.path(key);
    let Some(amounts) = value.get_ref().as_table() else {
        let what = format!(
            "is {}, where amounts by currency are expected",
            article(value.get_ref())
        );
        let fault = Fault::new(what, "Write them as { USD = \"10000.00\" }");
        report.add(&value.span(), &path, fault);
        return None;
    };
    let mut read = Vec::with_capacity(amounts.len());
    for (currency, amount) in amounts.iter() {
        let code = value::parse_name::<CurrencyCode>(currency.get_ref());
        let code = code.map_err(|fault| report.add(&currency.span(), &path, fault));
        let micros = value::micros(amount);
        let micros = micros.map_err(|fault| report.add(&amount.span(), &path, fault));
        read.push(code.ok().zip(micros.ok()));
    }
    let amount = |(code, micros)| (code, Notional::from_micros(i128::from(micros)));
    read.into_iter().map(|read| read.map(amount)).collect()
}
