//! Random choices that a seed repeats, so that a failure can be looked at again.

/// A generator of random numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The generator of this seed.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A seed from the environment variable `name`, or else a new one. Printed, so that a failure tells it.
    #[must_use]
    pub fn seed(name: &str) -> u64 {
        let given = std::env::var(name).ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = gateway::clock::now();
            now.timestamp_micros().unsigned_abs()
        });
        eprintln!("{name}={seed}");
        seed
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    ///
    /// # Panics
    /// When `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is none.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let place = self.below(from.len().try_into().expect("a slice fits in memory"));
        from[usize::try_from(place).expect("it is below a usize")]
    }

    /// A generator of its own, for another thread of the story.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::of_seed(self.draw())
    }
}
