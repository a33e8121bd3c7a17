//! The engine: all market state, and the one way to change it.

use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;

use crate::amending::Amendments;
use crate::blocking::Blocks;
use crate::book::{Book, Level};
use crate::command::{Command, Origin, Sequenced, Side};
use crate::event::{Event, EventBody, OrderView};
use crate::ids::{CommandNumber, OrderId};
use crate::inventory::{Inventory, Slot};
use crate::orders::Orders;
use crate::output::Output;
use crate::refusal::IgnoreReason;
use crate::registry::{Registry, SetUp};
use crate::risk::Risk;
use crate::slab::{Place, Slab};
use crate::text::{ClientOrderId, SessionName, Symbol};
use crate::time::Timestamp;
use crate::trades::Trades;
use crate::view::{BookTop, Holding, InstrumentPhase, SessionPosition};

/// All market state. Clone it to look at a moment of it in peace.
///
/// It serialises to the same bytes whenever it holds the same state, however it came to it, and an
/// engine read back from them goes on as the one that was written.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    pub(crate) last: Option<(CommandNumber, Timestamp)>,
    pub(crate) registry: Registry,
    pub(crate) inventory: Inventory,
    pub(crate) orders: Orders,
    pub(crate) levels: Slab<Level>,
    /// By the place of the instrument in the registry.
    pub(crate) books: Vec<Book>,
    pub(crate) trades: Trades,
    pub(crate) risk: Risk,
    pub(crate) amendments: Amendments,
    /// Sessions that are lost, by their place, and when that has consequences; the next one first.
    pub(crate) lost: BTreeSet<(Timestamp, u32)>,
    /// Who may not trade.
    pub(crate) blocks: Blocks,
    /// Instruments that reopen with an auction after a halt, by place, and when its call ends; the next one first.
    pub(crate) reopening: BTreeSet<(Timestamp, u32)>,
    /// Stop orders that this command has elected and that have not come to the market yet; none between commands.
    pub(crate) elected: VecDeque<Place>,
}

impl Engine {
    /// A market with no instruments, firms or orders.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one command and appends the events that it causes: at least one. Timers whose time has come by
    /// then fire before it, whatever it is.
    ///
    /// # Panics
    /// When a command is missing before this one, when time goes back, or when an invariant of the
    /// engine is broken: faults of the sequencer or the engine, never of who sent the command.
    pub fn apply(&mut self, sequenced: &Sequenced, events: &mut Vec<Event>) {
        self.advance(sequenced.number, sequenced.time);
        let mut out = Output::new(sequenced, events);
        self.measure_new(sequenced);
        if matches!(sequenced.input.command, Command::EndTradingDay) {
            self.fire_endings(&mut out);
        } else {
            self.fire_timers(&mut out);
        }
        let origin = &sequenced.input.origin;
        if let Err(reason) = self.admit(origin, &sequenced.input.command, &mut out) {
            out.push(EventBody::Ignored {
                origin: *origin,
                reason,
            });
        }
        self.trigger_elected(&mut out);
        // A time of grace that is zero is over at once.
        self.fire_timers(&mut out);
        assert!(!out.is_empty(), "every command is answered");
    }

    fn admit(
        &mut self,
        origin: &Origin,
        command: &Command,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        match command {
            Command::SubmitOrder(_)
            | Command::CancelOrder(_)
            | Command::SubmitOrderAgain(_)
            | Command::CancelOrderAgain(_)
            | Command::ReplaceOrder(_)
            | Command::ReplaceOrderAgain(_)
            | Command::CancelOrders(_)
            | Command::CancelOrdersAgain(_)
            | Command::ReportOrder(_)
            | Command::ReportOrders(_) => self.take_request(*origin, command, out),
            Command::DepositInstance {
                slot,
                instance,
                account,
                symbol,
            } => self.deposit(*origin, (*slot, *instance, *account, *symbol), out),
            Command::WithdrawInstance { slot, account, .. } => {
                self.withdraw(*origin, *slot, *account, out)
            }
            Command::ResetSession { session, epoch } => {
                let other =
                    matches!(origin, Origin::Session { session: own, .. } if own != session);
                permit(!other)?;
                let time = self.last.map(|(_, time)| time).unwrap_or_default();
                self.registry
                    .reset_session(*session, *epoch, time)
                    .map(|event| out.push(event))
            }
            Command::UpdateReassignment { .. } => {
                permit(!is_session(origin))?;
                self.update_reassignment(command, out)
            }
            Command::AmendTrade(request) => self.amend_trade(*origin, request, out),
            Command::EndTradingDay => {
                permit(!is_session(origin))?;
                self.end_trading_day(out);
                Ok(())
            }
            Command::ChangePhase(request) => self.change_phase(*origin, request, out),
            Command::ReleaseHalt { symbol, reason } => {
                self.release_halt(*origin, symbol, *reason, out)
            }
            Command::ConnectSession { .. }
            | Command::DisconnectSession { .. }
            | Command::FireTimers => {
                permit(!is_session(origin))?;
                self.mind_clients(command, out)
            }
            Command::BlockTrading { .. } | Command::ReleaseTrading { .. } => {
                self.switch_trading(*origin, command, out)
            }
            Command::ListInstrument(_)
            | Command::AdmitFirm { .. }
            | Command::OpenAccount { .. }
            | Command::AdmitSession { .. }
            | Command::SetSelfMatchPrevention { .. } => {
                permit(!is_session(origin))?;
                self.set_up(command).map(|event| out.push(event))
            }
            Command::SetRiskLimits { .. }
            | Command::ReleaseRiskLimits { .. }
            | Command::SetHaltPolicy { .. }
            | Command::ReleaseHaltPolicy { .. } => {
                self.lay_down(*origin, command).map(|event| out.push(event))
            }
        }
    }

    /// What the configuration and operators lay down about limits and halts.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "four commands lay down limits and what halts do"
    )]
    fn lay_down(&mut self, origin: Origin, command: &Command) -> Result<EventBody, IgnoreReason> {
        match command {
            Command::SetRiskLimits {
                scope,
                limits,
                reason,
            } => self.set_risk_limits(origin, *scope, limits, *reason),
            Command::ReleaseRiskLimits { scope, reason } => {
                self.release_risk_limits(origin, *scope, *reason)
            }
            Command::SetHaltPolicy { symbol, policy } => {
                self.set_halt_policy(origin, *symbol, *policy)
            }
            Command::ReleaseHaltPolicy { symbol } => self.release_halt_policy(origin, *symbol),
            _ => unreachable!("only commands that lay something down come here"),
        }
    }

    /// What members ask, by a message of a session that was not taken before.
    fn take_request(
        &mut self,
        origin: Origin,
        command: &Command,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let sender = self.registry.take_position(&origin)?;
        if let Some(client_order_id) = client_order_id_sent_again(command) {
            self.unseen(sender, client_order_id)?;
        }
        match command {
            Command::SubmitOrder(order) | Command::SubmitOrderAgain(order) => {
                self.submit(origin, sender, order, out);
            }
            Command::CancelOrder(request) | Command::CancelOrderAgain(request) => {
                self.cancel(origin, sender, request, out);
            }
            Command::ReplaceOrder(request) | Command::ReplaceOrderAgain(request) => {
                self.replace(origin, sender, request, out);
            }
            Command::CancelOrders(request) | Command::CancelOrdersAgain(request) => {
                self.cancel_many(origin, sender, request, out);
            }
            Command::ReportOrder(request) => self.report_order(origin, sender, request, out),
            Command::ReportOrders(request) => self.report_orders(origin, sender, request, out),
            Command::ListInstrument(_)
            | Command::AdmitFirm { .. }
            | Command::OpenAccount { .. }
            | Command::AdmitSession { .. }
            | Command::ResetSession { .. }
            | Command::DepositInstance { .. }
            | Command::WithdrawInstance { .. }
            | Command::UpdateReassignment { .. }
            | Command::AmendTrade(_)
            | Command::EndTradingDay
            | Command::ConnectSession { .. }
            | Command::DisconnectSession { .. }
            | Command::FireTimers
            | Command::SetSelfMatchPrevention { .. }
            | Command::SetRiskLimits { .. }
            | Command::ReleaseRiskLimits { .. }
            | Command::BlockTrading { .. }
            | Command::ReleaseTrading { .. }
            | Command::ChangePhase(_)
            | Command::ReleaseHalt { .. }
            | Command::SetHaltPolicy { .. }
            | Command::ReleaseHaltPolicy { .. } => {
                unreachable!("only requests of members come here")
            }
        }
        Ok(())
    }

    /// Whether the sender's firm has not used a client order id yet.
    fn unseen(
        &self,
        sender: Option<u32>,
        client_order_id: &ClientOrderId,
    ) -> Result<(), IgnoreReason> {
        let firm = sender.map(|session| self.registry.sessions[session].firm);
        let known = firm.and_then(|firm| self.orders.find(firm, client_order_id));
        known.map_or(Ok(()), |_| Err(IgnoreReason::SeenBefore))
    }

    fn set_up(&mut self, command: &Command) -> SetUp {
        match *command {
            Command::ListInstrument(terms) => {
                let listed = self.registry.list(terms);
                self.books
                    .resize_with(self.registry.instruments.len(), Book::default);
                listed
            }
            Command::AdmitFirm { firm, kind } => self.registry.admit_firm(firm, kind),
            Command::OpenAccount {
                account,
                firm,
                provider,
            } => self.registry.open_account(account, firm, provider),
            Command::AdmitSession {
                session,
                firm,
                permissions,
            } => self.registry.admit_session(session, firm, permissions),
            Command::SetSelfMatchPrevention { firm, policy } => {
                self.set_self_match_policy(firm, policy)
            }
            Command::ResetSession { .. }
            | Command::SubmitOrder(_)
            | Command::CancelOrder(_)
            | Command::DepositInstance { .. }
            | Command::WithdrawInstance { .. }
            | Command::UpdateReassignment { .. }
            | Command::AmendTrade(_)
            | Command::EndTradingDay
            | Command::SubmitOrderAgain(_)
            | Command::CancelOrderAgain(_)
            | Command::ConnectSession { .. }
            | Command::DisconnectSession { .. }
            | Command::FireTimers
            | Command::ReplaceOrder(_)
            | Command::ReplaceOrderAgain(_)
            | Command::CancelOrders(_)
            | Command::CancelOrdersAgain(_)
            | Command::ReportOrder(_)
            | Command::ReportOrders(_)
            | Command::SetRiskLimits { .. }
            | Command::ReleaseRiskLimits { .. }
            | Command::BlockTrading { .. }
            | Command::ReleaseTrading { .. }
            | Command::ChangePhase(_)
            | Command::ReleaseHalt { .. }
            | Command::SetHaltPolicy { .. }
            | Command::ReleaseHaltPolicy { .. } => {
                unreachable!("only commands that set up the market come here")
            }
        }
    }

    fn advance(&mut self, number: CommandNumber, time: Timestamp) {
        if let Some((last, last_time)) = self.last {
            assert!(last.next() == Some(number), "commands come without gaps");
            assert!(last_time <= time, "time does not go back");
        } else {
            assert!(number == CommandNumber::FIRST, "commands come without gaps");
        }
        self.last = Some((number, time));
    }

    /// The number of the last command applied, when there was one.
    #[must_use]
    pub fn last_command(&self) -> Option<CommandNumber> {
        self.last.map(|(number, _)| number)
    }

    /// How far the commands of a session have been taken, when the session is known.
    #[must_use]
    pub fn session(&self, session: &SessionName) -> Option<SessionPosition> {
        let place = self.registry.sessions.find(session)?;
        Some(self.registry.position(place))
    }

    /// All sessions and how far their commands have been taken, in the order of their admission.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionName, SessionPosition)> + '_ {
        let sessions = self.registry.sessions.iter();
        sessions.map(|(place, session)| (session.name, self.registry.position(place)))
    }

    /// An order that rests in a book, when there is one by this id.
    #[must_use]
    pub fn order(&self, order_id: OrderId) -> Option<OrderView> {
        let order = &self.orders.resting[self.orders.find_id(order_id)?];
        Some(self.registry.view(order, order.status()))
    }

    /// The resting orders of an instrument on one side, in the order in which they trade.
    pub fn resting(&self, symbol: &Symbol, side: Side) -> impl Iterator<Item = OrderView> + '_ {
        let book = self
            .registry
            .instruments
            .find(symbol)
            .map(|instrument| self.book(instrument));
        let line = book.map(|book| book.line(side, &self.orders.resting, &self.levels));
        line.into_iter().flatten().map(|place| {
            let order = &self.orders.resting[place];
            self.registry.view(order, order.status())
        })
    }

    /// The best bid and offer of an instrument, when it is known.
    #[must_use]
    pub fn book_top(&self, symbol: &Symbol) -> Option<BookTop> {
        let book = self.book(self.registry.instruments.find(symbol)?);
        let best = |side| book.levels(side, &self.levels).find_map(Level::view);
        Some(BookTop {
            bid: best(Side::Buy),
            offer: best(Side::Sell),
        })
    }

    /// All instances in the register, in the order in which their slots first came into it.
    pub fn inventory(&self) -> impl Iterator<Item = Holding> + '_ {
        self.inventory
            .slots()
            .filter_map(|(_, slot)| self.holding(slot))
    }

    fn holding(&self, slot: &Slot) -> Option<Holding> {
        let account = &self.registry.accounts[slot.account];
        Some(Holding {
            slot: slot.name,
            instance: slot.instance,
            account: account.name,
            firm: self.registry.firms[account.firm].name,
            symbol: self.registry.instruments[slot.instrument].terms.symbol,
            provider: self.registry.providers[slot.provider],
            state: slot.state?,
        })
    }

    /// In which phase an instrument is, when it is known.
    #[must_use]
    pub fn phase(&self, symbol: &Symbol) -> Option<InstrumentPhase> {
        let instrument = self.registry.instruments.find(symbol)?;
        Some(self.registry.instruments[instrument].phase())
    }

    /// The phases of all instruments, in the order of listing.
    pub fn phases(&self) -> impl Iterator<Item = InstrumentPhase> + '_ {
        let listings = self.registry.instruments.iter();
        listings.map(|(_, listing)| listing.phase())
    }

    pub(crate) fn book(&self, instrument: u32) -> &Book {
        &self.books[usize::try_from(instrument).expect("a place fits a pointer")]
    }

    pub(crate) fn book_mut(&mut self, instrument: u32) -> &mut Book {
        &mut self.books[usize::try_from(instrument).expect("a place fits a pointer")]
    }
}

pub(crate) fn is_session(origin: &Origin) -> bool {
    matches!(origin, Origin::Session { .. })
}

/// The client order id of a request that its sender may have sent before.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the commands, four are marked so"
)]
fn client_order_id_sent_again(command: &Command) -> Option<&ClientOrderId> {
    match command {
        Command::SubmitOrderAgain(order) => Some(&order.client_order_id),
        Command::CancelOrderAgain(request) => Some(&request.client_order_id),
        Command::ReplaceOrderAgain(request) => Some(&request.order.client_order_id),
        Command::CancelOrdersAgain(request) => Some(&request.client_order_id),
        _ => None,
    }
}

fn permit(permitted: bool) -> Result<(), IgnoreReason> {
    if permitted {
        Ok(())
    } else {
        Err(IgnoreReason::NotPermitted)
    }
}
