//! Formats in and out, and the report of what did not come through.

mod accounted;
mod ioc;
mod lift;
mod misp;
mod openioc;
mod seeds;
