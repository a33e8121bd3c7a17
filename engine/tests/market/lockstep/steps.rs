//! Random steps: what is asked of both markets, by whom, and how often.

use std::time::Duration;

use engine::{
    CancelOnDisconnect, CancelScope, Conditions, DisconnectCause, HaltPolicy, HaltedOrders,
    OrderFilter, OrderKind, OrdersOf, Phase, Price, Quantity, Resumption, RiskLimits,
    SelfMatchInstruction, SelfMatchPolicy, SelfMatchScope, Side,
};
use proptest::prelude::*;

use super::limits::{By, SCOPES, by, limits};

/// One random step; numbers choose among what there is when the step is taken.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Order {
        session: usize,
        account: usize,
        symbol: usize,
        order: Sketch,
    },
    Cancel {
        session: usize,
        of: usize,
        wrong: u8,
    },
    Replace {
        of: usize,
        wrong: u8,
        order: Sketch,
    },
    CancelAll {
        session: usize,
        which: OrderFilter,
    },
    Status {
        session: usize,
        of: usize,
        wrong: u8,
    },
    Statuses {
        session: usize,
        which: OrderFilter,
    },
    Deposit {
        account: usize,
        large: bool,
    },
    Update {
        of: usize,
        leg: u32,
        status: usize,
    },
    /// Bust, or correct to a price.
    Amend {
        of: usize,
        price: Option<i64>,
        wrong: u8,
    },
    EndTradingDay,
    Connect {
        session: usize,
        policy: Option<CancelOnDisconnect>,
    },
    Disconnect {
        session: usize,
        why: DisconnectCause,
    },
    Fire,
    Wait {
        nanos: u64,
    },
    Phase {
        /// When it was due by the calendar; none: an operator asks.
        due: Option<u64>,
        symbol: usize,
        phase: Phase,
    },
    Release {
        symbol: usize,
    },
    /// `None`: what an operator has said is taken back.
    HaltPolicy {
        symbol: usize,
        policy: Option<HaltPolicy>,
        by_operator: bool,
    },
    SelfMatch {
        session: usize,
        policy: SelfMatchPolicy,
    },
    Limits {
        scope: usize,
        limits: RiskLimits,
        by: By,
    },
    /// Block, or release.
    Switch {
        scope: usize,
        block: bool,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Sketch {
    pub(super) buy: bool,
    pub(super) price: Option<i64>,
    /// Beside the price: a stop price, or market to limit.
    pub(super) stop: Option<i64>,
    pub(super) to_limit: bool,
    pub(super) quantity: u64,
    pub(super) time_in_force: usize,
    pub(super) image: bool,
    pub(super) named: Vec<usize>,
    pub(super) repeat_name: Option<usize>,
    pub(super) conditions: Conditions,
}

pub(super) const SESSIONS: [&str; 5] = ["A", "A2", "B", "M", "P"];
/// Whose trading is blocked.
pub(super) const BLOCKED: [&str; 6] = [
    "venue",
    "firm=A",
    "firm=M",
    "session=A2",
    "session=B",
    "session=P",
];
pub(super) const ACCOUNTS: [&str; 7] = ["a", "a2", "b", "m", "p", "a-zeta", "none"];
pub(super) const SYMBOLS: [&str; 5] = ["TEST", "SMALL", "COARSE", "LARGE", "NONE"];

fn sketch() -> impl Strategy<Value = Sketch> {
    let price = prop_oneof![16 => (1_i64..12).prop_map(Some), 1 => Just(None), 1 => (-1_i64..3).prop_map(Some)];
    let quantity = prop_oneof![30 => 1_u64..6, 1 => Just(0), 1 => 999_u64..1_002];
    let named = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(1_usize..20, 1..3)];
    let repeat = prop::option::weighted(0.05, 0_usize..200);
    (
        any::<bool>(),
        price,
        quantity,
        0_usize..14,
        prop::bool::weighted(0.8),
        named,
        repeat,
        conditions(),
        pricing(),
    )
        .prop_map(
            |(
                buy,
                price,
                quantity,
                time_in_force,
                image,
                named,
                repeat_name,
                conditions,
                (stop, to_limit),
            )| Sketch {
                buy,
                price,
                stop,
                to_limit,
                quantity,
                time_in_force,
                // A sell with an image is refused: seldom of use.
                image: image == buy,
                named,
                repeat_name,
                conditions,
            },
        )
}

fn pricing() -> impl Strategy<Value = (Option<i64>, bool)> {
    prop_oneof![
        8 => Just((None, false)),
        2 => (1_i64..12).prop_map(|stop| (Some(stop), false)),
        1 => (-1_i64..3).prop_map(|stop| (Some(stop), false)),
        1 => Just((None, true)),
    ]
}

pub(super) fn kind(sketch: &Sketch) -> OrderKind {
    let price = Price::from_micros;
    match (sketch.price.map(price), sketch.stop.map(price)) {
        (_, None) if sketch.to_limit => OrderKind::MarketToLimit,
        (None, None) => OrderKind::Market,
        (Some(limit), None) => OrderKind::Limit(limit),
        (None, Some(stop)) => OrderKind::Stop(stop),
        // Every third of them is to be a stop without a limit.
        (Some(_), Some(stop)) if sketch.quantity.is_multiple_of(3) => OrderKind::Stop(stop),
        (Some(limit), Some(stop)) => OrderKind::StopLimit { stop, limit },
    }
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let group = prop::sample::select(vec!["g", "h"]).prop_map(|name| name.parse().unwrap());
    let condition = (
        prop::option::weighted(0.5, instruction()),
        prop::option::weighted(0.5, group),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.1, 0_u64..4),
        prop::option::weighted(0.4, 0_u64..4),
    )
        .prop_map(
            |(self_match_instruction, self_match_group, post_only, minimum, displayed)| {
                Conditions {
                    self_match_instruction,
                    self_match_group,
                    post_only,
                    minimum_quantity: minimum.map(Quantity::new),
                    displayed_quantity: displayed.map(Quantity::new),
                }
            },
        );
    prop_oneof![2 => Just(Conditions::default()), 1 => condition]
}

fn instruction() -> impl Strategy<Value = SelfMatchInstruction> {
    prop_oneof![
        Just(SelfMatchInstruction::CancelTaker),
        Just(SelfMatchInstruction::CancelMaker),
        Just(SelfMatchInstruction::CancelBoth),
        Just(SelfMatchInstruction::DecrementAndCancel),
    ]
}

fn self_match_policy() -> impl Strategy<Value = SelfMatchPolicy> {
    let scope = prop_oneof![Just(SelfMatchScope::Account), Just(SelfMatchScope::Firm)];
    (scope, instruction()).prop_map(|(scope, instruction)| SelfMatchPolicy { scope, instruction })
}

/// Orders of one instrument, for a call of its auction, many of them each other's own.
pub(super) fn for_auction() -> impl Strategy<Value = Step> {
    let account = prop_oneof![3 => Just(usize::MAX), 1 => Just(1)];
    let order = (0..3_usize, account, sketch(), prop::bool::weighted(0.2));
    order.prop_map(|(session, account, mut order, unpriced)| {
        order.price = order.price.filter(|_| !unpriced);
        order.repeat_name = None;
        Step::Order {
            session,
            account,
            symbol: 0,
            order,
        }
    })
}

/// An instrument reopens after a halt, with an auction whose call is long.
pub(super) fn reopening() -> Vec<Step> {
    let phase = |phase| Step::Phase {
        due: None,
        symbol: 0,
        phase,
    };
    let call = Duration::from_nanos(HOUR * 2);
    let policy = HaltPolicy {
        orders: HaltedOrders::Kept,
        resumption: Resumption::Auction { call },
    };
    let release = Step::Release { symbol: 0 };
    vec![
        phase(Phase::Halted),
        phase(Phase::Continuous),
        Step::HaltPolicy {
            symbol: 0,
            policy: Some(policy),
            by_operator: true,
        },
        phase(Phase::Halted),
        release,
    ]
}

/// Time passes without a command, as while a venue is down; or a day ends.
pub(super) fn jump() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1..30 * HOUR).prop_map(|nanos| Step::Wait { nanos }),
        1 => Just(Step::EndTradingDay),
        1 => Just(Step::Fire),
    ]
}

/// What a firm lays down for its own orders.
pub(super) fn self_match() -> impl Strategy<Value = Step> {
    let laid_down = (0..SESSIONS.len(), self_match_policy());
    laid_down.prop_map(|(session, policy)| Step::SelfMatch { session, policy })
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let account = prop_oneof![20 => Just(usize::MAX), 1 => 0..ACCOUNTS.len()];
    let symbol = prop_oneof![10 => 0..2_usize, 1 => 2..SYMBOLS.len()];
    let order = (0..SESSIONS.len(), account, symbol, sketch());
    prop_oneof![
        60 => order.prop_map(|(session, account, symbol, order)| Step::Order { session, account, symbol, order }),
        20 => (0..SESSIONS.len(), 0..200_usize, 0_u8..20)
            .prop_map(|(session, of, wrong)| Step::Cancel { session, of, wrong }),
        25 => (0..200_usize, 0_u8..30, sketch()).prop_map(|(of, wrong, order)| Step::Replace { of, wrong, order }),
        2 => (0..SESSIONS.len(), filter()).prop_map(|(session, which)| Step::CancelAll { session, which }),
        4 => (0..SESSIONS.len(), 0..200_usize, 0_u8..12)
            .prop_map(|(session, of, wrong)| Step::Status { session, of, wrong }),
        2 => (0..SESSIONS.len(), filter()).prop_map(|(session, which)| Step::Statuses { session, which }),
        20 => (0..5_usize, prop::bool::weighted(0.1)).prop_map(|(account, large)| Step::Deposit { account, large }),
        20 => (0..60_usize, 0..3_u32, 0..7_usize).prop_map(|(of, leg, status)| Step::Update { of, leg, status }),
        8 => (0..60_usize, prop::option::weighted(0.4, -1_i64..12), 0_u8..20)
            .prop_map(|(of, price, wrong)| Step::Amend { of, price, wrong }),
        1 => Just(Step::EndTradingDay),
        8 => (0..SESSIONS.len(), prop::option::weighted(0.9, policy()))
            .prop_map(|(session, policy)| Step::Connect { session, policy }),
        8 => (0..SESSIONS.len(), prop_oneof![
            3 => Just(DisconnectCause::Lost),
            3 => Just(DisconnectCause::LoggedOut),
            1 => Just(DisconnectCause::HoursOver),
        ]).prop_map(|(session, why)| Step::Disconnect { session, why }),
        4 => Just(Step::Fire),
        4 => prop_oneof![8 => 1_u64..30, 1 => Just(HOUR * 8)].prop_map(|nanos| Step::Wait { nanos }),
        14 => (prop::option::of(0_u64..3), 0_usize..2, phase())
            .prop_map(|(due, symbol, phase)| Step::Phase { due, symbol, phase }),
        3 => (0_usize..2).prop_map(|symbol| Step::Release { symbol }),
        2 => (0_usize..2, prop::option::weighted(0.8, halt_policy()), any::<bool>())
            .prop_map(|(symbol, policy, by_operator)| Step::HaltPolicy { symbol, policy, by_operator }),
        3 => self_match(),
        4 => (0..BLOCKED.len(), prop::bool::weighted(0.4)).prop_map(|(scope, block)| Step::Switch { scope, block }),
        8 => (0..SCOPES, limits(), by()).prop_map(|(scope, limits, by)| Step::Limits { scope, limits, by }),
    ]
}

/// Orders trade half of the time.
fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Continuous),
        prop::sample::select(Phase::ALL.to_vec()),
    ]
}

fn halt_policy() -> impl Strategy<Value = HaltPolicy> {
    let resumption = prop_oneof![
        2 => Just(Resumption::Straight),
        3 => (0_u64..12).prop_map(|nanos| Resumption::Auction { call: Duration::from_nanos(nanos) }),
    ];
    (any::<bool>(), resumption).prop_map(|(cancels, resumption)| HaltPolicy {
        orders: if cancels {
            HaltedOrders::Cancelled
        } else {
            HaltedOrders::Kept
        },
        resumption,
    })
}

const HOUR: u64 = 3_600 * 1_000_000_000;

fn policy() -> impl Strategy<Value = CancelOnDisconnect> {
    let grace = prop_oneof![Just(0), 1_u64..20];
    (any::<bool>(), grace, any::<bool>(), any::<bool>()).prop_map(
        |(firm, grace, spares_good_till, on_logout)| CancelOnDisconnect {
            scope: if firm {
                CancelScope::Firm
            } else {
                CancelScope::Session
            },
            grace: Duration::from_nanos(grace),
            spares_good_till,
            on_logout,
        },
    )
}

fn filter() -> impl Strategy<Value = OrderFilter> {
    let symbol = prop::option::of(0..SYMBOLS.len());
    (any::<bool>(), symbol, prop::option::of(any::<bool>())).prop_map(|(firm, symbol, buy)| {
        OrderFilter {
            of: if firm {
                OrdersOf::Firm
            } else {
                OrdersOf::Session
            },
            symbol: symbol.map(|symbol| SYMBOLS[symbol].parse().unwrap()),
            side: buy.map(|buy| if buy { Side::Buy } else { Side::Sell }),
        }
    })
}
