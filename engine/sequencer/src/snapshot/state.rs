//! The state of the market as bytes: hashes them, and passes them on in pieces, so that a large market is
//! never in memory twice as bytes.

use engine::Engine;
use postcard::ser_flavors::Flavor;

/// Bytes that are hashed and passed on together.
const PIECE_BYTES: usize = 1 << 20;

/// BLAKE3 of the state of the market after a command. The same journal gives the same one everywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StateHash([u8; 32]);

impl StateHash {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash of a state that was written down.
    pub(crate) fn of_bytes(state: &[u8]) -> Self {
        Self(*blake3::hash(state).as_bytes())
    }

    /// The hash of the state of a market.
    pub(crate) fn of(engine: &Engine) -> Self {
        match encode(engine, |_| Ok::<_, std::convert::Infallible>(())) {
            Ok(encoded) => encoded.hash,
            Err(EncodeStateError::Encode(error)) => {
                panic!("an engine can always be encoded: {error}")
            }
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for StateHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for StateHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// A state that was passed on.
pub(crate) struct Encoded {
    pub(crate) hash: StateHash,
    pub(crate) bytes: u64,
}

/// Why a state was not passed on.
pub(crate) enum EncodeStateError<E> {
    /// It cannot be encoded: a fault of the engine's.
    Encode(postcard::Error),
    /// Whoever took it could not.
    Taker(E),
}

/// Encodes the state and hands its bytes to `take`, piece by piece.
pub(crate) fn encode<E>(
    engine: &Engine,
    take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Encoded, EncodeStateError<E>> {
    let mut pieces = Pieces {
        take,
        failed: None,
        buffer: Vec::with_capacity(PIECE_BYTES),
        hasher: blake3::Hasher::new(),
    };
    let encoded = postcard::serialize_with_flavor(engine, Into(&mut pieces));
    if encoded.is_ok() {
        pieces.flush();
    }
    if let Some(error) = pieces.failed {
        return Err(EncodeStateError::Taker(error));
    }
    encoded.map_err(EncodeStateError::Encode)?;
    Ok(Encoded {
        hash: StateHash(*pieces.hasher.finalize().as_bytes()),
        bytes: pieces.hasher.count(),
    })
}

struct Pieces<T, E> {
    take: T,
    failed: Option<E>,
    buffer: Vec<u8>,
    hasher: blake3::Hasher,
}

impl<E, T: FnMut(&[u8]) -> Result<(), E>> Pieces<T, E> {
    fn flush(&mut self) {
        if self.failed.is_none() {
            self.hasher.update(&self.buffer);
            self.failed = (self.take)(&self.buffer).err();
        }
        self.buffer.clear();
    }

    fn put(&mut self, data: &[u8]) -> postcard::Result<()> {
        if self.buffer.len() + data.len() > PIECE_BYTES {
            self.flush();
        }
        if self.failed.is_some() {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.buffer.extend_from_slice(data);
        Ok(())
    }
}

/// Lets postcard write into the pieces.
struct Into<'a, T, E>(&'a mut Pieces<T, E>);

impl<E, T: FnMut(&[u8]) -> Result<(), E>> Flavor for Into<'_, T, E> {
    type Output = ();

    #[inline]
    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.put(data)
    }

    #[inline]
    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.put(&[data])
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
