//! One risk limit as operators write it, at the command line and in JSON: `max_open_orders=100`, `credit=USD:5000.00`,
//! `order_rate=100/1s`, `restricted=A,B`; `none` in the place of the value lifts it. The names are those of the configuration.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use config::{Span, SpanError};
use engine::{
    BasisPoints, CurrencyCode, MoneyLimits, Notional, OrderRate, Price, Quantity, RiskLimits,
    RiskScope, Symbol,
};

/// A limit, and what it is to be: `None` lifts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitSetting {
    /// The most instances in one order.
    MaxOrderQuantity(Option<Quantity>),
    /// How far a price may be from the reference price.
    PriceBand(Option<BasisPoints>),
    /// What prices are held against until the instrument has traded.
    ReferencePrice(Option<Price>),
    /// The most orders open at one time.
    MaxOpenOrders(Option<u64>),
    /// The most of an amount in a currency.
    Money(MoneyLimit, CurrencyCode, Option<Notional>),
    /// The most orders in a time.
    OrderRate(Option<OrderRate>),
    /// How shortly after an order the same one is refused.
    DuplicateWindow(Option<Duration>),
    /// Instruments that may not be traded; none lifts it.
    Restricted(Vec<Symbol>),
}

/// A limit on an amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyLimit {
    /// Of one order.
    MaxOrderNotional,
    /// Of all open orders.
    MaxOpenNotional,
    /// Of all that is open, and traded and not settled.
    Credit,
}

const MONEY: [MoneyLimit; 3] = [
    MoneyLimit::MaxOrderNotional,
    MoneyLimit::MaxOpenNotional,
    MoneyLimit::Credit,
];

/// The longest window that a limit may look back over.
const WINDOW_MAX: Duration = Duration::from_hours(24);

/// Some text is no setting of a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No limit and value.
    #[error("`{0}` is not of the form LIMIT=VALUE, such as max_open_orders=100 or credit=none")]
    NoValue(String),
    /// No such limit.
    #[error(
        "there is no limit `{0}`: they are max_order_quantity, max_order_notional, price_band_basis_points, reference_price, \
         max_open_orders, max_open_notional, credit, order_rate, duplicate_window and restricted"
    )]
    UnknownLimit(String),
    /// A value that the limit cannot have.
    #[error("{limit}: `{value}` is not {expected}")]
    Value {
        /// The limit.
        limit: &'static str,
        /// What was written.
        value: String,
        /// What can be written.
        expected: &'static str,
    },
    /// No length of time.
    #[error("{0}")]
    Span(#[from] SpanError),
}

impl LimitSetting {
    /// Changes limits by it.
    pub fn apply(&self, limits: &mut RiskLimits) {
        match self {
            Self::MaxOrderQuantity(most) => limits.max_order_quantity = *most,
            Self::PriceBand(band) => limits.price_band = *band,
            Self::ReferencePrice(price) => limits.reference_price = *price,
            Self::MaxOpenOrders(most) => limits.max_open_orders = *most,
            Self::Money(which, currency, most) => set_money(limits, *which, *currency, *most),
            Self::OrderRate(rate) => limits.order_rate = *rate,
            Self::DuplicateWindow(window) => limits.duplicate_window = *window,
            Self::Restricted(symbols) => limits.restricted.clone_from(symbols),
        }
    }

    /// Everything that is limited.
    pub(crate) fn all(limits: &RiskLimits) -> Vec<Self> {
        let mut all = vec![
            Self::MaxOrderQuantity(limits.max_order_quantity),
            Self::PriceBand(limits.price_band),
            Self::ReferencePrice(limits.reference_price),
            Self::MaxOpenOrders(limits.max_open_orders),
        ];
        for mut money in limits.money.iter().copied() {
            let currency = money.currency;
            all.extend(MONEY.map(|which| Self::Money(which, currency, *which.of(&mut money))));
        }
        all.push(Self::OrderRate(limits.order_rate));
        all.push(Self::DuplicateWindow(limits.duplicate_window));
        all.push(Self::Restricted(limits.restricted.clone()));
        all.retain(|setting| !setting.lifts());
        all
    }

    /// Whether it limits nothing.
    fn lifts(&self) -> bool {
        match self {
            Self::MaxOrderQuantity(most) => most.is_none(),
            Self::PriceBand(band) => band.is_none(),
            Self::ReferencePrice(price) => price.is_none(),
            Self::MaxOpenOrders(most) => most.is_none(),
            Self::Money(_, _, most) => most.is_none(),
            Self::OrderRate(rate) => rate.is_none(),
            Self::DuplicateWindow(window) => window.is_none(),
            Self::Restricted(symbols) => symbols.is_empty(),
        }
    }

    /// Whether such a scope can have it: the table of [`RiskLimits`].
    pub fn suits(&self, scope: &RiskScope) -> bool {
        let (instrument, session) = match scope {
            RiskScope::Firm(_) | RiskScope::Account(_) => (false, false),
            RiskScope::Session(_) => (false, true),
            RiskScope::Instrument(_) => (true, false),
        };
        match self {
            Self::MaxOrderQuantity(_)
            | Self::PriceBand(_)
            | Self::Money(MoneyLimit::MaxOrderNotional, ..) => true,
            Self::ReferencePrice(_) => instrument,
            Self::MaxOpenOrders(_)
            | Self::Money(MoneyLimit::MaxOpenNotional, ..)
            | Self::OrderRate(_)
            | Self::DuplicateWindow(_) => !instrument,
            Self::Money(MoneyLimit::Credit, ..) | Self::Restricted(_) => !instrument && !session,
        }
    }

    /// Its name in the configuration.
    pub(crate) fn limit(&self) -> &'static str {
        match self {
            Self::MaxOrderQuantity(_) => "max_order_quantity",
            Self::PriceBand(_) => "price_band_basis_points",
            Self::ReferencePrice(_) => "reference_price",
            Self::MaxOpenOrders(_) => "max_open_orders",
            Self::Money(which, ..) => which.name(),
            Self::OrderRate(_) => "order_rate",
            Self::DuplicateWindow(_) => "duplicate_window",
            Self::Restricted(_) => "restricted",
        }
    }
}

impl MoneyLimit {
    fn name(self) -> &'static str {
        match self {
            Self::MaxOrderNotional => "max_order_notional",
            Self::MaxOpenNotional => "max_open_notional",
            Self::Credit => "credit",
        }
    }

    fn of(self, limits: &mut MoneyLimits) -> &mut Option<Notional> {
        match self {
            Self::MaxOrderNotional => &mut limits.max_order_notional,
            Self::MaxOpenNotional => &mut limits.max_open_notional,
            Self::Credit => &mut limits.credit,
        }
    }
}

fn set_money(
    limits: &mut RiskLimits,
    which: MoneyLimit,
    currency: CurrencyCode,
    most: Option<Notional>,
) {
    let mut entries = limits.money.iter_mut();
    if let Some(entry) = entries.find(|entry| entry.currency == currency) {
        *which.of(entry) = most;
    } else {
        let mut entry = MoneyLimits {
            currency,
            max_order_notional: None,
            max_open_notional: None,
            credit: None,
        };
        *which.of(&mut entry) = most;
        limits.money.push(entry);
    }
    // An entry without limits would still let nothing but its currency pass.
    limits
        .money
        .retain_mut(|entry| MONEY.iter().any(|which| which.of(entry).is_some()));
}

impl FromStr for LimitSetting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (limit, value) = text
            .split_once('=')
            .ok_or_else(|| SettingError::NoValue(text.to_owned()))?;
        if let Some(which) = MONEY.into_iter().find(|which| which.name() == limit) {
            let expected = "a currency and an amount above zero, such as USD:5000.00 or USD:none";
            let wrong = || wrong(which.name(), value, expected);
            let (currency, amount) = value.split_once(':').ok_or_else(wrong)?;
            let currency = currency.parse().map_err(|_| wrong())?;
            let amount = positive(amount, Notional::ZERO).ok_or_else(wrong)?;
            return Ok(Self::Money(which, currency, amount));
        }
        match limit {
            "max_order_quantity" => {
                let most = counted(value).ok_or_else(|| {
                    wrong("max_order_quantity", value, "a number above zero, or none")
                })?;
                Ok(Self::MaxOrderQuantity(most.map(Quantity::new)))
            }
            "price_band_basis_points" => band(value),
            "reference_price" => positive(value, Price::from_micros(0))
                .map(Self::ReferencePrice)
                .ok_or_else(|| wrong("reference_price", value, "a price above zero, or none")),
            "max_open_orders" => counted(value)
                .map(Self::MaxOpenOrders)
                .ok_or_else(|| wrong("max_open_orders", value, "a number above zero, or none")),
            "order_rate" => rate(value),
            "duplicate_window" => window(value).map(Self::DuplicateWindow),
            "restricted" => restricted(value),
            other => Err(SettingError::UnknownLimit(other.to_owned())),
        }
    }
}

fn wrong(limit: &'static str, value: &str, expected: &'static str) -> SettingError {
    let value = value.to_owned();
    SettingError::Value {
        limit,
        value,
        expected,
    }
}

/// A value above `zero`, or `none`.
fn positive<T: FromStr + PartialOrd>(text: &str, zero: T) -> Option<Option<T>> {
    if text == "none" {
        return Some(None);
    }
    text.parse().ok().filter(|value| *value > zero).map(Some)
}

fn counted(text: &str) -> Option<Option<u64>> {
    positive(text, 0_u64)
}

fn band(value: &str) -> Result<LimitSetting, SettingError> {
    let expected = "a number of basis points from 1 to 100000, or none";
    let within = positive(value, 0_u32).map(|band| band.map(BasisPoints::new));
    within
        .filter(|band| band.is_none_or(|band| band <= BasisPoints::MAX))
        .map(LimitSetting::PriceBand)
        .ok_or_else(|| wrong("price_band_basis_points", value, expected))
}

fn rate(value: &str) -> Result<LimitSetting, SettingError> {
    let wrong = || {
        wrong(
            "order_rate",
            value,
            "of the form ORDERS/TIME, such as 100/1s, or none",
        )
    };
    if value == "none" {
        return Ok(LimitSetting::OrderRate(None));
    }
    let (orders, time) = value.split_once('/').ok_or_else(wrong)?;
    let orders = positive(orders, 0_u32).flatten().ok_or_else(wrong)?;
    let window = window(time)?.ok_or_else(wrong)?;
    Ok(LimitSetting::OrderRate(Some(OrderRate { orders, window })))
}

/// A time that the configuration would take too.
fn window(value: &str) -> Result<Option<Duration>, SettingError> {
    if value == "none" {
        return Ok(None);
    }
    let Span(window) = value.parse::<Span>()?;
    if (Duration::from_millis(1)..=WINDOW_MAX).contains(&window) {
        Ok(Some(window))
    } else {
        Err(SettingError::Value {
            limit: "the window",
            value: value.to_owned(),
            expected: "from 1ms to 24h",
        })
    }
}

fn restricted(value: &str) -> Result<LimitSetting, SettingError> {
    if value == "none" {
        return Ok(LimitSetting::Restricted(Vec::new()));
    }
    let symbols: Result<Vec<Symbol>, _> = value.split(',').map(str::parse).collect();
    let mut symbols = symbols.map_err(|_| {
        wrong(
            "restricted",
            value,
            "a list of symbols with commas between, or none",
        )
    })?;
    symbols.sort_unstable();
    symbols.dedup();
    Ok(LimitSetting::Restricted(symbols))
}

impl fmt::Display for LimitSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.limit())?;
        match self {
            Self::MaxOrderQuantity(most) => or_none(f, most.as_ref()),
            Self::PriceBand(band) => or_none(f, band.as_ref()),
            Self::ReferencePrice(price) => or_none(f, price.as_ref()),
            Self::MaxOpenOrders(most) => or_none(f, most.as_ref()),
            Self::Money(_, currency, most) => {
                write!(f, "{currency}:")?;
                or_none(f, most.as_ref())
            }
            Self::OrderRate(Some(rate)) => write!(f, "{}/{}", rate.orders, Span(rate.window)),
            Self::OrderRate(None) => f.write_str("none"),
            Self::DuplicateWindow(window) => or_none(f, window.map(Span).as_ref()),
            Self::Restricted(symbols) if symbols.is_empty() => f.write_str("none"),
            Self::Restricted(symbols) => {
                let names: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

fn or_none(f: &mut fmt::Formatter<'_>, value: Option<&impl fmt::Display>) -> fmt::Result {
    match value {
        Some(value) => value.fmt(f),
        None => f.write_str("none"),
    }
}

#[cfg(test)]
mod tests {
    use engine::{RiskLimits, RiskScope};

    use super::LimitSetting;

    const SETTINGS: [&str; 13] = [
        "max_order_quantity=100",
        "price_band_basis_points=1000",
        "reference_price=0.05",
        "max_open_orders=7",
        "max_order_notional=EUR:1.50",
        "max_order_notional=USD:5000.00",
        "max_open_notional=USD:50000.00",
        "credit=USD:100000.000001",
        "order_rate=100/1s",
        "order_rate=5/1500ms",
        "duplicate_window=24h",
        "restricted=A,B",
        "credit=USD:none",
    ];

    #[test]
    fn what_is_written_is_read_back() {
        for text in SETTINGS {
            let setting: LimitSetting = text.parse().expect(text);
            assert_eq!(setting.to_string(), text);
        }
    }

    #[test]
    fn settings_change_what_they_name_and_leave_the_rest() {
        let mut limits = RiskLimits::default();
        for text in SETTINGS {
            text.parse::<LimitSetting>().expect(text).apply(&mut limits);
        }
        let all = LimitSetting::all(&limits).into_iter();
        let told: Vec<String> = all.map(|setting| setting.to_string()).collect();
        let expected = [
            "max_order_quantity=100",
            "price_band_basis_points=1000",
            "reference_price=0.05",
            "max_open_orders=7",
            "max_order_notional=EUR:1.50",
            "max_order_notional=USD:5000.00",
            "max_open_notional=USD:50000.00",
            "order_rate=5/1500ms",
            "duplicate_window=24h",
            "restricted=A,B",
        ];
        assert_eq!(told, expected);
        for setting in LimitSetting::all(&limits) {
            let text = format!("{}=none", setting.limit());
            let lift = if let LimitSetting::Money(which, currency, _) = setting {
                LimitSetting::Money(which, currency, None)
            } else {
                text.parse().expect("none lifts it")
            };
            lift.apply(&mut limits);
        }
        assert!(limits.is_empty(), "{limits:?}");
    }

    #[test]
    fn what_is_no_setting_is_told() {
        for (text, why) in [
            ("credit", "is not of the form LIMIT=VALUE"),
            ("kredit=USD:5", "there is no limit `kredit`"),
            ("max_order_quantity=0", "not a number above zero"),
            ("max_open_orders=-1", "not a number above zero"),
            ("credit=5000", "not a currency and an amount"),
            ("credit=USD:-5", "not a currency and an amount"),
            ("credit=USD:1.0000001", "not a currency and an amount"),
            ("price_band_basis_points=100001", "from 1 to 100000"),
            ("reference_price=0", "not a price above zero"),
            ("order_rate=100", "of the form ORDERS/TIME"),
            ("order_rate=0/1s", "of the form ORDERS/TIME"),
            ("order_rate=1/25h", "not from 1ms to 24h"),
            ("duplicate_window=1", "is not a time"),
            ("duplicate_window=99999999999999999999h", "is not a time"),
            ("restricted=A,,B", "not a list of symbols"),
        ] {
            let error = text.parse::<LimitSetting>().expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn each_scope_has_the_limits_that_make_sense_for_it() {
        let firm = RiskScope::Firm("A".parse().expect("a name"));
        let session = RiskScope::Session("A".parse().expect("a name"));
        let instrument = RiskScope::Instrument("A".parse().expect("a name"));
        let count = |scope: &RiskScope| {
            let settings = SETTINGS.iter().map(|text| text.parse::<LimitSetting>());
            settings
                .filter(|setting| setting.as_ref().is_ok_and(|setting| setting.suits(scope)))
                .count()
        };
        assert_eq!(
            [count(&firm), count(&session), count(&instrument)],
            [12, 9, 5]
        );
    }
}
