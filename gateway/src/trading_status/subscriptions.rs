//! What one client is told unasked about phases, for as long as its connection lasts, and no step twice: pure bookkeeping.

use std::collections::BTreeMap;

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
    /// There is one, by another name, for the same.
    #[error("the subscription {0} of this session is for the same: end that one first")]
    Followed(RequestName),
}

/// The subscriptions of a session.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// For one instrument: which, and from where in the event log on it is told of; `None` while the first answer is
    /// awaited.
    instruments: BTreeMap<RequestName, (Symbol, Option<EventPosition>)>,
    /// The same, to find them by instrument.
    by_instrument: BTreeMap<Symbol, RequestName>,
    /// For the market, and where it was told to stand; `None` while the first answer is awaited.
    market: Option<(RequestName, Option<Standing>)>,
}

impl Subscriptions {
    /// Whether another one, or another question, has room beside `waiting` questions.
    pub(crate) fn check_room(&self, waiting: usize) -> Result<(), Untaken> {
        let begun = self.instruments.len() + usize::from(self.market.is_some());
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
                if let Some(same) = self.by_instrument.get(&symbol) {
                    return Err(Untaken::Followed(*same));
                }
                self.instruments.insert(name, (symbol, None));
                self.by_instrument.insert(symbol, name);
            }
            Subject::Market => match self.market {
                Some((same, _)) if same == name => return Err(Untaken::Duplicate),
                Some((same, _)) => return Err(Untaken::Followed(same)),
                None => self.market = Some((name, None)),
            },
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
                    self.by_instrument.remove(&symbol);
                }
            },
            Subject::Market => {
                self.market
                    .take_if(|(begun, _)| *begun == name)
                    .ok_or(Untaken::Unknown)?;
            }
        }
        Ok(())
    }

    /// Whether there is one by this name.
    pub(crate) fn has(&self, name: &RequestName, subject: Subject) -> bool {
        match subject {
            Subject::Instrument(_) => self.instruments.contains_key(name),
            Subject::Market => self.market.is_some_and(|(begun, _)| begun == *name),
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
        if let Some((begun, told)) = &mut self.market
            && begun == name
        {
            *told = Some(standing);
        }
    }

    /// The one that is to be told what an event at this position says of an instrument.
    pub(crate) fn of_instrument(
        &self,
        symbol: &Symbol,
        position: EventPosition,
    ) -> Option<RequestName> {
        let name = *self.by_instrument.get(symbol)?;
        let (_, from) = self.instruments.get(&name)?;
        from.is_some_and(|from| from <= position).then_some(name)
    }

    /// The one for the market, once its first answer has come, and where that was told to stand.
    pub(crate) fn of_market(&self) -> Option<(RequestName, Standing)> {
        let (name, told) = self.market?;
        Some((name, told?))
    }

    /// Those for instruments whose first answer has come.
    pub(crate) fn answered(&self) -> Vec<(RequestName, Symbol)> {
        let all = self.instruments.iter();
        let answered = all.filter(|(_, (_, from))| from.is_some());
        answered
            .map(|(name, (symbol, _))| (*name, *symbol))
            .collect()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.instruments.is_empty() && self.market.is_none()
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
    fn told(subscriptions: &Subscriptions, symbol: &str, position: u64) -> Option<RequestName> {
        subscriptions.of_instrument(&symbol.parse().unwrap(), EventPosition::new(position))
    }

    #[test]
    fn each_is_told_of_its_own_instrument_from_its_first_answer_on() {
        let mut subscriptions = Subscriptions::default();
        for (id, symbol, from) in [("1", "A", 10), ("2", "B", 20)] {
            assert_eq!(subscriptions.begin(name(id), instrument(symbol)), Ok(()));
            assert_eq!(told(&subscriptions, symbol, 30), None);
            subscriptions.told_instrument(&name(id), EventPosition::new(from));
        }
        // Its first answer is to come.
        assert_eq!(subscriptions.begin(name("3"), instrument("C")), Ok(()));
        for (symbol, position, expected) in [
            ("A", 9, None),
            ("A", 10, Some("1")),
            ("A", 30, Some("1")),
            ("B", 19, None),
            ("B", 30, Some("2")),
            ("AA", 30, None),
            ("C", 30, None),
        ] {
            let told = told(&subscriptions, symbol, position);
            assert_eq!(told, expected.map(name), "{symbol} {position}");
        }
        let answered = subscriptions.answered().into_iter();
        let names: Vec<_> = answered.map(|(name, _)| name).collect();
        assert_eq!(names, [name("1"), name("2")]);
        assert_eq!(subscriptions.end(name("1"), instrument("A")), Ok(()));
        assert_eq!(told(&subscriptions, "A", 30), None);
    }

    #[test]
    fn there_is_one_for_each_instrument_and_one_for_the_market() {
        let mut subscriptions = Subscriptions::default();
        for subject in [instrument("A"), Subject::Market] {
            assert_eq!(subscriptions.begin(name("1"), subject), Ok(()));
            let second = subscriptions.begin(name("2"), subject);
            assert_eq!(second, Err(Untaken::Followed(name("1"))));
            assert!(!subscriptions.has(&name("2"), subject));
            assert_eq!(subscriptions.end(name("1"), subject), Ok(()));
            assert_eq!(subscriptions.begin(name("2"), subject), Ok(()));
        }
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
        assert_eq!(subscriptions.end(name("1"), market), Ok(()));
        assert!(!subscriptions.has(&name("1"), market) && !subscriptions.is_empty());
        assert_eq!(subscriptions.end(name("1"), instrument("B")), Ok(()));
        assert!(subscriptions.is_empty());
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let mut subscriptions = Subscriptions::default();
        for number in 2..=SUBSCRIPTIONS_MAX {
            let number = number.to_string();
            let begun = subscriptions.begin(name(&number), instrument(&number));
            assert_eq!(begun, Ok(()));
        }
        assert_eq!(subscriptions.check_room(0), Ok(()));
        assert_eq!(subscriptions.check_room(1), Err(Untaken::TooMany));
        assert_eq!(subscriptions.begin(name("1"), Subject::Market), Ok(()));
        assert_eq!(subscriptions.check_room(0), Err(Untaken::TooMany));
    }

    #[test]
    fn the_market_is_as_it_was_told_to_stand() {
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
        assert_eq!(subscriptions.of_market(), None);
        subscriptions.told_market(&name("1"), open);
        // That was asked once, by another name.
        subscriptions.told_market(&name("2"), closed);
        assert_eq!(subscriptions.of_market(), Some((name("1"), open)));
        subscriptions.told_market(&name("1"), closed);
        assert_eq!(subscriptions.of_market(), Some((name("1"), closed)));
    }
}
