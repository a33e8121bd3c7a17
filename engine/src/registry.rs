//! Who may trade what: providers, firms, accounts, sessions and instruments.

use serde::{Deserialize, Serialize};

use crate::command::{FirmKind, Instrument, InstrumentKind, Origin, SelfMatchPolicy, SessionRole};
use crate::directory::{Directory, Named};
use crate::disconnect::Connection;
use crate::event::EventBody;
use crate::money::Price;
use crate::refusal::IgnoreReason;
use crate::text::{AccountName, FirmName, ProviderName, SessionName, Symbol};
use crate::time::Timestamp;
use crate::trading::Trading;
use crate::view::{InstrumentPhase, SessionPosition};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Registry {
    pub(crate) providers: Directory<ProviderName>,
    pub(crate) firms: Directory<Firm>,
    pub(crate) accounts: Directory<Account>,
    pub(crate) sessions: Directory<Session>,
    pub(crate) instruments: Directory<Listing>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Firm {
    pub(crate) name: FirmName,
    pub(crate) kind: FirmKind,
    /// What holds for orders that say nothing themselves.
    pub(crate) self_match: SelfMatchPolicy,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: AccountName,
    pub(crate) firm: u32,
    pub(crate) provider: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) name: SessionName,
    pub(crate) firm: u32,
    pub(crate) role: SessionRole,
    pub(crate) epoch: u32,
    pub(crate) last_msg_seq_num: u64,
    pub(crate) connection: Connection,
    /// When its numbers last started at 1; 0: they were never reset.
    pub(crate) reset_time: Timestamp,
}

/// An instrument, the place of its provider (none for a test instrument), and where it is in its day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listing {
    pub(crate) terms: Instrument,
    pub(crate) provider: Option<u32>,
    pub(crate) trading: Trading,
}

impl Listing {
    /// Its phase, as readers see it.
    pub(crate) fn phase(&self) -> InstrumentPhase {
        InstrumentPhase {
            symbol: self.terms.symbol,
            phase: self.trading.phase,
            scheduled: self.trading.scheduled.map(|step| step.phase),
            test: self.is_test(),
        }
    }

    pub(crate) fn is_test(&self) -> bool {
        self.provider.is_none()
    }
}

/// What became of a command that sets up the market.
pub(crate) type SetUp = Result<EventBody, IgnoreReason>;

impl Registry {
    /// Lists an instrument, or changes its tick and its limit. What it delivers and its currency
    /// stay: resting orders and holdings lean on them.
    pub(crate) fn list(&mut self, terms: Instrument) -> SetUp {
        if terms.tick <= Price::from_micros(0) || terms.max_order_quantity.is_zero() {
            return Err(IgnoreReason::Invalid);
        }
        if let Some(place) = self.instruments.find(&terms.symbol) {
            let listing = &mut self.instruments[place];
            if listing.terms == terms {
                return Err(IgnoreReason::AlreadySo);
            }
            if listing.terms.kind != terms.kind || listing.terms.currency != terms.currency {
                return Err(IgnoreReason::Contradicts);
            }
            listing.terms = terms;
        } else {
            let provider = match terms.kind {
                InstrumentKind::Instances { provider, .. } => Some(self.provider(provider)),
                InstrumentKind::Test => None,
            };
            let trading = Trading::default();
            self.instruments.add(Listing {
                terms,
                provider,
                trading,
            });
        }
        Ok(EventBody::InstrumentListed(terms))
    }

    pub(crate) fn admit_firm(&mut self, firm: FirmName, kind: FirmKind) -> SetUp {
        match self.firms.find(&firm) {
            Some(place) if self.firms[place].kind == kind => return Err(IgnoreReason::AlreadySo),
            Some(_) => return Err(IgnoreReason::Contradicts),
            None => self.firms.add(Firm {
                name: firm,
                kind,
                self_match: SelfMatchPolicy::default(),
            }),
        };
        Ok(EventBody::FirmAdmitted { firm, kind })
    }

    pub(crate) fn open_account(
        &mut self,
        account: AccountName,
        firm: FirmName,
        provider: Option<ProviderName>,
    ) -> SetUp {
        let owner = self.firms.find(&firm).ok_or(IgnoreReason::Unknown)?;
        if let Some(place) = self.accounts.find(&account) {
            let known = &self.accounts[place];
            let known_provider = known.provider.map(|place| self.providers[place]);
            let same = known.firm == owner && known_provider == provider;
            return Err(if same {
                IgnoreReason::AlreadySo
            } else {
                IgnoreReason::Contradicts
            });
        }
        let place = provider.map(|provider| self.provider(provider));
        self.accounts.add(Account {
            name: account,
            firm: owner,
            provider: place,
        });
        Ok(EventBody::AccountOpened {
            account,
            firm,
            provider,
        })
    }

    /// Lets a session in, or changes its role; a session never moves to another firm.
    pub(crate) fn admit_session(
        &mut self,
        session: SessionName,
        firm: FirmName,
        role: SessionRole,
    ) -> SetUp {
        let owner = self.firms.find(&firm).ok_or(IgnoreReason::Unknown)?;
        if let Some(place) = self.sessions.find(&session) {
            let known = &mut self.sessions[place];
            if known.firm != owner {
                return Err(IgnoreReason::Contradicts);
            }
            if known.role == role {
                return Err(IgnoreReason::AlreadySo);
            }
            known.role = role;
        } else {
            let (name, epoch, last_msg_seq_num) = (session, 0, 0);
            self.sessions.add(Session {
                name,
                firm: owner,
                role,
                epoch,
                last_msg_seq_num,
                connection: Connection::Unwatched,
                reset_time: Timestamp::default(),
            });
        }
        Ok(EventBody::SessionAdmitted {
            session,
            firm,
            permissions: role,
        })
    }

    pub(crate) fn reset_session(
        &mut self,
        session: SessionName,
        epoch: u32,
        time: Timestamp,
    ) -> SetUp {
        let place = self.sessions.find(&session).ok_or(IgnoreReason::Unknown)?;
        let known = &mut self.sessions[place];
        if epoch == known.epoch {
            return Err(IgnoreReason::AlreadySo);
        }
        if epoch < known.epoch {
            return Err(IgnoreReason::NotLater);
        }
        (known.epoch, known.last_msg_seq_num) = (epoch, 0);
        known.reset_time = time;
        Ok(EventBody::SessionReset { session, epoch })
    }

    /// The session that sent a command, when it is one that was admitted. Takes note that its
    /// message became a command, and refuses one that did before. What comes from elsewhere has no
    /// position to check.
    pub(crate) fn take_position(&mut self, origin: &Origin) -> Result<Option<u32>, IgnoreReason> {
        let Origin::Session {
            session,
            epoch,
            msg_seq_num,
        } = origin
        else {
            return Ok(None);
        };
        let Some(place) = self.sessions.find(session) else {
            return Ok(None);
        };
        let known = &mut self.sessions[place];
        if (*epoch, *msg_seq_num) <= (known.epoch, known.last_msg_seq_num) {
            return Err(IgnoreReason::AlreadyTaken);
        }
        (known.epoch, known.last_msg_seq_num) = (*epoch, *msg_seq_num);
        Ok(Some(place))
    }

    pub(crate) fn position(&self, session: u32) -> SessionPosition {
        let known = &self.sessions[session];
        SessionPosition {
            epoch: known.epoch,
            last_msg_seq_num: known.last_msg_seq_num,
            firm: self.firms[known.firm].name,
            role: known.role,
            connection: known.connection,
            reset_time: known.reset_time,
        }
    }

    fn provider(&mut self, name: ProviderName) -> u32 {
        self.providers.find_or_add(&name, || name)
    }
}

impl Named for ProviderName {
    type Name = Self;
    fn name(&self) -> Self {
        *self
    }
}

impl Named for Firm {
    type Name = FirmName;
    fn name(&self) -> FirmName {
        self.name
    }
}

impl Named for Account {
    type Name = AccountName;
    fn name(&self) -> AccountName {
        self.name
    }
}

impl Named for Session {
    type Name = SessionName;
    fn name(&self) -> SessionName {
        self.name
    }
}

impl Named for Listing {
    type Name = Symbol;
    fn name(&self) -> Symbol {
        self.terms.symbol
    }
}
