//! The bodies of the fuzz targets: the targets in `fuzz/` call them, and a stable test replays
//! findings through them.

mod decode;
mod header;
mod levels;
mod lossless;
mod oracles;
mod roundtrip;
mod seeded;

use kvant::Limits;

pub use self::decode::decode;
pub use self::header::header;
pub use self::levels::levels;
pub use self::lossless::lossless;
pub use self::oracles::oracles;
pub use self::roundtrip::roundtrip;
pub use self::seeded::seeded;

/// Small enough for hundreds of runs a second, large enough for several superblocks, and for
/// several tiles in a row.
const LIMITS: Limits = Limits { max_pixels: 5000, max_dimension: 1 << 11, max_memory: 64 << 20, max_metadata: 1 << 20 };
