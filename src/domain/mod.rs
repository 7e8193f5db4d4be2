//! The words of DESIGN §2 as plain values. They touch nothing and know no database, file or clock.

mod account;
mod address;
mod check;
mod contact;
mod platform;
mod post;
mod watch;

pub use account::{Account, AccountId, Contact, Role, SourceRef, State, StateChange};
pub use check::{Check, Month, Period, Quarter, Week};
pub use contact::{Person, Roster, Shift, squeezed};
pub use cuigeng_adapters::{Class, Kinds, Moment, PostKind, Reach, Strength, When};
pub use platform::{KNOWN_PLATFORMS, Platform, PlatformNote};
pub use post::{Post, Sighting};
pub use watch::{FailedLook, Watch, WatchOrigin};
