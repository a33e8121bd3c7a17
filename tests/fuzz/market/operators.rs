//! What operators and calendars ask of the market, from the words of a case to commands: limits are read as the operators'
//! channel reads them.
//!
//! | words | ask for |
//! |---|---|
//! | `phase SYMBOL PHASE` `calendar SYMBOL PHASE` | another phase, in an operator's name or the calendar's |
//! | `resume SYMBOL` | the end of a halt |
//! | `halt-policy SYMBOL kept straight`, `… cancelled 5` | what halts do, and how many seconds of an auction end them |
//! | `kill WHOSE` `release WHOSE` | a block of `venue`, `firm NAME` or `session NAME`, and its end |
//! | `limit KIND NAME SETTING` | a limit of a `firm`, an `account`, a `session` or an `instrument` |
//! | `limits-release KIND NAME` | the end of an operator's word on its limits |
//! | `bust N` `correct N PRICE` | another end of one of the trades that there were |
//!
//! Words that ask for nothing ask for nothing.

use std::time::Duration;

use engine::{
    Amendment, Command, HaltPolicy, HaltedOrders, Input, Origin, Phase, PhaseRequest, Remark,
    Resumption, RiskScope, Trade, TradeAmendment, TradingScope,
};
use gateway::limit_setting::LimitSetting;

use super::{Market, by_venue};

impl Market {
    /// What these words ask for.
    pub(in crate::fuzz) fn asked_by_operator(&self, words: &str) -> Option<Input> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let command = match words.as_slice() {
            ["calendar", symbol, phase] => {
                return Some(by_venue(change_phase(symbol, phase, None)?));
            }
            ["phase", symbol, phase] => change_phase(symbol, phase, Some(reason()))?,
            ["resume", symbol] => Command::ReleaseHalt {
                symbol: symbol.parse().ok()?,
                reason: Some(reason()),
            },
            ["halt-policy", symbol, orders, call] => Command::SetHaltPolicy {
                symbol: symbol.parse().ok()?,
                policy: halt_policy(orders, call)?,
            },
            ["kill", whose @ ..] => Command::BlockTrading {
                scope: trading_scope(whose)?,
                reason: reason(),
            },
            ["release", whose @ ..] => Command::ReleaseTrading {
                scope: trading_scope(whose)?,
                reason: reason(),
            },
            ["limit", kind, name, setting] => self.limit(risk_scope(kind, name)?, setting)?,
            ["limits-release", kind, name] => Command::ReleaseRiskLimits {
                scope: risk_scope(kind, name)?,
                reason: Some(reason()),
            },
            ["bust", place] => amend(self.trade(place)?, Amendment::Bust),
            ["correct", place, price] => {
                let price = price.parse().ok()?;
                amend(self.trade(place)?, Amendment::Correct { price })
            }
            _ => return None,
        };
        let name = "HUSH-DESK".parse().expect("a name");
        let origin = Origin::Operator { name };
        Some(Input { origin, command })
    }

    /// The limits in force, with one of them as it is written.
    fn limit(&self, scope: RiskScope, setting: &str) -> Option<Command> {
        let setting: LimitSetting = setting.parse().ok()?;
        if !setting.suits(&scope) {
            return None;
        }
        let known = self.engine.risk_limits_of(scope);
        let mut limits = known.map_or_else(Default::default, |view| view.effective().clone());
        setting.apply(&mut limits);
        Some(Command::SetRiskLimits {
            scope,
            limits,
            reason: Some(reason()),
        })
    }

    fn trade(&self, place: &str) -> Option<&Trade> {
        let place: usize = place.parse().ok()?;
        self.trades.get(place % self.trades.len().max(1))
    }
}

/// Both parties of a trade are told it.
fn reason() -> Remark {
    "asked for by the desk".parse().expect("a remark")
}

fn change_phase(symbol: &str, phase: &str, reason: Option<Remark>) -> Option<Command> {
    Some(Command::ChangePhase(PhaseRequest {
        symbol: symbol.parse().ok()?,
        phase: match phase {
            "closed" => Phase::Closed,
            "pre-open" => Phase::PreOpen,
            "opening-auction" => Phase::OpeningAuction,
            "continuous" => Phase::Continuous,
            "halted" => Phase::Halted,
            "closing-auction" => Phase::ClosingAuction,
            _ => return None,
        },
        reason,
        due: None,
    }))
}

fn halt_policy(orders: &str, call: &str) -> Option<HaltPolicy> {
    Some(HaltPolicy {
        orders: match orders {
            "kept" => HaltedOrders::Kept,
            "cancelled" => HaltedOrders::Cancelled,
            _ => return None,
        },
        resumption: match call {
            "straight" => Resumption::Straight,
            seconds => Resumption::Auction {
                call: Duration::from_secs(seconds.parse().ok()?),
            },
        },
    })
}

fn trading_scope(whose: &[&str]) -> Option<TradingScope> {
    Some(match whose {
        ["venue"] => TradingScope::Venue,
        ["firm", name] => TradingScope::Firm(name.parse().ok()?),
        ["session", name] => TradingScope::Session(name.parse().ok()?),
        _ => return None,
    })
}

fn risk_scope(kind: &str, name: &str) -> Option<RiskScope> {
    Some(match kind {
        "firm" => RiskScope::Firm(name.parse().ok()?),
        "account" => RiskScope::Account(name.parse().ok()?),
        "session" => RiskScope::Session(name.parse().ok()?),
        "instrument" => RiskScope::Instrument(name.parse().ok()?),
        _ => return None,
    })
}

fn amend(trade: &Trade, change: Amendment) -> Command {
    Command::AmendTrade(Box::new(TradeAmendment {
        trade: trade.clone(),
        change,
        reason: reason(),
    }))
}
