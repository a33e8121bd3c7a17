//! What one client is told unasked about phases, for as long as its connection lasts: pure bookkeeping.

use std::collections::{BTreeMap, BTreeSet};

use engine::Symbol;
use sequencer::EventPosition;

use super::census::Standing;
use super::question::{RequestName, Subject};

/// So many subscriptions one session has, with the questions that wait for their answer.
pub(crate) const SUBSCRIPTIONS_MAX: usize = 1_000;

/// Why a subscription is not begun or not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untaken {
    /// There is one by this name.
    #[error(
        "there is a subscription by this name already: give another one, or end that one first"
    )]
    Duplicate,
    /// There are too many.
    #[error(
        "there are {SUBSCRIPTIONS_MAX} subscriptions and questions in this session, the most there may be: \
         end some first"
    )]
    TooMany,
    /// There is none by this name that could end.
    #[error("there is no subscription by this name in this connection")]
    Unknown,
    /// The one by this name is for another instrument.
    #[error("the subscription by this name is for {0}")]
    Other(Symbol),
}

/// The subscriptions of a session.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// For one instrument: which, and from where in the event log on it is told of; `None` while the first answer is
    /// awaited.
    instruments: BTreeMap<RequestName, (Symbol, Option<EventPosition>)>,
    /// The same, to find them by instrument.
    by_instrument: BTreeSet<(Symbol, RequestName)>,
    /// For the market, and where it was told to stand; `None` while the first answer is awaited.
    markets: BTreeMap<RequestName, Option<Standing>>,
}

impl Subscriptions {
    /// Whether another one, or another question, has room beside `waiting` questions.
    pub(crate) fn check_room(&self, waiting: usize) -> Result<(), Untaken> {
        let begun = self.instruments.len() + self.markets.len();
        if begun.saturating_add(waiting) < SUBSCRIPTIONS_MAX {
            Ok(())
        } else {
            Err(Untaken::TooMany)
        }
    }

    /// Begins one, whose first answer is to come.
    pub(crate) fn begin(&mut self, name: RequestName, subject: Subject) -> Result<(), Untaken> {
        match subject {
            Subject::Instrument(symbol) => {
                if self.instruments.contains_key(&name) {
                    return Err(Untaken::Duplicate);
                }
                self.instruments.insert(name, (symbol, None));
                self.by_instrument.insert((symbol, name));
            }
            Subject::Market => {
                if self.markets.contains_key(&name) {
                    return Err(Untaken::Duplicate);
                }
                self.markets.insert(name, None);
            }
        }
        Ok(())
    }

    /// Ends one at the client's wish.
    pub(crate) fn end(&mut self, name: RequestName, subject: Subject) -> Result<(), Untaken> {
        match subject {
            Subject::Instrument(symbol) => match self.instruments.get(&name) {
                None => return Err(Untaken::Unknown),
                Some((known, _)) if *known != symbol => return Err(Untaken::Other(*known)),
                Some(_) => {
                    self.instruments.remove(&name);
                    self.by_instrument.remove(&(symbol, name));
                }
            },
            Subject::Market => {
                self.markets.remove(&name).ok_or(Untaken::Unknown)?;
            }
        }
        Ok(())
    }

    /// Whether there is one by this name.
    pub(crate) fn has(&self, name: &RequestName, subject: Subject) -> bool {
        match subject {
            Subject::Instrument(_) => self.instruments.contains_key(name),
            Subject::Market => self.markets.contains_key(name),
        }
    }

    /// The first answer has told what was before this position.
    pub(crate) fn told_instrument(&mut self, name: &RequestName, from: EventPosition) {
        if let Some((_, begins)) = self.instruments.get_mut(name) {
            *begins = Some(from);
        }
    }

    /// The first answer, or one that followed, has told this of the market.
    pub(crate) fn told_market(&mut self, name: &RequestName, standing: Standing) {
        if let Some(told) = self.markets.get_mut(name) {
            *told = Some(standing);
        }
    }

    /// Those that are to be told what an event at this position says of an instrument.
    pub(crate) fn of_instrument(
        &self,
        symbol: Symbol,
        position: EventPosition,
    ) -> impl Iterator<Item = RequestName> + '_ {
        let first = RequestName::new("!").expect("one printable character is a name");
        let all = self.by_instrument.range((symbol, first)..);
        let names = all.take_while(move |(of, _)| *of == symbol);
        names.map(|(_, name)| *name).filter(move |name| {
            let begun = self.instruments.get(name);
            begun.is_some_and(|(_, from)| from.is_some_and(|from| from <= position))
        })
    }

    /// Those that were told that the market stands otherwise.
    pub(crate) fn of_market(&self, standing: Standing) -> Vec<RequestName> {
        let behind = self
            .markets
            .iter()
            .filter(|(_, told)| told.is_some_and(|told| told != standing));
        behind.map(|(name, _)| *name).collect()
    }

    /// Whether any is for the market.
    pub(crate) fn has_market(&self) -> bool {
        !self.markets.is_empty()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.instruments.is_empty() && self.markets.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> RequestName {
        text.parse().unwrap()
    }

    fn instrument(symbol: &str) -> Subject {
        Subject::Instrument(symbol.parse().unwrap())
    }

    /// Who is told what the event at this position says of this instrument.
    fn told(subscriptions: &Subscriptions, symbol: &str, position: u64) -> String {
        let position = EventPosition::new(position);
        let names = subscriptions.of_instrument(symbol.parse().unwrap(), position);
        names.map(|name| format!("{name} ")).collect()
    }

    #[test]
    fn each_is_told_of_its_own_instrument_from_its_first_answer_on() {
        let mut subscriptions = Subscriptions::default();
        for (id, symbol, from) in [("1", "A", 10), ("2", "B", 20), ("3", "A", 30)] {
            assert_eq!(subscriptions.begin(name(id), instrument(symbol)), Ok(()));
            subscriptions.told_instrument(&name(id), EventPosition::new(from));
        }
        // Its first answer is to come.
        assert_eq!(subscriptions.begin(name("4"), instrument("A")), Ok(()));
        for (symbol, position, expected) in [
            ("A", 9, ""),
            ("A", 10, "1 "),
            ("A", 30, "1 3 "),
            ("B", 19, ""),
            ("B", 30, "2 "),
            ("AA", 30, ""),
        ] {
            let told = told(&subscriptions, symbol, position);
            assert_eq!(told, expected, "{symbol} {position}");
        }
        assert_eq!(subscriptions.end(name("1"), instrument("A")), Ok(()));
        assert_eq!(told(&subscriptions, "A", 30), "3 ");
    }

    #[test]
    fn names_are_used_once_and_end_what_they_began() {
        let mut subscriptions = Subscriptions::default();
        let (other, market) = ("B".parse().unwrap(), Subject::Market);
        assert_eq!(subscriptions.begin(name("1"), instrument("B")), Ok(()));
        // The two kinds of requests have names of their own.
        assert_eq!(subscriptions.begin(name("1"), market), Ok(()));
        for subject in [instrument("A"), market] {
            let again = subscriptions.begin(name("1"), subject);
            assert_eq!(again, Err(Untaken::Duplicate));
            let unknown = subscriptions.end(name("2"), subject);
            assert_eq!(unknown, Err(Untaken::Unknown));
        }
        let wrong = subscriptions.end(name("1"), instrument("A"));
        assert_eq!(wrong, Err(Untaken::Other(other)));
        assert!(subscriptions.has_market());
        assert_eq!(subscriptions.end(name("1"), market), Ok(()));
        assert!(!subscriptions.has_market() && !subscriptions.is_empty());
        assert_eq!(subscriptions.end(name("1"), instrument("B")), Ok(()));
        assert!(subscriptions.is_empty());
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let mut subscriptions = Subscriptions::default();
        for number in 2..=SUBSCRIPTIONS_MAX {
            let name = name(&number.to_string());
            assert_eq!(subscriptions.begin(name, instrument("A")), Ok(()));
        }
        assert_eq!(subscriptions.check_room(0), Ok(()));
        assert_eq!(subscriptions.check_room(1), Err(Untaken::TooMany));
        assert_eq!(subscriptions.begin(name("1"), Subject::Market), Ok(()));
        assert_eq!(subscriptions.check_room(0), Err(Untaken::TooMany));
    }

    #[test]
    fn the_market_is_told_when_it_stands_otherwise() {
        use engine::Phase;
        use fix_codec::values::TradSesStatus;
        let stands = |status, phase| Standing {
            status,
            phase: Some(phase),
        };
        let open = stands(TradSesStatus::Open, Phase::Continuous);
        let closed = stands(TradSesStatus::Closed, Phase::Closed);
        let mut subscriptions = Subscriptions::default();
        assert_eq!(subscriptions.begin(name("1"), Subject::Market), Ok(()));
        assert_eq!(subscriptions.of_market(open), []);
        subscriptions.told_market(&name("1"), open);
        assert_eq!(subscriptions.of_market(open), []);
        assert_eq!(subscriptions.of_market(closed), [name("1")]);
    }
}
