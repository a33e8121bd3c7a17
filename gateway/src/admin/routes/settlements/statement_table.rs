//! A statement as comma-separated values (RFC 4180): one line for each thing, and what kind of thing in the first column.

use std::fmt;

use super::statement::Statement;

/// The columns, in order.
const COLUMNS: [&str; 14] = [
    "record",
    "day",
    "firm",
    "account",
    "currency",
    "number",
    "time",
    "kind",
    "subject",
    "counterpart",
    "symbol",
    "state",
    "amount",
    "closing",
];

/// One line: a value for each column that the record has.
#[derive(Default)]
struct Line {
    record: &'static str,
    account: String,
    currency: String,
    number: String,
    time: String,
    kind: String,
    subject: String,
    counterpart: String,
    symbol: String,
    state: String,
    amount: String,
    closing: String,
}

impl Statement {
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for day in &self.accounts {
            lines.push(Line {
                record: "account",
                account: day.account.clone(),
                currency: day.currency.to_string(),
                amount: day.opening.to_string(),
                closing: day.closing.to_string(),
                ..Line::default()
            });
            lines.extend(day.movements.iter().map(|movement| Line {
                record: "movement",
                account: day.account.clone(),
                currency: day.currency.to_string(),
                number: movement.number.to_string(),
                time: movement.at.clone(),
                kind: movement.kind.clone(),
                subject: movement.subject.clone(),
                counterpart: movement.counterpart.clone().unwrap_or_default(),
                amount: movement.change.to_string(),
                ..Line::default()
            }));
        }
        lines.extend(self.obligations.iter().map(|one| Line {
            record: "obligation",
            account: one.account.to_string(),
            currency: one.currency.to_string(),
            time: one.executed_at.clone(),
            kind: one.owes.clone(),
            subject: one.reassignment.to_string(),
            symbol: one.symbol.to_string(),
            state: one.state.clone(),
            amount: one.price.to_string(),
            ..Line::default()
        }));
        lines.extend(self.net_cash.iter().map(|net| Line {
            record: "net_cash",
            currency: net.currency.to_string(),
            amount: net.net.to_string(),
            ..Line::default()
        }));
        lines.extend(self.net_instances.iter().map(|net| Line {
            record: "net_instances",
            symbol: net.symbol.to_string(),
            amount: net.net.to_string(),
            ..Line::default()
        }));
        lines
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&COLUMNS.join(","))?;
        let (day, firm) = (self.day.to_string(), self.firm.to_string());
        for line in self.lines() {
            let values = [
                line.record,
                &day,
                &firm,
                &line.account,
                &line.currency,
                &line.number,
                &line.time,
                &line.kind,
                &line.subject,
                &line.counterpart,
                &line.symbol,
                &line.state,
                &line.amount,
                &line.closing,
            ];
            f.write_str("\r\n")?;
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    f.write_str(",")?;
                }
                write_value(value, f)?;
            }
        }
        Ok(())
    }
}

/// A value, in quotes where it could be taken for more than one.
fn write_value(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value.contains([',', '"', '\r', '\n']) {
        write!(f, "\"{}\"", value.replace('"', "\"\""))
    } else {
        f.write_str(value)
    }
}

#[cfg(test)]
mod tests {
    use engine::Notional;

    use super::super::statement::{AccountDay, Movement, NetCash};
    use super::*;

    #[test]
    fn a_statement_is_a_table() {
        let usd = "USD".parse().expect("a currency");
        let amount = |micros| Notional::from_micros(micros);
        let statement = Statement {
            firm: "ALDER".parse().expect("a firm"),
            day: "2026-11-29".parse().expect("a day"),
            complete: true,
            accounts: vec![AccountDay {
                account: "cash:a,b".to_owned(),
                currency: usd,
                opening: amount(5_000_000),
                movements: vec![Movement {
                    number: 7,
                    at: "2026-11-29T10:00:00.000000Z".to_owned(),
                    kind: "VOID".to_owned(),
                    subject: "28-0-0".to_owned(),
                    counterpart: None,
                    change: amount(-1_250_000),
                }],
                closing: amount(3_750_000),
            }],
            obligations: Vec::new(),
            net_cash: vec![NetCash {
                currency: usd,
                to_receive: amount(0),
                to_pay: amount(300_000_000),
                net: amount(-300_000_000),
            }],
            net_instances: Vec::new(),
        };
        let expected = [
            "record,day,firm,account,currency,number,time,kind,subject,counterpart,symbol,state,amount,closing",
            "account,2026-11-29,ALDER,\"cash:a,b\",USD,,,,,,,,5.00,3.75",
            "movement,2026-11-29,ALDER,\"cash:a,b\",USD,7,2026-11-29T10:00:00.000000Z,VOID,28-0-0,,,,-1.25,",
            "net_cash,2026-11-29,ALDER,,USD,,,,,,,,-300.00,",
        ];
        assert_eq!(statement.to_string(), expected.join("\r\n"));
    }
}
