//! Tables as few bytes: what travels between threads and machines, and what is kept on disk.
//!
//! | part | bytes |
//! |---|---|
//! | `R`, version 1, kind of counts, unit of the times | 4 |
//! | number of rows | varint |
//! | each row: how far its time is from the one before, and in the two lowest bits who left | varint |
//! | … where more than one left, or somebody entered: events, censored (, entered) | varints |
//! | … with weights: each sum that is not of nobody | varint if all are whole, else 8 |
//! | what rounding took from sums of weights | number; row, 3 × 8 each |
//! | rows that near ties were before they became one | number; row, time, counts and sums each |
//! | CRC-32 | 4 |
//!
//! Times are counted in a unit of which all are multiples (1, 0.1, …, 1/365.25, 1/30.4375, to the last bit) or, where
//! there is none, as the integers that their bits are, which grow with them: random times among n subjects then need about
//! `64 − log₂ n` bits. `G` stands for the tables of groups: labels, strata, and the tables without their checksums.
//!
//! Nothing is believed that is read: the rows are built into a table again and checked as those of other forms are.

mod format;
mod read;
mod write;
