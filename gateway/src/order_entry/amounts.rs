//! Money and counts between the wire's decimals and the market's integers, exactly. The only rounding
//! is that of an average price, and it is stated there. Never a float.

use engine::{MICROS_PER_UNIT, Notional, Price, Quantity};
use rust_decimal::Decimal;

/// Decimals of a micro-unit.
const MICRO_SCALE: u32 = 6;

/// The price that a decimal is, if it is a whole number of micro-units and fits: at most six decimals
/// that are not zero.
pub(super) fn price_from(decimal: Decimal) -> Option<Price> {
    let (mantissa, scale) = (decimal.mantissa(), decimal.scale());
    let micros = if scale <= MICRO_SCALE {
        mantissa.checked_mul(power_of_ten(MICRO_SCALE - scale))?
    } else {
        let divisor = power_of_ten(scale - MICRO_SCALE);
        (mantissa % divisor == 0).then(|| mantissa / divisor)?
    };
    i64::try_from(micros).ok().map(Price::from_micros)
}

/// The quantity that a decimal is, if it is a whole number from 0 on and fits: `5` and `5.00` are 5.
pub(super) fn quantity_from(decimal: Decimal) -> Option<Quantity> {
    let divisor = power_of_ten(decimal.scale());
    let mantissa = decimal.mantissa();
    let count = (mantissa % divisor == 0).then(|| mantissa / divisor)?;
    u64::try_from(count).ok().map(Quantity::new)
}

/// A price, without zeros at its end.
pub(super) fn price_to(price: Price) -> Decimal {
    from_micros(i128::from(price.micros()))
}

/// A quantity.
pub(super) fn quantity_to(quantity: Quantity) -> Decimal {
    Decimal::from(quantity.get())
}

/// An amount of money, without zeros at its end. Beyond what a decimal of 96 bits holds (some 10^22
/// units of a currency) it is the greatest or least decimal.
pub(super) fn amount_to(amount: Notional) -> Decimal {
    from_micros(amount.micros())
}

/// AvgPx(6): what was paid in all, divided by how many, to the nearest micro-unit; halfway between two
/// it is the even one (banker's rounding). 0 when nothing is filled.
pub(super) fn average_price(filled: Notional, cumulative: Quantity) -> Decimal {
    if cumulative.is_zero() {
        return Decimal::ZERO;
    }
    let count = i128::from(cumulative.get());
    let (floor, rest) = (
        filled.micros().div_euclid(count),
        filled.micros().rem_euclid(count),
    );
    let up = match (rest * 2).cmp(&count) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => floor.rem_euclid(2),
        std::cmp::Ordering::Greater => 1,
    };
    from_micros(floor + up)
}

fn from_micros(micros: i128) -> Decimal {
    // Nearly every amount fits in 64 bits, where division is quick.
    if let Ok(micros) = i64::try_from(micros) {
        let (mut mantissa, mut scale) = (micros, MICRO_SCALE);
        if mantissa % MICROS_PER_UNIT == 0 {
            return Decimal::from(mantissa / MICROS_PER_UNIT);
        }
        while mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        return Decimal::new(mantissa, scale);
    }
    let limit = if micros < 0 {
        Decimal::MIN
    } else {
        Decimal::MAX
    };
    Decimal::try_from_i128_with_scale(micros, MICRO_SCALE)
        .map_or(limit, |amount| amount.normalize())
}

/// Ten to a power of at most 28, the greatest scale of a decimal.
fn power_of_ten(exponent: u32) -> i128 {
    10_i128.pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn prices_are_exact_or_refused() {
        for (text, micros) in [
            ("10.5", Some(10_500_000)),
            ("10", Some(10_000_000)),
            ("0.000001", Some(1)),
            ("0.0000010", Some(1)),
            ("-3.25", Some(-3_250_000)),
            ("0", Some(0)),
            ("0.0000001", None),
            ("9223372036854.775807", Some(i64::MAX)),
            ("9223372036854.775808", None),
            ("79228162514264337593543950335", None),
            ("1.0000000000000000000000000000", Some(1_000_000)),
            ("0.0000000000000000000000000001", None),
        ] {
            assert_eq!(
                price_from(decimal(text)).map(Price::micros),
                micros,
                "{text}"
            );
        }
    }

    #[test]
    fn quantities_are_whole_or_refused() {
        for (text, count) in [
            ("1", Some(1)),
            ("5.00", Some(5)),
            ("0", Some(0)),
            ("1.5", None),
            ("-1", None),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
        ] {
            assert_eq!(
                quantity_from(decimal(text)).map(Quantity::get),
                count,
                "{text}"
            );
        }
    }

    #[test]
    fn what_goes_out_has_no_zeros_at_its_end() {
        for (micros, text) in [
            (10_500_000, "10.5"),
            (10_000_000, "10"),
            (100_000_000, "100"),
            (1, "0.000001"),
            (0, "0"),
            (-250_000, "-0.25"),
            (i64::MAX, "9223372036854.775807"),
        ] {
            let price = Price::from_micros(micros);
            assert_eq!(price_to(price).to_string(), text);
            assert_eq!(price_from(price_to(price)), Some(price));
        }
        assert_eq!(amount_to(Notional::from_micros(i128::MAX)), Decimal::MAX);
        assert_eq!(amount_to(Notional::from_micros(i128::MIN)), Decimal::MIN);
    }

    #[test]
    fn an_average_is_rounded_half_to_even() {
        for (micros, count, text) in [
            (0, 0, "0"),
            (30_000_000, 3, "10"),
            (10_000_000, 3, "3.333333"),
            (20_000_000, 3, "6.666667"),
            (5, 2, "0.000002"),
            (7, 2, "0.000004"),
            (-5, 2, "-0.000002"),
            (
                i128::from(i64::MAX) * i128::from(u64::MAX),
                u64::MAX,
                "9223372036854.775807",
            ),
        ] {
            let average = average_price(Notional::from_micros(micros), Quantity::new(count));
            assert_eq!(average.to_string(), text, "{micros}/{count}");
        }
    }
}
