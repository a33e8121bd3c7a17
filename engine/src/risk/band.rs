//! The prices about a reference price that are allowed.

use crate::command::BasisPoints;
use crate::command::Side;
use crate::money::Price;

/// From the lowest price allowed to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Band {
    pub(crate) lowest: Price,
    pub(crate) highest: Price,
}

/// Basis points in the whole.
const WHOLE: i128 = 10_000;

impl Band {
    /// The prices that are at most so far from a reference price, which is more than zero.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "64 bits times 32 bits fit into 128, and the divisor is not zero"
    )]
    pub(crate) fn around(reference: Price, width: BasisPoints) -> Self {
        let (reference, width) = (i128::from(reference.micros()), i128::from(width.get()));
        // Rounded inwards: no price outside is let in.
        let lowest = (reference * (WHOLE - width) + (WHOLE - 1)).div_euclid(WHOLE);
        let highest = reference * (WHOLE + width) / WHOLE;
        let price = |micros: i128| Price::from_micros(i64::try_from(micros).unwrap_or(i64::MAX));
        Self {
            lowest: price(lowest.max(0)),
            highest: price(highest),
        }
    }

    pub(crate) fn contains(self, price: Price) -> bool {
        self.lowest <= price && price <= self.highest
    }

    /// The farthest price that an order of this side may go to.
    pub(crate) fn edge(self, side: Side) -> Price {
        match side {
            Side::Buy => self.highest,
            Side::Sell => self.lowest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Band;
    use crate::command::BasisPoints;
    use crate::money::Price;

    #[test]
    fn a_band_is_rounded_inwards_and_never_overflows() {
        let rows = [
            (10_000, 1_000, 9_000, 11_000),
            (101, 100, 100, 102),
            (99, 100, 99, 99),
            (5, 10_000, 0, 10),
            (5, 100_000, 0, 55),
            (i64::MAX, 10_000, 0, i64::MAX),
            (i64::MAX, 0, i64::MAX, i64::MAX),
        ];
        for (reference, width, lowest, highest) in rows {
            let band = Band::around(Price::from_micros(reference), BasisPoints::new(width));
            let told = (band.lowest.micros(), band.highest.micros());
            assert_eq!(told, (lowest, highest), "{reference} +- {width}");
        }
    }
}
